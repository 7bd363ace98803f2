package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Each fault that a process holds, on an allocation of the test's own.
func held(folder string) map[string]map[string]any {
	return map[string]map[string]any{
		"cpu-stress":    {"percent": 5},
		"memory-stress": {"size": "8MiB"},
		"process-pause": {},
		"disk-fill":     {"path": folder, "size": "1MiB"},
	}
}

// kept is one child of Nomad's: its tasks are processes that can be killed at any step.
type kept struct {
	node
	web *exec.Cmd
}

func (k kept) isAsBefore(t *testing.T) {
	t.Helper()
	if state := stateOf(k.web.Process.Pid); state != "S" {
		t.Errorf("the target is in state %s", state)
	}
	if left := workers(t); len(left) > 0 {
		t.Errorf("workers are left: %v", left)
	}
}

// Steps at which everything of the agent is killed: after so many lines of the journal.
func TestEverythingKilledAtEachStep(t *testing.T) {
	for fault, params := range held(t.TempDir()) {
		t.Run(fault, func(t *testing.T) {
			for step := 1; ; step++ {
				if ended := killedAfter(t, fault, params, step); ended {
					if step < 4 {
						t.Fatalf("it ended after %d lines of its journal", step)
					}
					return
				}
			}
		})
	}
}

// killedAfter lets a fault go on until its journal has so many lines, and kills all of it. It tells whether the fault
// ended before.
func killedAfter(t *testing.T, fault string, params map[string]any, lines int) bool {
	k := kept{node: aNode(t), web: target(t, "sleep", "60")}
	defer func() { _ = k.web.Process.Kill(); _, _ = k.web.Process.Wait() }()
	const duration = 300 * time.Millisecond
	p := k.payload("r/0", fault, onAlloc(params, duration))
	run := k.command("run", p)
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = run.Wait(); close(ended) }()
	for {
		if k.journalLines() >= lines {
			break
		}
		select {
		case <-ended:
			k.isAsBefore(t)
			return true
		case <-time.After(200 * time.Microsecond):
		}
	}
	_ = run.Process.Kill()
	for _, pid := range workers(t) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-ended
	until(t, "no worker to be left", 2*time.Second, func() bool { return len(workers(t)) == 0 })
	until(t, "the target to go on", 2*time.Second, func() bool { return stateOf(k.web.Process.Pid) == "S" })
	k.run("sweep").expect(t, 0)
	k.isAsBefore(t)
	return false
}

func (n node) journalLines() int {
	paths, _ := filepath.Glob(filepath.Join(n.state, "journal", "*"))
	count := 0
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		count += bytes.Count(text, []byte("\n"))
	}
	return count
}

// Whoever holds the fault is killed, and its workers are not told: they end with it.
func TestWorkersDieWithTheirHolder(t *testing.T) {
	for fault, params := range held(t.TempDir()) {
		t.Run(fault, func(t *testing.T) {
			k := kept{node: aNode(t), web: target(t, "sleep", "60")}
			run := k.command("run", k.payload("r/0", fault, onAlloc(params, time.Minute)))
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the fault to be in force", 5*time.Second, func() bool { return k.journalLines() >= 7 })
			_ = run.Process.Kill()
			_ = run.Wait()
			until(t, "no worker to be left", 2*time.Second, func() bool { return len(workers(t)) == 0 })
			until(t, "the target to go on", 2*time.Second, func() bool { return stateOf(k.web.Process.Pid) == "S" })
			k.run("sweep").expect(t, 0, "reverted")
		})
	}
}

// A stopped holder can't end anything: the kernel's timer does.
func TestAStoppedHolderDoesNotOutliveTheDeadline(t *testing.T) {
	for fault, params := range held(t.TempDir()) {
		t.Run(fault, func(t *testing.T) {
			k := kept{node: aNode(t), web: target(t, "sleep", "60")}
			run := k.command("run", k.payload("r/0", fault, onAlloc(params, time.Second)))
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = run.Process.Kill(); _ = run.Wait() }()
			until(t, "the fault to be in force", 5*time.Second, func() bool { return k.journalLines() >= 7 })
			pid := workers(t)[0]
			_ = run.Process.Signal(syscall.SIGSTOP)
			_ = syscall.Kill(pid, syscall.SIGSTOP)
			until(t, "the worker to be ended by the kernel", 3*time.Second, func() bool { return len(workers(t)) == 0 })
			until(t, "the target to go on", time.Second, func() bool { return stateOf(k.web.Process.Pid) == "S" })
		})
	}
}

// The target ends in the middle: nothing is left, and putting back succeeds.
func TestTheTargetKilledInTheMiddle(t *testing.T) {
	for fault, params := range held(t.TempDir()) {
		t.Run(fault, func(t *testing.T) {
			k := kept{node: aNode(t), web: target(t, "sleep", "60")}
			k.node.run("inject", k.payload("r/0", fault, onAlloc(params, time.Minute))).expect(t, 0)
			hold := k.command("hold")
			if err := hold.Start(); err != nil {
				t.Fatal(err)
			}
			k.node.run("ready").expect(t, 0)
			_ = k.web.Process.Kill()
			ended := make(chan struct{})
			go func() { _, _ = k.web.Process.Wait(); close(ended) }()
			select {
			case <-ended:
			case <-time.After(2 * time.Second):
				t.Fatal("the killed target could not be reaped while its fault was in force")
			}
			_ = hold.Process.Signal(syscall.SIGTERM)
			_ = hold.Wait()
			k.node.run("revert").expect(t, 0)
			if left := workers(t); len(left) > 0 {
				t.Errorf("workers are left: %v", left)
			}
		})
	}
}
