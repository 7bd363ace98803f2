package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How other tools have left harm behind, each shown not to happen here: docs/leaks.md names the threads.

// A memory fault whose worker is killed by the kernel's out-of-memory killer could not be recovered.
func TestLeakMemoryStressKilledForLackOfMemory(t *testing.T) {
	folder := cgroup(t, "memory")
	put(t, filepath.Join(folder, "memory.limit_in_bytes"), strconv.Itoa(64<<20))
	web := target(t, "sleep", "60")
	put(t, filepath.Join(folder, "cgroup.procs"), strconv.Itoa(web.Process.Pid))
	n := aNode(t)
	n.run("inject", n.payload("r/0", "memory-stress", onAlloc(map[string]any{"size": "256MiB"}, time.Minute))).expect(t, 0)
	ended := n.run("hold")
	if ended.code == 0 {
		t.Fatalf("hold told of success although its worker was killed: %v", ended.lines)
	}
	n.run("revert").expect(t, 0)
	if left := workers(t); len(left) > 0 {
		t.Errorf("workers are left: %v", left)
	}
	if state := stateOf(web.Process.Pid); state != "S" {
		t.Errorf("the target is in state %q: it, and not the worker, was taken", state)
	}
}

// The target crashed and came back with another process: the undo did not find it any more.
func TestLeakTargetThatWasReplaced(t *testing.T) {
	n := aNode(t)
	first := target(t, "sleep", "60")
	n.run("inject", n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))).expect(t, 0)
	hold := n.command("hold")
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	n.run("ready").expect(t, 0)
	_ = first.Process.Kill()
	_, _ = first.Process.Wait()
	second := target(t, "sleep", "60")
	_ = hold.Process.Kill()
	_ = hold.Wait()
	n.run("revert").expect(t, 0, "reverted")
	if state := stateOf(second.Process.Pid); state != "S" {
		t.Errorf("who came back is in state %q", state)
	}
	n.run("inject", n.payload("r/1", "process-pause", onAlloc(nil, time.Minute))).expect(t, 0, "journaled")
}

// The folder of the task was thrown away before it was put back: the undo was in it.
func TestLeakSharedFolderThrownAway(t *testing.T) {
	folder, _ := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	n.run("inject", n.payload("r/0", "cpu-limit", onAlloc(map[string]any{"percent": 20}, time.Second))).expect(t, 0)
	gone := node{t: t, state: n.state, shared: t.TempDir()}
	gone.run("revert").expect(t, 0, "gone")
	until(t, "the guardian to put back at the deadline", 3*time.Second, func() bool { return quotaIn(t, folder) == before })
}

// A second fault took the first one's change for what had been there before, and put that back.
func TestLeakSecondFaultKeepsWhatTheFirstOneMade(t *testing.T) {
	folder, _ := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	n.run("inject", n.payload("r/0", "cpu-limit", onAlloc(map[string]any{"percent": 20}, time.Minute))).expect(t, 0)
	second := node{t: t, state: n.state, shared: t.TempDir()}
	second.run("inject", second.payload("r/1", "cpu-limit", onAlloc(map[string]any{"percent": 50}, time.Minute))).expect(t, 78)
	n.run("revert").expect(t, 0, "undone", "reverted")
	if after := quotaIn(t, folder); after != before {
		t.Errorf("the quota is %s, and was %s", after, before)
	}
}

// The second fault looked while the first one was in force, and began when it was over: it put back the first one's value.
func TestLeakSecondFaultThatLookedTooEarly(t *testing.T) {
	folder, _ := limited(t)
	before := quotaIn(t, folder)
	n := aNode(t)
	n.run("inject", n.payload("r/0", "cpu-limit", onAlloc(map[string]any{"percent": 20}, time.Minute))).expect(t, 0)
	lock, err := os.OpenFile(filepath.Join(n.state, "lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	second := node{t: t, state: n.state, shared: t.TempDir()}
	inject := second.command("inject", second.payload("r/1", "cpu-limit", onAlloc(map[string]any{"percent": 50}, time.Minute)))
	if err := inject.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the second to wait for the lock", 5*time.Second, func() bool { return isWaiting(inject.Process.Pid) })
	n.run("revert").expect(t, 0, "undone", "reverted")
	_ = lock.Close()
	if err := inject.Wait(); err != nil {
		t.Fatal(err)
	}
	second.run("revert").expect(t, 0, "undone", "reverted")
	if after := quotaIn(t, folder); after != before {
		t.Errorf("the quota is %s, and was %s", after, before)
	}
}

// isWaiting tells whether a thread of a process waits for a lock of a file.
func isWaiting(pid int) bool {
	paths, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		if number, _, _ := strings.Cut(string(text), " "); number == strconv.Itoa(syscall.SYS_FLOCK) {
			return true
		}
	}
	return false
}

// Nothing but the journal knew of a fault, and a journal that can't be read was taken for none.
func TestLeakUnreadableJournalIsNoProofOfAbsence(t *testing.T) {
	n := aNode(t)
	target(t, "sleep", "60")
	n.run("inject", n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))).expect(t, 0)
	paths, err := filepath.Glob(filepath.Join(n.state, "journal", "*"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("journals: %v %v", paths, err)
	}
	put(t, paths[0], "spoilt\nspoilt\n")
	second := node{t: t, state: n.state, shared: t.TempDir()}
	second.run("inject", second.payload("r/1", "process-pause", onAlloc(nil, time.Minute))).expect(t, 78, "failed")
	n.run("sweep").expect(t, 73, "failed")
	n.run("halt").expect(t, 73, "failed")
	n.run("revert").expect(t, 73, "failed")
}
