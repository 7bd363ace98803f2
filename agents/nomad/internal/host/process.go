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

// IsAlive tells whether it still runs; one that nobody has waited for is dead.
func (h Host) IsAlive(p Process) bool {
	now, err := h.stat(p.Pid)
	return err == nil && now.start == p.Start && now.state != 'Z' && now.state != 'X'
}

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
	if now, err := h.stat(p.Pid); err != nil || now.start != p.Start || now.state == 'Z' {
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

// HasPidfd tells why this kernel has no descriptors of processes; nil: it has.
func HasPidfd(Host) error {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return fmt.Errorf("pidfd_open: %w", err)
	}
	return unix.Close(fd)
}

// capability numbers of capabilities(7).
const capSysPtrace = 19

// MayTrace tells why this process may not trace others; nil: it may.
func (h Host) MayTrace() error {
	for _, line := range strings.Split(readText(filepath.Join(h.Proc, "self/status")), "\n") {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "CapEff":
			mask, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
			if err != nil || mask&(1<<capSysPtrace) == 0 {
				return errors.New("CAP_SYS_PTRACE is missing")
			}
		}
	}
	if readText(filepath.Join(h.Proc, "sys/kernel/yama/ptrace_scope")) == "3" {
		return errors.New("kernel.yama.ptrace_scope is 3: nobody may trace")
	}
	return nil
}

// IsSpared: never hit by a pattern: the kernel's own threads, the first process, this agent and its parents, Nomad's
// client with its helpers, and tasks of the agent itself.
func (h Host) IsSpared(pid int) bool {
	if pid == 1 || h.isKernelThread(pid) || h.isAncestor(pid) {
		return true
	}
	name := readText(filepath.Join(h.Proc, strconv.Itoa(pid), "comm"))
	return name == "nomad" || name == "sirocco-agent"
}

func (h Host) isKernelThread(pid int) bool {
	_, err := os.Readlink(filepath.Join(h.Proc, strconv.Itoa(pid), "exe"))
	return err != nil && h.Command(pid) == readText(filepath.Join(h.Proc, strconv.Itoa(pid), "comm"))
}

func (h Host) isAncestor(pid int) bool {
	for at := os.Getpid(); at > 1; {
		if at == pid {
			return true
		}
		at = h.parent(at)
	}
	return false
}

func (h Host) parent(pid int) int {
	for _, line := range strings.Split(readText(filepath.Join(h.Proc, strconv.Itoa(pid), "status")), "\n") {
		if value, ok := strings.CutPrefix(line, "PPid:"); ok {
			parent, _ := strconv.Atoi(strings.TrimSpace(value))
			return parent
		}
	}
	return 0
}
