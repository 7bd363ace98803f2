package phase

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/fault"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/journal"
	"sirocco/agents/nomad/internal/undo"
)

// opened is a journal of this boot, and a file with a value that a fault is to change.
func opened(t *testing.T, boot string) (Scene, *journal.Journal, string) {
	t.Helper()
	h := host.Default()
	h.State = t.TempDir()
	if boot == "" {
		var err error
		if boot, err = h.BootID(); err != nil {
			t.Fatal(err)
		}
	}
	s := Scene{Host: h, Tell: event.NewTeller(&bytes.Buffer{}, "test")}
	j, err := journal.Create(h, journal.Line{Run: "r", Intent: "r/0", Fault: "f", Boot: boot, At: host.Now()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	if err := j.Write(journal.Line{Kind: journal.Deadline, At: host.Now().After(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "value")
	write(t, path, "before")
	return s, j, path
}

func write(t *testing.T, path, value string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
		t.Fatal(err)
	}
}

func valueIn(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func changing(t *testing.T, path string, first func()) fault.Change {
	t.Helper()
	value, err := undo.NewFileValue(path, "ours")
	if err != nil {
		t.Fatal(err)
	}
	return fault.Change{Words: "a value", Undo: undo.NewRef("file-value", value), Do: func(host.Instant) error {
		first()
		return os.WriteFile(path, []byte("ours"), 0o600)
	}}
}

// This process stood still after it had journaled a change; somebody put back what they saw; then it went on.
func TestAChangeThatComesAfterItsUndoIsPutBack(t *testing.T) {
	s, j, path := opened(t, "")
	other, err := journal.Find(s.Host, "r/0")
	if err != nil {
		t.Fatal(err)
	}
	err = s.change(changing(t, path, func() {
		if err := s.putBack(other, "its deadline is over"); err != nil {
			t.Error(err)
		}
		_ = other.Close()
	}), j)
	if fail.CodeOf(err) != fail.TooLate {
		t.Errorf("told as %v", err)
	}
	if found := valueIn(t, path); found != "before" {
		t.Errorf("the value is %q", found)
	}
}

func TestNothingIsChangedAfterTheDeadline(t *testing.T) {
	s, j, path := opened(t, "")
	if err := j.Write(journal.Line{Kind: journal.Deadline, At: host.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := s.change(changing(t, path, func() {}), j); fail.CodeOf(err) != fail.TooLate {
		t.Errorf("told as %v", err)
	}
	if found := valueIn(t, path); found != "before" {
		t.Errorf("the value is %q", found)
	}
}

// What has the same number after a boot is another's.
func TestNothingOfAnEarlierBootIsTouched(t *testing.T) {
	s, j, path := opened(t, "an earlier boot")
	if err := s.change(changing(t, path, func() {}), j); err != nil {
		t.Fatal(err)
	}
	if err := s.putBack(j, "swept"); err != nil {
		t.Fatal(err)
	}
	if found := valueIn(t, path); found != "ours" {
		t.Errorf("the value is %q: it was written after the boot", found)
	}
	if _, ended := j.Ended(); !ended {
		t.Error("the journal stays open")
	}
}

// A value that does not come back is told, and the journal stays open for whoever comes next.
func TestADifferenceIsStuck(t *testing.T) {
	s, j, _ := opened(t, "")
	told := &bytes.Buffer{}
	s.Tell = event.NewTeller(told, "test")
	// The kernel keeps fifteen letters of a process's name.
	const path = "/proc/self/comm"
	name := valueIn(t, path)
	defer write(t, path, name)
	value, err := undo.NewFileValue(path, name)
	if err != nil {
		t.Fatal(err)
	}
	value.Before = strings.Repeat("b", 40)
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Write(journal.Line{Kind: journal.Undo, N: 1, Op: "file-value", Data: data, Words: "a value"}); err != nil {
		t.Fatal(err)
	}
	if err := s.putBack(j, "its deadline is over"); fail.CodeOf(err) != fail.Stuck {
		t.Errorf("told as %v", err)
	}
	if !strings.Contains(told.String(), string(event.Difference)) {
		t.Errorf("the difference is not told: %s", told)
	}
	if _, ended := j.Ended(); ended || len(j.Owed()) != 1 {
		t.Error("what is not put back is not owed any more")
	}
}
