package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// limited is a task that burns a whole core, in a cgroup of its own.
func limited(t *testing.T) (folder string, web *exec.Cmd) {
	t.Helper()
	folder = cgroup(t, "cpu")
	web = target(t, "sh", "-c", "while :; do :; done")
	put(t, filepath.Join(folder, "cgroup.procs"), strconv.Itoa(web.Process.Pid))
	return folder, web
}

func quotaIn(t *testing.T, folder string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "cpu.cfs_quota_us"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// guardians of ours that live.
func guardians(t *testing.T) []int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		if strings.HasPrefix(string(text), binary+"\x00guardian\x00") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if stateOf(pid) != "Z" {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

func TestATaskIsLimitedAndFreeAgain(t *testing.T) {
	folder, web := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	cmd := n.command("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "3s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the limit", 5*time.Second, func() bool { return quotaIn(t, folder) == "20000" })
	share := shareOver(t, web.Process.Pid, 2*time.Second)
	if math.Abs(share-20) > 5 {
		t.Errorf("%.1f percent of a core used, 20 allowed", share)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if after := quotaIn(t, folder); after != before {
		t.Errorf("the quota is %s, and was %s", after, before)
	}
	until(t, "the guardian to go", 2*time.Second, func() bool { return len(guardians(t)) == 0 })
}

func TestTheGuardianPutsBackWhatItsHolderCanNot(t *testing.T) {
	folder, _ := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	cmd := n.command("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "1m")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the fault to be in force", 5*time.Second, func() bool { return n.journalLines() >= 6 })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	until(t, "the quota to be as before", 2*time.Second, func() bool { return quotaIn(t, folder) == before })
	until(t, "the guardian to go", 2*time.Second, func() bool { return len(guardians(t)) == 0 })
}

func TestTheGuardianKeepsTheDeadlineOfAStoppedHolder(t *testing.T) {
	folder, _ := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	cmd := n.command("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "1s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	until(t, "the fault to be in force", 5*time.Second, func() bool { return n.journalLines() >= 6 })
	_ = cmd.Process.Signal(syscall.SIGSTOP)
	until(t, "the quota to be as before", 3*time.Second, func() bool { return quotaIn(t, folder) == before })
}

// With the guardian dead too, only the next that comes can.
func TestASweepPutsBackWhatNobodyIsLeftFor(t *testing.T) {
	for lines := 2; lines <= 6; lines++ {
		folder, web := limited(t)
		before := quotaIn(t, folder)
		n := aNode(t)
		cmd := n.command("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "400ms")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		until(t, "so many lines of the journal", 5*time.Second, func() bool { return n.journalLines() >= lines })
		for _, pid := range guardians(t) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		until(t, fmt.Sprintf("a sweep after %d lines to put back", lines), 3*time.Second, func() bool {
			n.run("sweep").expect(t, 0)
			return quotaIn(t, folder) == before
		})
		_ = web.Process.Kill()
		_, _ = web.Process.Wait()
	}
}

func TestWhatSomebodyElseWroteIsTheirs(t *testing.T) {
	folder, _ := limited(t)
	n := aNode(t)
	cmd := n.command("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "1s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the limit", 5*time.Second, func() bool { return quotaIn(t, folder) == "20000" })
	put(t, filepath.Join(folder, "cpu.cfs_quota_us"), "55000")
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if after := quotaIn(t, folder); after != "55000" {
		t.Errorf("the quota is %s, and somebody else wrote 55000", after)
	}
}

func TestATaskWithoutACgroupOfItsOwnIsRefused(t *testing.T) {
	n := aNode(t)
	target(t, "sleep", "60")
	n.run("run", "cpu-limit", "--alloc", alloc, "--param", "percent=20", "--duration", "1s").expect(t, 69, "failed")
}
