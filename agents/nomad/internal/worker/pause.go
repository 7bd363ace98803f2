package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// Pause is what a pausing worker is told.
type Pause struct {
	Processes []host.Process `json:"processes"`
}

// pause traces every thread of its targets and stops it. The kernel lets them go when this process dies, however it
// dies. It must wait for what they do meanwhile: a killed one stays half dead until its tracer has.
func pause(h host.Host, data json.RawMessage, ready func()) error {
	var wanted Pause
	if err := json.Unmarshal(data, &wanted); err != nil {
		return err
	}
	traced := map[int]bool{}
	held := 0
	for _, process := range wanted.Processes {
		if !h.IsAlive(process) {
			continue
		}
		n, err := seizeAll(h, process, traced)
		if err != nil {
			return err
		}
		held += n
	}
	if held == 0 {
		return errors.New("none of the processes lives any more")
	}
	settled := map[int]bool{}
	for {
		var status unix.WaitStatus
		thread, err := unix.Wait4(-1, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			// All of them ended: there is nothing to hold, and the kernel's timer ends this.
			ready()
			forever()
		case err != nil:
			return err
		}
		// Stopped or ended; one that is not known yet was made while its process was being stopped.
		traced[thread], settled[thread] = true, true
		if len(settled) >= len(traced) {
			ready()
		}
	}
}

// seizeAll goes through the threads until there is none new.
func seizeAll(h host.Host, process host.Process, traced map[int]bool) (int, error) {
	count := 0
	for {
		entries, err := os.ReadDir(filepath.Join(h.Proc, strconv.Itoa(process.Pid), "task"))
		if errors.Is(err, os.ErrNotExist) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		fresh := 0
		for _, entry := range entries {
			thread, err := strconv.Atoi(entry.Name())
			if err != nil || traced[thread] {
				continue
			}
			err = seize(thread)
			if errors.Is(err, unix.ESRCH) {
				continue
			}
			if err != nil {
				return count, fmt.Errorf("tracing thread %d of process %d: %w", thread, process.Pid, err)
			}
			traced[thread] = true
			fresh++
		}
		if fresh == 0 {
			return count, nil
		}
		count += fresh
	}
}

func seize(thread int) error {
	if err := ptrace(unix.PTRACE_SEIZE, thread, unix.PTRACE_O_TRACECLONE); err != nil {
		return err
	}
	return ptrace(unix.PTRACE_INTERRUPT, thread, 0)
}

func ptrace(request, thread int, data uintptr) error {
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(thread), 0, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
