package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheFourTasks(t *testing.T) {
	n := aNode(t)
	web := target(t, "sleep", "60")
	pid := web.Process.Pid
	p := n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))
	n.run("inject", p).expect(t, 0, "begun", "journaled")
	if stateOf(pid) != "S" {
		t.Fatalf("inject alone stopped it: %s", stateOf(pid))
	}
	hold := n.command("hold")
	var out bytes.Buffer
	hold.Stdout = &out
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	n.run("ready").expect(t, 0)
	if stateOf(pid) != "t" {
		t.Fatalf("ready, but the target is in state %s", stateOf(pid))
	}
	if err := hold.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := hold.Wait(); err != nil {
		t.Fatal(err)
	}
	held := outcome{lines: linesOf(t, out.Bytes())}
	held.expect(t, 0, "changed", "in_force", "terminated", "undone", "reverted")
	if stateOf(pid) != "S" {
		t.Fatalf("after hold the target is in state %s", stateOf(pid))
	}
	n.run("revert").expect(t, 0)
}

func TestRevertAfterHoldWasKilled(t *testing.T) {
	n := aNode(t)
	web := target(t, "sleep", "60")
	p := n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))
	n.run("inject", p).expect(t, 0)
	hold := n.command("hold")
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	n.run("ready").expect(t, 0)
	if err := hold.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = hold.Wait()
	until(t, "the target to go on", 2*time.Second, func() bool { return stateOf(web.Process.Pid) == "S" })
	n.run("revert").expect(t, 0, "gone", "reverted")
	n.run("revert").expect(t, 0)
}

// Nomad places a child again where its allocation was stopped by hand.
func TestAnIntentIsInjectedOnceANode(t *testing.T) {
	n := aNode(t)
	target(t, "sleep", "60")
	p := n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))
	n.run("inject", p).expect(t, 0, "journaled")
	n.run("revert").expect(t, 0, "reverted")
	again := node{t: t, state: n.state, shared: t.TempDir()}
	again.run("inject", p).expect(t, 0, "already")
	again.run("hold").expect(t, 0, "already")
	again.run("ready").expect(t, 0)
	again.run("revert").expect(t, 0, "gone")
}

// Nomad restarts the main task of an allocation without its other tasks.
func TestARestartedHoldPutsBackAndBeginsNothing(t *testing.T) {
	n := aNode(t)
	web := target(t, "sleep", "60")
	n.run("inject", n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))).expect(t, 0)
	hold := n.command("hold")
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	n.run("ready").expect(t, 0)
	_ = hold.Process.Kill()
	_ = hold.Wait()
	n.run("hold").expect(t, 0, "reverted")
	if stateOf(web.Process.Pid) != "S" {
		t.Fatalf("the target is in state %s", stateOf(web.Process.Pid))
	}
}

func TestWhatChangesNothing(t *testing.T) {
	n := aNode(t)
	target(t, "sleep", "60")
	late := onAlloc(nil, time.Minute)
	late["not_after"] = "2020-01-01T00:00:00Z"
	absent := onAlloc(nil, time.Minute)
	absent["targets"] = []any{map[string]any{"alloc": "5f2b1c3d-0000-4000-8000-00000000ffff"}}
	for name, one := range map[string]struct {
		fault string
		over  map[string]any
		code  int
		words string
	}{
		"an unknown fault":           {"process-paus", onAlloc(nil, time.Minute), 64, `fault: "process-paus"`},
		"an unknown parameter":       {"cpu-stress", onAlloc(map[string]any{"percnt": 5}, time.Minute), 64, "percnt"},
		"a parameter out of bounds":  {"cpu-stress", onAlloc(map[string]any{"percent": 101}, time.Minute), 64, "params.percent: 101"},
		"no duration where it lasts": {"cpu-stress", onAlloc(nil, 0), 64, "duration_ms: 0"},
		"a duration where none is":   {"process-kill", onAlloc(nil, time.Minute), 64, "duration_ms: 60000"},
		"all processes of a node":    {"process-kill", nil, 64, "params.match"},
		"too late":                   {"cpu-stress", late, 75, "not_after"},
		"an allocation not here":     {"cpu-stress", absent, 69, "targets"},
		"a folder that is not there": {"disk-fill", onAlloc(map[string]any{"path": "/nowhere", "size": "1MiB"}, time.Minute), 69, "/nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := n.run("inject", n.payload("r/0", one.fault, one.over))
			refused.expect(t, one.code, "failed")
			failed := refused.has("failed")
			if failed.Code != one.code || !strings.Contains(failed.Words, one.words) {
				t.Fatalf("told as %d: %s", failed.Code, failed.Words)
			}
			left, err := filepath.Glob(filepath.Join(n.state, "journal", "*"))
			if err != nil || len(left) > 0 {
				t.Fatalf("a journal was opened: %v %v", left, err)
			}
			n.run("hold").expect(t, 0, "already")
			n.run("revert").expect(t, 0, "gone")
		})
	}
}

func TestASecondFaultOnTheSameThingIsRefusedWithTheFirstOnesRun(t *testing.T) {
	n := aNode(t)
	target(t, "sleep", "60")
	over := onAlloc(map[string]any{"percent": 5}, time.Minute)
	n.run("inject", n.payload("r/0", "cpu-stress", over)).expect(t, 0)
	over["run"] = "default_other_20261124T100000Z"
	second := node{t: t, state: n.state, shared: t.TempDir()}
	refused := second.run("inject", n.payload("other/0", "cpu-stress", over))
	refused.expect(t, 78, "failed")
	if words := refused.has("failed").Words; !strings.Contains(words, "default_k_20261124T100000Z") {
		t.Fatalf("the other run is not named: %s", words)
	}
	n.run("revert").expect(t, 0, "reverted")
	second.run("inject", n.payload("other/0", "cpu-stress", over)).expect(t, 0, "journaled")
}

func TestHaltEndsWhatIsHeld(t *testing.T) {
	n := aNode(t)
	web := target(t, "sleep", "60")
	held := n.command("run", "process-pause", "--alloc", alloc, "--duration", "1m")
	if err := held.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the target to be stopped", 5*time.Second, func() bool { return stateOf(web.Process.Pid) == "t" })
	ended := make(chan error, 1)
	go func() { ended <- held.Wait() }()
	n.run("halt").expect(t, 0, "reverted")
	if stateOf(web.Process.Pid) != "S" {
		t.Fatalf("after halt the target is in state %s", stateOf(web.Process.Pid))
	}
	if err := <-ended; err != nil {
		t.Fatalf("who held it ended with %v", err)
	}
}

func TestWhatNeedsAFolderOfItsOwnSaysSo(t *testing.T) {
	n := aNode(t)
	n.shared = ""
	n.run("hold").expect(t, 64, "failed")
	n.shared = t.TempDir()
	if err := os.WriteFile(filepath.Join(n.shared, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n.state = filepath.Join(n.shared, "file", "state")
	target(t, "sleep", "60")
	n.run("inject", n.payload("r/0", "process-pause", onAlloc(nil, time.Minute))).expect(t, 69, "failed")
}
