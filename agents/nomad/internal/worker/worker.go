// Package worker is the part of a fault that a process holds: a child of `hold`, in the cgroups and namespaces of the
// target, which the kernel kills at the deadline whatever became of everybody else.
package worker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
)

// Spec of a worker, as its parent gives it on the command line.
type Spec struct {
	Kind string `json:"kind"`
	// Deadline is set by who starts it.
	Deadline host.Instant `json:"deadline,omitempty"`
	// Cgroups to join before anything else, as folders.
	Cgroups []string `json:"cgroups,omitempty"`
	// First that the kernel's out-of-memory killer takes.
	Expendable bool            `json:"expendable,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
}

// Body is what a kind of worker does: it calls ready once the fault is in force, and goes on until it is killed, or
// returns an error.
type Body func(h host.Host, data json.RawMessage, ready func()) error

var bodies = map[string]Body{
	"cpu":    burn,
	"memory": hoard,
	"disk":   fill,
	"pause":  pause,
	"delay":  delay,
	"dns":    answerDNS,
}

// readyLine is what a worker says once its fault is in force.
const readyLine = "ready"

// Main runs a worker: `worker SPEC`. It begins when its parent says so on standard input, so that the parent has
// journaled it by then.
func Main(h host.Host, text string, in io.Reader, out io.Writer) error {
	// What is set for a thread (the tracer's rights, the death signal) must stay with the body's.
	runtime.LockOSThread()
	var spec Spec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return fail.Wrap(fail.Bug, err, "worker")
	}
	body, known := bodies[spec.Kind]
	if !known {
		return fail.New(fail.Bug, "worker %q is not known", spec.Kind)
	}
	if spec.Deadline == 0 {
		return fail.New(fail.Bug, "worker %s has no deadline", spec.Kind)
	}
	if err := host.EndAt(spec.Deadline); err != nil {
		return fail.Wrap(fail.Unsupported, err, "the kernel's timer")
	}
	if spec.Expendable {
		if err := os.WriteFile(fmt.Sprintf("%s/self/oom_score_adj", h.Proc), []byte("1000"), 0); err != nil {
			return fail.Wrap(fail.NoRights, err, "oom_score_adj")
		}
	}
	if err := host.Join(spec.Cgroups); err != nil {
		return fail.Wrap(fail.Unsupported, err, "cgroup of the target")
	}
	if _, err := bufio.NewReader(in).ReadString('\n'); err != nil {
		return fail.Wrap(fail.Bug, err, "the parent ended before it said go")
	}
	said := false
	return body(h, spec.Data, func() {
		if said {
			return
		}
		said = true
		fmt.Fprintln(out, readyLine)
	})
}
