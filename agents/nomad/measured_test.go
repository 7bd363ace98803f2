package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A fault's own evidence, of its last look.
func (o outcome) evidence(t *testing.T, op string) map[string]any {
	t.Helper()
	for n := len(o.lines) - 1; n >= 0; n-- {
		if o.lines[n].Event == "evidence" && o.lines[n].Words == op {
			return o.lines[n].Data
		}
	}
	t.Fatalf("no evidence %s: %v", op, o.lines)
	return nil
}

func TestCPUIsBurntAsAsked(t *testing.T) {
	for _, percent := range []float64{20, 50, 80} {
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			t.Parallel()
			share := burnt(t, "--param", fmt.Sprintf("percent=%g", percent))
			if math.Abs(share-percent) > 5 {
				t.Errorf("%.1f percent of a core burnt, %g asked", share, percent)
			}
		})
	}
}

// burnt is the share of a core, in percent, that a worker of cpu-stress uses over three seconds.
func burnt(t *testing.T, args ...string) float64 {
	t.Helper()
	n := aNode(t)
	cmd := n.command(append([]string{"run", "cpu-stress", "--duration", "4s"}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	var pid int
	until(t, "the worker", 5*time.Second, func() bool {
		pid = childOf(cmd.Process.Pid)
		return pid > 0 && cpuSeconds(t, pid) > 0
	})
	return shareOver(t, pid, 3*time.Second)
}

// shareOver is the share of a core, in percent, that a process uses over a time.
func shareOver(t *testing.T, pid int, d time.Duration) float64 {
	t.Helper()
	begun, used := time.Now(), cpuSeconds(t, pid)
	time.Sleep(d)
	return 100 * (cpuSeconds(t, pid) - used) / time.Since(begun).Seconds()
}

// childOf a holder: its worker, not the child by which the runtime tries the kernel.
func childOf(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0
	}
	for _, word := range strings.Fields(string(text)) {
		command, _ := os.ReadFile(filepath.Join("/proc", word, "cmdline"))
		if strings.Contains(string(command), "\x00worker\x00") {
			child, _ := strconv.Atoi(word)
			return child
		}
	}
	return 0
}

func cpuSeconds(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// cgroup of the test's own, version 1; a quota in percent of a core. Skips where there is none.
func cgroup(t *testing.T, controller string) string {
	t.Helper()
	root := filepath.Join("/sys/fs/cgroup", controller)
	if os.Geteuid() != 0 {
		t.Skip("making a cgroup takes root")
	}
	if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err != nil {
		t.Skipf("no version 1 hierarchy %s", controller)
	}
	folder, err := os.MkdirTemp(root, "sirocco-test-")
	if err != nil {
		t.Skipf("no cgroup can be made: %v", err)
	}
	t.Cleanup(func() {
		until(t, "the cgroup to be empty", 10*time.Second, func() bool { return os.Remove(folder) == nil })
	})
	return folder
}

func put(t *testing.T, path, value string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(value), 0); err != nil {
		t.Fatal(err)
	}
}

func TestCPUStressStaysInTheCgroupOfItsTask(t *testing.T) {
	folder := cgroup(t, "cpu")
	put(t, filepath.Join(folder, "cpu.cfs_period_us"), "100000")
	put(t, filepath.Join(folder, "cpu.cfs_quota_us"), "30000")
	web := target(t, "sleep", "60")
	put(t, filepath.Join(folder, "cgroup.procs"), strconv.Itoa(web.Process.Pid))
	share := burnt(t, "--alloc", alloc+"/web", "--param", "percent=100")
	if math.Abs(share-30) > 5 {
		t.Errorf("%.1f percent of a core burnt in a cgroup that allows 30", share)
	}
}

func TestMemoryIsTakenAsAsked(t *testing.T) {
	n := aNode(t)
	ran := n.run("run", "memory-stress", "--param", "size=200MiB", "--duration", "1s")
	ran.expect(t, 0, "in_force", "reverted")
	resident := ran.evidence(t, "memory-used")["resident_bytes"].(float64)
	if asked := 200.0 * (1 << 20); math.Abs(resident-asked) > asked/20 {
		t.Errorf("%.0f bytes resident, %.0f asked", resident, asked)
	}
}

func TestMemoryGrowsAsAsked(t *testing.T) {
	n := aNode(t)
	cmd := n.command("run", "memory-stress", "--param", "size=400MiB", "--param", "growth=100MiB", "--duration", "3s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	var pid int
	until(t, "the worker", 5*time.Second, func() bool { pid = childOf(cmd.Process.Pid); return pid > 0 })
	time.Sleep(time.Second)
	first := residentMiB(t, pid)
	time.Sleep(time.Second)
	if grown := residentMiB(t, pid) - first; grown < 70 || grown > 130 {
		t.Errorf("grew by %.0f MiB in a second, 100 asked", grown)
	}
}

func residentMiB(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

// A small file system of the test's own, in a mount namespace that ends with its holder.
func TestAFileSystemIsFilledAndFreeAgain(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting takes root")
	}
	folder := t.TempDir()
	holder := exec.Command("unshare", "-m", "sh", "-c", `mount -t tmpfs -o size=64m tmpfs "$1" && echo mounted && exec sleep 60`, "sh", folder)
	holder.Env = []string{"NOMAD_ALLOC_ID=" + alloc, "NOMAD_TASK_NAME=web", "PATH=" + os.Getenv("PATH")}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Skipf("no mount namespace: %v", err)
	}
	t.Cleanup(func() { _ = holder.Process.Kill(); _ = holder.Wait() })
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Skipf("no tmpfs: %v", err)
	}
	inside := fmt.Sprintf("/proc/%d/root%s", holder.Process.Pid, folder)
	before := freeBytes(t, inside)
	n := aNode(t)
	ran := n.run("run", "disk-fill", "--alloc", alloc, "--param", "path="+folder, "--param", "percent=75", "--param", "keep_free=1MiB", "--duration", "1s")
	ran.expect(t, 0, "in_force", "reverted")
	if left := ran.evidence(t, "space-used")["free_bytes"].(float64); math.Abs(left-16*(1<<20)) > 1<<20 {
		t.Errorf("%.0f bytes are free, 16 MiB of 64 were to be left", left)
	}
	if after := freeBytes(t, inside); after != before {
		t.Errorf("%d bytes free after it, %d before", after, before)
	}
	n.run("run", "disk-fill", "--alloc", alloc, "--param", "path="+folder, "--param", "size=1GiB", "--param", "keep_free=8MiB", "--duration", "1s").
		expect(t, 0, "reverted")
	if after := freeBytes(t, inside); after != before {
		t.Errorf("%d bytes free after the second, %d before", after, before)
	}
}

func freeBytes(t *testing.T, path string) uint64 {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		t.Fatal(err)
	}
	return stat.Bavail * uint64(stat.Bsize)
}

func TestSignalsReachWhatMatches(t *testing.T) {
	n := aNode(t)
	one, other := target(t, "sleep", "61"), target(t, "sleep", "62")
	n.run("run", "process-kill", "--alloc", alloc, "--param", "match=sleep 61").expect(t, 0, "acted")
	until(t, "the one to be killed", 2*time.Second, func() bool { return stateOf(one.Process.Pid) == "Z" })
	if stateOf(other.Process.Pid) != "S" {
		t.Errorf("the other is in state %s", stateOf(other.Process.Pid))
	}
	n.run("run", "process-signal", "--alloc", alloc, "--param", "signal=SIGSTOP", "--param", "match=62").expect(t, 0, "acted")
	until(t, "the other to be stopped", 2*time.Second, func() bool { return stateOf(other.Process.Pid) == "T" })
}
