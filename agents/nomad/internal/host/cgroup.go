package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// TaskCgroups are the folders of the cgroups in which a process was put: those of its task, not the root's. By
// controller; "" is version 2.
func (h Host) TaskCgroups(pid int) map[string]string {
	folders := map[string]string{}
	for controllers, path := range h.CgroupPaths(pid) {
		if path == "/" || strings.Contains(path, "..") || strings.HasPrefix(controllers, "name=") {
			continue
		}
		if folder := h.tree(controllers); folder != "" {
			folders[controllers] = filepath.Join(folder, path)
		}
	}
	return folders
}

// tree is where a hierarchy is mounted, or "".
func (h Host) tree(controllers string) string {
	candidates := []string{h.Cgroup, filepath.Join(h.Cgroup, "unified")}
	if controllers != "" {
		candidates = []string{filepath.Join(h.Cgroup, controllers)}
		for _, one := range strings.Split(controllers, ",") {
			candidates = append(candidates, filepath.Join(h.Cgroup, one))
		}
	}
	for _, candidate := range candidates {
		if _, err := os.Stat(filepath.Join(candidate, "cgroup.procs")); err == nil {
			return candidate
		}
	}
	return ""
}

// Join puts this process into cgroups. Each must take it, or the rest would be felt by others.
func Join(folders []string) error {
	for _, folder := range folders {
		at := filepath.Join(folder, "cgroup.procs")
		if err := os.WriteFile(at, []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
			return err
		}
	}
	return nil
}

// Folders in order, for a worker to join.
func Folders(byController map[string]string) []string {
	var all []string
	for _, folder := range byController {
		all = append(all, folder)
	}
	sort.Strings(all)
	return all
}

// QuotaCores is what a task's own cgroup lets it use, in cores; 0: no limit.
func (h Host) QuotaCores(pid int) float64 {
	folders := h.TaskCgroups(pid)
	if folder, ok := folders[""]; ok {
		if fields := strings.Fields(readText(filepath.Join(folder, "cpu.max"))); len(fields) == 2 && fields[0] != "max" {
			return ratio(fields[0], fields[1])
		}
	}
	for controllers, folder := range folders {
		if !hasController(controllers, "cpu") {
			continue
		}
		quota := readText(filepath.Join(folder, "cpu.cfs_quota_us"))
		if strings.HasPrefix(quota, "-") {
			return 0
		}
		return ratio(quota, readText(filepath.Join(folder, "cpu.cfs_period_us")))
	}
	return 0
}

// MemoryLimit of a task's own cgroup in bytes; 0: none.
func (h Host) MemoryLimit(pid int) uint64 {
	folders := h.TaskCgroups(pid)
	if folder, ok := folders[""]; ok {
		if limit, err := strconv.ParseUint(readText(filepath.Join(folder, "memory.max")), 10, 64); err == nil {
			return limit
		}
	}
	for controllers, folder := range folders {
		if !hasController(controllers, "memory") {
			continue
		}
		limit, err := strconv.ParseUint(readText(filepath.Join(folder, "memory.limit_in_bytes")), 10, 64)
		// The kernel's word for "none" is the largest page-aligned number.
		if err == nil && limit < 1<<60 {
			return limit
		}
	}
	return 0
}

// CPUStat of a task's own cgroup: how often, and how long in nanoseconds, its quota held it back.
func (h Host) CPUStat(pid int) map[string]uint64 {
	for controllers, folder := range h.TaskCgroups(pid) {
		if controllers != "" && !hasController(controllers, "cpu") {
			continue
		}
		found := map[string]uint64{}
		for _, line := range strings.Split(readText(filepath.Join(folder, "cpu.stat")), "\n") {
			if key, value, ok := strings.Cut(line, " "); ok && strings.Contains(key, "throttled") {
				found[key], _ = strconv.ParseUint(strings.TrimSpace(value), 10, 64)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func hasController(list, name string) bool {
	for _, one := range strings.Split(list, ",") {
		if one == name {
			return true
		}
	}
	return false
}

func readText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func ratio(above, below string) float64 {
	a, errA := strconv.ParseFloat(above, 64)
	b, errB := strconv.ParseFloat(below, 64)
	if errA != nil || errB != nil || a <= 0 || b <= 0 {
		return 0
	}
	return a / b
}

// HasController tells why there is no tree of a controller ("": version 2); nil: there is one.
func (h Host) HasController(name string) error {
	if folder := h.tree(name); folder == "" {
		return fmt.Errorf("no cgroup tree of %s is mounted at %s", orVersion2(name), h.Cgroup)
	} else if name == "" && !hasController(strings.ReplaceAll(readText(filepath.Join(folder, "cgroup.controllers")), " ", ","), "cpu") {
		return fmt.Errorf("the version 2 tree at %s has no cpu controller", folder)
	}
	return nil
}

func orVersion2(name string) string {
	if name == "" {
		return "version 2"
	}
	return name
}

// ownCgroup is where processes go that must outlive the agent's task: Nomad kills all that is left in a task's own.
const ownCgroup = "sirocco-agent"

// LeaveTask moves this process out of the cgroups of its task, in every tree that is mounted. What is answered removes
// the ones it made, before it ends.
func (h Host) LeaveTask() (func(), error) {
	var own []string
	leave := func() {
		for _, folder := range own {
			// Others of ours may still be there: then the last one removes it.
			if Join([]string{filepath.Dir(folder)}) == nil {
				_ = os.Remove(folder)
			}
		}
	}
	for _, root := range h.TaskCgroups(os.Getpid()) {
		for isCgroup(filepath.Dir(root)) {
			root = filepath.Dir(root)
		}
		folder := filepath.Join(root, ownCgroup)
		if err := enter(root, folder); err != nil {
			leave()
			return func() {}, err
		}
		own = append(own, folder)
	}
	return leave, nil
}

func enter(root, folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := inherit(root, folder, "cpuset.cpus", "cpuset.mems"); err != nil {
		return err
	}
	return Join([]string{folder})
}

func isCgroup(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "cgroup.procs"))
	return err == nil
}

// inherit what a version 1 cpuset must be given before it takes a process.
func inherit(from, to string, names ...string) error {
	for _, name := range names {
		if value := readText(filepath.Join(from, name)); value != "" && readText(filepath.Join(to, name)) == "" {
			if err := os.WriteFile(filepath.Join(to, name), []byte(value), 0); err != nil {
				return err
			}
		}
	}
	return nil
}
