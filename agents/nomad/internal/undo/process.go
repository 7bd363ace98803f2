package undo

import (
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// killWithin is what a killed process gets to be gone: one in the middle of giving back much memory takes its time.
const killWithin = 10 * time.Second

// killProcess ends a worker of ours; data is a host.Process.
func killProcess(h host.Host, data json.RawMessage) (Result, error) {
	var process host.Process
	if err := json.Unmarshal(data, &process); err != nil {
		return Result{}, err
	}
	fd, err := h.Open(process)
	if errors.Is(err, host.ErrGone) {
		return Result{WasGone: "the process has ended"}, nil
	}
	if err != nil {
		return Result{}, err
	}
	defer unix.Close(fd)
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return Result{}, err
	}
	end := host.Now().After(killWithin)
	for {
		left := end.Left()
		if left <= 0 {
			return Result{Difference: "the process does not end, although it was killed"}, nil
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return Result{}, err
		}
		if n > 0 {
			return Result{After: map[string]any{"ended": process.Pid}}, nil
		}
	}
}
