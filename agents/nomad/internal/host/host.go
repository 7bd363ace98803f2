// Package host is all that the agent asks of the machine: files of the kernel, processes, cgroups, namespaces, clocks.
// Nothing else in the agent makes a system call. Its roots can be put elsewhere by tests.
package host

import (
	"os"
	"path/filepath"
	"strings"
)

// Host is a machine, or a part of one that a test made.
type Host struct {
	// Proc is where proc is mounted.
	Proc string
	// Cgroup is where the cgroup trees are mounted.
	Cgroup string
	// State holds the journals; it must outlive the agent's own allocation.
	State string
}

// Default roots; the state's can be changed by SIROCCO_AGENT_STATE.
func Default() Host {
	state := os.Getenv("SIROCCO_AGENT_STATE")
	if state == "" {
		state = "/var/lib/sirocco-agent"
	}
	return Host{Proc: "/proc", Cgroup: "/sys/fs/cgroup", State: state}
}

// BootID names this boot: what a journal of another one made in the kernel is gone.
func (h Host) BootID() (string, error) {
	text, err := os.ReadFile(filepath.Join(h.Proc, "sys/kernel/random/boot_id"))
	return strings.TrimSpace(string(text)), err
}
