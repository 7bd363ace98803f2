package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// Instant is a time of the boot-time clock, in nanoseconds: it goes on in sleep, and nobody can set it.
type Instant int64

// Now is the boot-time clock.
func Now() Instant {
	var at unix.Timespec
	// It can't fail on a kernel that Nomad runs on; an instant of 0 would end every fault at once.
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &at)
	return Instant(at.Nano())
}

// After is so much later.
func (i Instant) After(d time.Duration) Instant { return i + Instant(d) }

// Left until it, below zero when it is over.
func (i Instant) Left() time.Duration { return time.Duration(i - Now()) }
