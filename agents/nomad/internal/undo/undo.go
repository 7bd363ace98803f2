// Package undo puts changes back from what the journal says of them, and looks at what is in force: by kernel object,
// so that the process that made a change need not live.
package undo

import (
	"encoding/json"
	"fmt"

	"sirocco/agents/nomad/internal/host"
)

// Ref is an operation and what it is about, as a journal holds them.
type Ref struct {
	Op   string
	Data json.RawMessage
}

// NewRef of data that can be encoded.
func NewRef(op string, data any) Ref {
	encoded, err := json.Marshal(data)
	if err != nil {
		// Only our own plain structs come here.
		panic(fmt.Sprintf("%s: %v", op, err))
	}
	return Ref{Op: op, Data: encoded}
}

// Result of putting one change back.
type Result struct {
	// WasGone: there was nothing left to put back, and why.
	WasGone string
	// Difference from before, where there is one: then it is not put back.
	Difference string
	// What was read afterwards.
	After map[string]any
}

// Op puts one kind of change back. It may be asked twice, and after a crash at any point; Data is that of its Ref.
type Op func(h host.Host, data json.RawMessage) (Result, error)

// Look tells what shows a fault in force; it changes nothing.
type Look func(h host.Host, data json.RawMessage) (map[string]any, error)

var ops = map[string]Op{
	"kill-process":      killProcess,
	"file-value":        putFileValue,
	"delete-nft-table":  deleteTable,
	"delete-filter":     deleteFilter,
	"delete-root-qdisc": deleteRoot,
}

var looks = map[string]Look{
	"bpf-counters":  bpfCounters,
	"cpu-used":      cpuUsed,
	"file-value":    seeFileValue,
	"memory-used":   memoryUsed,
	"nft-counters":  nftCounters,
	"slow-counters": slowCounters,
	"space-used":    spaceUsed,
	"stopped":       stopped,
}

// Do carries out an undo.
func Do(h host.Host, op string, data json.RawMessage) (Result, error) {
	do, known := ops[op]
	if !known {
		return Result{}, fmt.Errorf("undo %q is not known to this release", op)
	}
	return do(h, data)
}

// See looks.
func See(h host.Host, op string, data json.RawMessage) (map[string]any, error) {
	look, known := looks[op]
	if !known {
		return nil, fmt.Errorf("look %q is not known to this release", op)
	}
	return look(h, data)
}

// AfterBoot puts back what an earlier boot of the machine left: all that the agent changes lives in its kernel, or in
// files without a name, and is gone with it.
func AfterBoot(_ host.Host, op string, _ json.RawMessage) (Result, error) {
	if _, known := ops[op]; !known {
		return Result{}, fmt.Errorf("undo %q is not known to this release", op)
	}
	return Result{WasGone: "the machine was started anew since"}, nil
}
