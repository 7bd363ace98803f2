package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Process is one process, not whichever has its number now: Start is its start time in clock ticks since boot.
type Process struct {
	Pid   int    `json:"pid"`
	Start uint64 `json:"start"`
}

// Pid of a number, as it is now.
func (h Host) Pid(pid int) (Process, error) {
	stat, err := h.stat(pid)
	if err != nil {
		return Process{}, err
	}
	return Process{Pid: pid, Start: stat.start}, nil
}

type stat struct {
	state       byte
	utime       uint64
	stime       uint64
	start       uint64
	residentKiB uint64
}

// stat of a process, field numbers as proc(5) has them.
func (h Host) stat(pid int) (stat, error) {
	text, err := os.ReadFile(filepath.Join(h.Proc, strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, err
	}
	// The name may hold spaces and parentheses: fields begin after the last one.
	at := bytes.LastIndexByte(text, ')')
	if at < 0 {
		return stat{}, fmt.Errorf("stat of process %d has no name", pid)
	}
	fields := strings.Fields(string(text[at+1:]))
	if len(fields) < 22 {
		return stat{}, fmt.Errorf("stat of process %d has %d fields", pid, len(fields))
	}
	number := func(field int) uint64 {
		value, _ := strconv.ParseUint(fields[field-3], 10, 64)
		return value
	}
	pages := uint64(os.Getpagesize() / 1024)
	return stat{state: fields[0][0], utime: number(14), stime: number(15), start: number(22), residentKiB: number(24) * pages}, nil
}

// IsAlive tells whether it still runs, or one of its threads: the first of them may be a zombie before the others have
// given back what they hold.
func (h Host) IsAlive(p Process) bool {
	fd, err := h.Open(p)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return !hasEnded(fd, 0)
}

// hasEnded waits until the process of a descriptor ended, all its threads with it; false: not within the time.
func hasEnded(fd int, within time.Duration) bool {
	for end := Now().After(within); ; {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(max(end.Left(), 0).Milliseconds())+1)
		if n > 0 || (err != nil && !errors.Is(err, unix.EINTR)) {
			return n > 0
		}
		if end.Left() <= 0 {
			return false
		}
	}
}

// Kill this very process and wait until it has ended. ErrGone: it had before; an error that is none of these says why
// it lives.
func (h Host) Kill(p Process, within time.Duration) error {
	fd, err := h.Open(p)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if hasEnded(fd, 0) {
		return ErrGone
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	if !hasEnded(fd, within) {
		return ErrLives
	}
	return nil
}

// ErrLives: it was killed, and has not ended.
var ErrLives = errors.New("the process does not end, although it was killed")

// ErrGone: the process ended, or its number is another's now.
var ErrGone = errors.New("the process is gone")

// Signal sends a signal to this very process, by a descriptor of it. ErrGone: it has ended.
func (h Host) Signal(p Process, signal unix.Signal) error {
	fd, err := h.Open(p)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	err = unix.PidfdSendSignal(fd, signal, nil, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

// Open a descriptor of this very process: readable once it ends.
func (h Host) Open(p Process) (int, error) {
	fd, err := unix.PidfdOpen(p.Pid, 0)
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) {
		return 0, ErrGone
	}
	if err != nil {
		return 0, err
	}
	// The descriptor is of whoever had the number just now: only an unchanged start time proves who.
	if now, err := h.stat(p.Pid); err != nil || now.start != p.Start {
		unix.Close(fd)
		return 0, ErrGone
	}
	return fd, nil
}

// Pids of all processes that can be seen, in order.
func (h Host) Pids() ([]int, error) {
	entries, err := os.ReadDir(h.Proc)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	sort.Ints(pids)
	return pids, nil
}

// Environ of a process as it was started; nothing where it can't be read.
func (h Host) Environ(pid int) map[string]string {
	text, err := os.ReadFile(filepath.Join(h.Proc, strconv.Itoa(pid), "environ"))
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, pair := range strings.Split(string(text), "\x00") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			found[key] = value
		}
	}
	return found
}

// Command line of a process, its words with spaces between; its name where it has none.
func (h Host) Command(pid int) string {
	at := filepath.Join(h.Proc, strconv.Itoa(pid))
	text, _ := os.ReadFile(filepath.Join(at, "cmdline"))
	if words := strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " ")); words != "" {
		return words
	}
	name, _ := os.ReadFile(filepath.Join(at, "comm"))
	return strings.TrimSpace(string(name))
}

// ticksPerSecond of the times in stat: fixed in the kernel's interface.
const ticksPerSecond = 100

// CPUSeconds that a process has used.
func (h Host) CPUSeconds(pid int) (float64, error) {
	stat, err := h.stat(pid)
	return float64(stat.utime+stat.stime) / ticksPerSecond, err
}

// ResidentKiB of a process.
func (h Host) ResidentKiB(pid int) (uint64, error) {
	stat, err := h.stat(pid)
	return stat.residentKiB, err
}

// IsStopped tells whether every thread of it is stopped, by a signal or a tracer.
func (h Host) IsStopped(p Process) bool {
	now, err := h.stat(p.Pid)
	return err == nil && now.start == p.Start && (now.state == 'T' || now.state == 't')
}
