// Package event writes what the agent tells: one JSON object a line on standard output, which Nomad keeps as the
// task's log and the controller reads into the run.
package event

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// Event is one line. Its words are those of agents/contract/events.json.
type Event struct {
	V    int       `json:"v"`
	Time time.Time `json:"time"`
	// Task that tells: inject, hold, ready, revert, sweep, halt, run, guardian.
	Task   string `json:"task"`
	Run    string `json:"run,omitempty"`
	Intent string `json:"intent,omitempty"`
	Fault  string `json:"fault,omitempty"`
	Event  Word   `json:"event"`
	// What it is about, in words.
	Words string `json:"words,omitempty"`
	// Evidence that a fault is in force, or how it was before and after.
	Data map[string]any `json:"data,omitempty"`
	// Exit code, of `failed`.
	Code int `json:"code,omitempty"`
}

// Word says what happened.
type Word string

const (
	Begun      Word = "begun"
	Already    Word = "already"
	Journaled  Word = "journaled"
	Changed    Word = "changed"
	Acted      Word = "acted"
	InForce    Word = "in_force"
	Evidence   Word = "evidence"
	Deadline   Word = "deadline"
	Terminated Word = "terminated"
	LeaseLost  Word = "lease_lost"
	WorkerLost Word = "worker_lost"
	Undone     Word = "undone"
	Gone       Word = "gone"
	Difference Word = "difference"
	Reverted   Word = "reverted"
	Failed     Word = "failed"
)

// Teller writes the events of one task.
type Teller struct {
	mu   sync.Mutex
	out  io.Writer
	base Event
	now  func() time.Time
}

// NewTeller tells on out.
func NewTeller(out io.Writer, task string) *Teller {
	return &Teller{out: out, base: Event{V: 1, Task: task}, now: time.Now}
}

// About tells of a run from now on.
func (t *Teller) About(run, intent, fault string) *Teller {
	base := t.base
	base.Run, base.Intent, base.Fault = run, intent, fault
	return &Teller{out: t.out, base: base, now: t.now}
}

// Tell writes one line. What can't be written is lost: a full log must not keep a fault in force.
func (t *Teller) Tell(word Word, words string, data map[string]any) {
	t.write(word, words, data, 0)
}

// Fail tells of an error with its exit code.
func (t *Teller) Fail(code int, words string) {
	t.write(Failed, words, nil, code)
}

func (t *Teller) write(word Word, words string, data map[string]any, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.base
	line.Time = t.now().UTC()
	line.Event, line.Words, line.Data, line.Code = word, words, data, code
	encoded, err := json.Marshal(line)
	if err != nil {
		encoded, _ = json.Marshal(Event{V: 1, Task: line.Task, Event: Failed, Words: "an event could not be written: " + err.Error()})
	}
	_, _ = t.out.Write(append(encoded, '\n'))
}
