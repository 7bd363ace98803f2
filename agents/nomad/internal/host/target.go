package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Found is an allocation, or a task of it, on this node.
type Found struct {
	Alloc string
	Task  string
	// Its processes, in order of number.
	Processes []Process
}

// Find the processes of an allocation (of one task where it is named), by the environment that Nomad gave them, or by
// the name of their cgroup where they no longer show it. Nomad's own helpers carry neither.
func (h Host) Find(alloc, task string) (Found, error) {
	found := Found{Alloc: alloc, Task: task}
	pids, err := h.Pids()
	if err != nil {
		return found, err
	}
	for _, pid := range pids {
		if !h.isOf(pid, alloc, task) {
			continue
		}
		if process, err := h.Pid(pid); err == nil && h.IsAlive(process) {
			found.Processes = append(found.Processes, process)
		}
	}
	return found, nil
}

func (h Host) isOf(pid int, alloc, task string) bool {
	env := h.Environ(pid)
	if id, told := env["NOMAD_ALLOC_ID"]; told {
		return id == alloc && (task == "" || env["NOMAD_TASK_NAME"] == task)
	}
	for _, path := range h.CgroupPaths(pid) {
		name := strings.TrimSuffix(filepath.Base(path), ".scope")
		if rest, ok := strings.CutPrefix(name, alloc+"."); ok && (task == "" || rest == task) {
			return true
		}
	}
	return false
}

// CgroupPaths of a process by controller list as /proc/PID/cgroup has it ("" is version 2), within its tree.
func (h Host) CgroupPaths(pid int) map[string]string {
	text, err := os.ReadFile(filepath.Join(h.Proc, strconv.Itoa(pid), "cgroup"))
	if err != nil {
		return nil
	}
	paths := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if fields := strings.SplitN(line, ":", 3); len(fields) == 3 {
			paths[fields[1]] = fields[2]
		}
	}
	return paths
}

// Namespace is one namespace of the kernel, by its kind and number: no path of it lasts.
type Namespace struct {
	Kind  string `json:"kind"`
	Dev   uint64 `json:"dev"`
	Inode uint64 `json:"inode"`
}

func (n Namespace) String() string { return fmt.Sprintf("%s:%d", n.Kind, n.Inode) }

// NamespaceOf a process; kind is net, mnt, pid or another of /proc/PID/ns.
func (h Host) NamespaceOf(pid int, kind string) (Namespace, error) {
	return namespaceAt(filepath.Join(h.Proc, strconv.Itoa(pid), "ns", kind), kind)
}

func namespaceAt(path, kind string) (Namespace, error) {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return Namespace{}, fmt.Errorf("%s: %w", path, err)
	}
	return Namespace{Kind: kind, Dev: stat.Dev, Inode: stat.Ino}, nil
}
