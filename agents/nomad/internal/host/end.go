package host

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

type sigevent struct {
	value  uint64
	signo  int32
	notify int32
	_      [48]byte
}

type itimerspec struct {
	interval unix.Timespec
	value    unix.Timespec
}

// EndAt has the kernel kill this process at an instant of the boot-time clock, even while it is stopped and whatever
// became of its parent.
func EndAt(at Instant) error {
	event := sigevent{signo: int32(unix.SIGKILL)}
	var timer int32
	_, _, errno := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_BOOTTIME,
		uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&timer)))
	if errno != 0 {
		return fmt.Errorf("timer_create: %w", errno)
	}
	when := itimerspec{value: unix.NsecToTimespec(int64(at))}
	const absolute = 1
	_, _, errno = unix.Syscall6(unix.SYS_TIMER_SETTIME, uintptr(timer), absolute, uintptr(unsafe.Pointer(&when)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("timer_settime: %w", errno)
	}
	return nil
}

// ThreadCPU is the processor time that the calling thread has used, in nanoseconds.
func ThreadCPU() int64 {
	var at unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &at)
	return at.Nano()
}

// ProcessCPU is the processor time that this process has used, in nanoseconds.
func ProcessCPU() int64 {
	var at unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &at)
	return at.Nano()
}
