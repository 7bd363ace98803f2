package journal

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"sirocco/agents/nomad/internal/host"
)

func place(t *testing.T) host.Host {
	h := host.Default()
	h.State = t.TempDir()
	return h
}

func create(t *testing.T, h host.Host, intent string) *Journal {
	t.Helper()
	boot, err := h.BootID()
	if err != nil {
		t.Fatal(err)
	}
	j, err := Create(h, Line{Run: "r", Intent: intent, Fault: "cpu-stress", Boot: boot, At: host.Now()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func write(t *testing.T, j *Journal, lines ...Line) {
	t.Helper()
	for _, line := range lines {
		if err := j.Write(line); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnIntentHasOneJournal(t *testing.T) {
	h := place(t)
	create(t, h, "r/0")
	if _, err := Create(h, Line{Intent: "r/0"}); !errors.Is(err, ErrExists) {
		t.Fatalf("a second one was made: %v", err)
	}
	create(t, h, "r_0")
	all, err := All(h)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d journals, %v", len(all), err)
	}
}

func TestWhatIsOwedIsTheLastFirst(t *testing.T) {
	h := place(t)
	j := create(t, h, "r/0")
	write(t, j, Line{Kind: Undo, N: j.NextN(), Op: "a"})
	write(t, j, Line{Kind: Undo, N: j.NextN(), Op: "b"})
	write(t, j, Line{Kind: Undo, N: j.NextN(), Op: "c"}, Line{Kind: Undone, N: 2})
	found, err := Find(h, "r/0")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	owed := found.Owed()
	if len(owed) != 2 || owed[0].Op != "c" || owed[1].Op != "a" {
		t.Fatalf("owed: %v", owed)
	}
	if found.NextN() != 4 {
		t.Fatalf("the next is %d", found.NextN())
	}
}

// A crash in the middle of a write leaves the line that nothing was done about.
func TestATornLineIsForgotten(t *testing.T) {
	for cut := 1; cut < 40; cut += 3 {
		h := place(t)
		j := create(t, h, "r/0")
		write(t, j, Line{Kind: Undo, N: 1, Op: "a", Words: "with a tail to be torn off"})
		text, err := os.ReadFile(j.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(j.path, text[:len(text)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := Find(h, "r/0")
		if err != nil {
			t.Fatalf("cut by %d: %v", cut, err)
		}
		write(t, found, Line{Kind: Undo, N: found.NextN(), Op: "b"})
		_ = found.Close()
		again, err := Find(h, "r/0")
		if err != nil {
			t.Fatalf("cut by %d, and written on: %v", cut, err)
		}
		owed := again.Owed()
		if len(owed) != 1 || owed[0].Op != "b" {
			t.Fatalf("cut by %d: owed %v", cut, owed)
		}
		_ = again.Close()
	}
}

// A reader may look while somebody writes: it must neither see half a line nor take it away.
func TestAReaderLeavesAHalfWrittenLineAlone(t *testing.T) {
	h := place(t)
	j := create(t, h, "r/0")
	half, err := os.OpenFile(j.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	if _, err := half.WriteString(`{"kind":"un`); err != nil {
		t.Fatal(err)
	}
	reader, err := Find(h, "r/0")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := half.WriteString(`do","n":1,"op":"a"}` + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := reader.Reload(); err != nil {
		t.Fatal(err)
	}
	if owed := reader.Owed(); len(owed) != 1 || owed[0].Op != "a" {
		t.Fatalf("owed %v", owed)
	}
}

func TestNothingIsWrittenOnceItEnded(t *testing.T) {
	h := place(t)
	j := create(t, h, "r/0")
	other, err := Find(h, "r/0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	write(t, other, Line{Kind: End, Outcome: "reverted"})
	if err := j.Write(Line{Kind: Undo, N: 1, Op: "a"}); !errors.Is(err, ErrEnded) {
		t.Fatalf("written: %v", err)
	}
}

func TestAJournalThatIsSpoiltInTheMiddleIsToldOf(t *testing.T) {
	h := place(t)
	create(t, h, "good")
	j := create(t, h, "bad")
	if err := os.WriteFile(j.path, []byte("{\"kind\":\"open\"}\nspoilt\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := All(h)
	if err == nil || len(all) != 1 {
		t.Fatalf("%d journals, %v", len(all), err)
	}
}

func TestWhenASweepTakesOver(t *testing.T) {
	h := place(t)
	boot, _ := h.BootID()
	self, err := h.Pid(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("true")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	dead, err := h.Pid(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	soon, past := host.Now().After(time.Hour), host.Now().After(-time.Second)
	for name, one := range map[string]struct {
		lines []Line
		first Line
		want  string
	}{
		"held before its deadline": {[]Line{{Kind: Deadline, At: soon}, {Kind: Holder, Process: &self}}, Line{Boot: boot, At: host.Now()}, ""},
		"past its deadline":        {[]Line{{Kind: Deadline, At: past}, {Kind: Holder, Process: &self}}, Line{Boot: boot}, "its deadline is over"},
		"its holder is dead":       {[]Line{{Kind: Deadline, At: soon}, {Kind: Holder, Process: &dead}}, Line{Boot: boot}, "who held it is dead"},
		"its holder's number is reused": {[]Line{{Kind: Deadline, At: soon}, {Kind: Holder, Process: &host.Process{Pid: self.Pid, Start: 1}}},
			Line{Boot: boot}, "who held it is dead"},
		"of an earlier boot":    {[]Line{{Kind: Deadline, At: soon}}, Line{Boot: "another"}, "it is of an earlier boot"},
		"opened just now":       {nil, Line{Boot: boot, At: host.Now()}, ""},
		"opened, and forgotten": {nil, Line{Boot: boot, At: host.Now().After(-2 * time.Minute)}, "it never began, and who opened it is gone"},
		"ended":                 {[]Line{{Kind: Deadline, At: past}, {Kind: End, Outcome: "reverted"}}, Line{Boot: boot}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := place(t)
			one.first.Intent = "r/0"
			j, err := Create(h, one.first)
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			write(t, j, one.lines...)
			if found := j.Overdue(h, boot); found != one.want {
				t.Fatalf("%q, not %q", found, one.want)
			}
		})
	}
}
