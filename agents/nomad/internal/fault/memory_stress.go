package fault

import (
	"encoding/json"
	"fmt"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

type memoryParams struct {
	Size string `json:"size"`
	// Percent of the task's limit, or of the node's memory.
	Percent float64 `json:"percent"`
	// Growth a second; none: all at once.
	Growth string `json:"growth"`
	// OOM lets the kernel choose whom it kills when memory is out; else it is the worker.
	OOM bool `json:"oom"`

	bytes, growth uint64
}

var memoryStress = Fault{
	Name:    "memory-stress",
	Summary: "Takes memory in the cgroup of the target, or on the node.",
	Scopes:  []payload.Scope{payload.ScopeAlloc, payload.ScopeNode},
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		var params memoryParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		var err error
		if (params.Size == "") == (params.Percent == 0) {
			return nil, bad("size", "both or neither of size and percent", "one of them")
		}
		if params.Size != "" {
			if params.bytes, err = size("size", params.Size); err != nil {
				return nil, err
			}
			if params.bytes == 0 {
				return nil, bad("size", "0", "at least 1B")
			}
		} else if err = inRange("percent", params.Percent, 1, 100); err != nil {
			return nil, err
		}
		if params.Growth != "" {
			if params.growth, err = size("growth", params.Growth); err != nil {
				return nil, err
			}
		}
		return params, nil
	},
	Mechanisms: []Mechanism{{Name: "workers", Certainty: Death, Check: func(host.Host) error { return nil }, Prepare: prepareMemory}},
}

func prepareMemory(job Job) (Prepared, error) {
	params := job.Params.(memoryParams)
	var prepared Prepared
	for _, place := range placesOf(job) {
		bytes := params.bytes
		if bytes == 0 {
			whole := uint64(0)
			if place.pid > 0 {
				whole = job.Host.MemoryLimit(place.pid)
			}
			if whole == 0 {
				var err error
				if whole, err = job.Host.MemoryTotal(); err != nil {
					return prepared, fail.Wrap(fail.Unsupported, err, "the size of the node's memory")
				}
			}
			bytes = uint64(float64(whole) * params.Percent / 100)
		}
		prepared.Resources = append(prepared.Resources, place.name+"/memory")
		prepared.Workers = append(prepared.Workers, Worker{
			Words: fmt.Sprintf("takes %d bytes in %s", bytes, place.words()),
			Spec: worker.Spec{
				Kind: "memory", Cgroups: place.cgroups, Expendable: !params.OOM,
				Data: encode(worker.Memory{Bytes: bytes, Growth: params.growth}),
			},
			Look: func(process host.Process) undo.Ref {
				return undo.NewRef("memory-used", undo.MemoryWatch{Process: process, Asked: bytes})
			},
		})
	}
	return prepared, nil
}
