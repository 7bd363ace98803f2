package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binary is the agent as it is shipped: tests start it as Nomad or a person would.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "sirocco-agent-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		binary = filepath.Join(folder, "sirocco-agent")
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// node is a machine's state folder, and the folder that the tasks of one child share.
type node struct {
	t      *testing.T
	state  string
	shared string
}

func aNode(t *testing.T) node {
	return node{t: t, state: t.TempDir(), shared: t.TempDir()}
}

// told is one line of the agent.
type told struct {
	Event string         `json:"event"`
	Words string         `json:"words"`
	Code  int            `json:"code"`
	Data  map[string]any `json:"data"`
}

func (n node) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = []string{"SIROCCO_AGENT_STATE=" + n.state, "NOMAD_ALLOC_DIR=" + n.shared}
	return cmd
}

type outcome struct {
	code  int
	lines []told
}

func (n node) run(args ...string) outcome {
	n.t.Helper()
	cmd := n.command(args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	_ = cmd.Run()
	return outcome{code: cmd.ProcessState.ExitCode(), lines: linesOf(n.t, out.Bytes())}
}

func linesOf(t *testing.T, text []byte) []told {
	t.Helper()
	var lines []told
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var one told
		if err := json.Unmarshal(line, &one); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, one)
	}
	return lines
}

func (o outcome) has(word string) *told {
	for n := range o.lines {
		if o.lines[n].Event == word {
			return &o.lines[n]
		}
	}
	return nil
}

func (o outcome) expect(t *testing.T, code int, words ...string) {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, not %d: %v", o.code, code, o.lines)
	}
	for _, word := range words {
		if o.has(word) == nil {
			t.Fatalf("%s was not told: %v", word, o.lines)
		}
	}
}

// payload file of an intent; over replaces keys.
func (n node) payload(intent, fault string, over map[string]any) string {
	n.t.Helper()
	p := map[string]any{
		"v": 1, "run": "default_k_20261124T100000Z", "intent": intent, "fault": fault, "params": map[string]any{},
		"targets": []any{}, "scope": "node", "duration_ms": 0, "lease_ms": 0,
		"not_after": time.Now().Add(time.Minute).UTC().Format(time.RFC3339), "spare": []string{},
		"nomad": map[string]any{"addr": "", "servers": []string{}},
	}
	for key, value := range over {
		p[key] = value
	}
	text, err := json.Marshal(p)
	if err != nil {
		n.t.Fatal(err)
	}
	path := filepath.Join(n.t.TempDir(), "payload.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		n.t.Fatal(err)
	}
	return path
}

const alloc = "5f2b1c3d-0000-4000-8000-000000000001"

// target is a process of a task, as Nomad marks it.
func target(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"NOMAD_ALLOC_ID=" + alloc, "NOMAD_TASK_NAME=web"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
	})
	return cmd
}

func onAlloc(params map[string]any, duration time.Duration) map[string]any {
	return map[string]any{
		"scope": "alloc", "targets": []any{map[string]any{"alloc": alloc, "task": "web"}},
		"params": params, "duration_ms": duration.Milliseconds(),
	}
}

func until(t *testing.T, what string, within time.Duration, is func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, within)
		}
	}
}

// state of a process, as proc has it: R, S, t, Z; "" when it is gone.
func stateOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))[0]
}

// workers of ours that live, by the state folder of nobody else: the binary's path is this test's own.
func workers(t *testing.T) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err != nil || !strings.HasPrefix(string(text), binary+"\x00worker\x00") {
			continue
		}
		var pid int
		if _, err := fmt.Sscan(entry.Name(), &pid); err == nil && stateOf(pid) != "Z" {
			pids = append(pids, pid)
		}
	}
	return pids
}
