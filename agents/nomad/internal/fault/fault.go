// Package fault has the faults: what each takes, by which mechanisms it can be done, and what a mechanism would change.
// A fault changes nothing itself: it prepares, and the phases journal and carry out what it prepared.
package fault

import (
	"encoding/json"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

// Certainty says what ends a fault.
type Certainty string

const (
	// Kernel ends it at the deadline with no process alive.
	Kernel Certainty = "K"
	// Death of its process ends it, and the kernel kills that at the deadline.
	Death Certainty = "D"
	// Journal: only an act of the agent ends it: by `hold`, its guardian, `revert` or a sweep.
	Journal Certainty = "J"
	// Nothing is left to end.
	Nothing Certainty = "none"
)

// Fault is one kind of harm.
type Fault struct {
	Name    string
	Summary string
	// Scopes in which it can be done.
	Scopes []payload.Scope
	// Lasts tells whether it takes a duration.
	Lasts bool
	// Params reads its parameters; an error names the key and what is allowed.
	Params func(raw json.RawMessage) (any, error)
	// Mechanisms in order of preference.
	Mechanisms []Mechanism
}

// Find a fault by its name.
func Find(name string) (Fault, bool) {
	for _, fault := range All {
		if fault.Name == name {
			return fault, true
		}
	}
	return Fault{}, false
}

// Mechanism is one way to do a fault.
type Mechanism struct {
	Name      string
	Certainty Certainty
	// Check finds out, by trying it in a place of its own, whether this node and its rights allow it; nil: they do.
	Check func(h host.Host) error
	// Prepare says what would be done. It changes nothing.
	Prepare func(job Job) (Prepared, error)
}

// Job is what a mechanism prepares for.
type Job struct {
	Host    host.Host
	Payload payload.Payload
	Params  any
	// Targets that were found on this node; none in scope node.
	Targets []host.Found
}

// Prepared is what a fault will do.
type Prepared struct {
	// Resources that it takes, such as `net:4026531840/egress`: only one fault at a time may hold one.
	Resources []string
	// Acts leave nothing to put back.
	Acts []Act
	// Changes are journaled one by one, each before it is made.
	Changes []Change
	// Workers are started by `hold`.
	Workers []Worker
}

// Act is done once.
type Act struct {
	Words string
	Do    func() (map[string]any, error)
}

// Change is made at once and stays until it is put back, or until the deadline where the kernel knows it.
type Change struct {
	Words string
	Undo  undo.Ref
	Do    func(deadline host.Instant) error
	// Look shows it in force.
	Look *undo.Ref
}

// Worker is a process that holds a part of the fault.
type Worker struct {
	Words string
	Spec  worker.Spec
	Look  func(process host.Process) undo.Ref
}
