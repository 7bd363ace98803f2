package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

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
