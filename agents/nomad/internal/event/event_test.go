package event

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The controller's tests read the same file.
func TestWordsOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../../contract/events.json")
	if err != nil {
		t.Fatal(err)
	}
	var words []Word
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	ours := []Word{Begun, Already, Journaled, Changed, Acted, InForce, Evidence, Deadline, Terminated, LeaseLost, WorkerLost,
		Undone, Gone, Difference, Reverted, Failed}
	if len(words) != len(ours) {
		t.Fatalf("%d words in the contract, %d here", len(words), len(ours))
	}
	for n, word := range ours {
		if words[n] != word {
			t.Errorf("word %d is %s in the contract, %s here", n, words[n], word)
		}
	}
}

func TestEachEventIsALine(t *testing.T) {
	var out bytes.Buffer
	tell := NewTeller(&out, "hold").About("r", "r/0", "cpu-stress")
	tell.Tell(Evidence, "two\nlines", map[string]any{"cores": 0.5})
	tell.Tell(Evidence, "what can not be written", map[string]any{"cores": math.NaN()})
	tell.Fail(70, "a bug")
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	if len(lines) != 3 {
		t.Fatalf("%d lines: %s", len(lines), out.String())
	}
	var words []Word
	for _, line := range lines {
		var event Event
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if event.V != 1 || event.Task != "hold" {
			t.Errorf("not of this task: %s", line)
		}
		words = append(words, event.Event)
	}
	if words[0] != Evidence || words[1] != Failed || words[2] != Failed {
		t.Errorf("told as %v", words)
	}
}
