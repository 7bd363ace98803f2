package fault

import (
	"encoding/json"
	"math"
	"runtime"
	"strconv"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

type cpuParams struct {
	Workers int     `json:"workers"`
	Percent float64 `json:"percent"`
	// Of what: `core` (each worker, of one core), `limit` (the task's own quota) or `node` (all cores).
	Of string `json:"of"`
}

var cpuStress = Fault{
	Name:    "cpu-stress",
	Summary: "Burns processor time in the cgroup of the target, or on the node.",
	Scopes:  []payload.Scope{payload.ScopeAlloc, payload.ScopeNode},
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		params := cpuParams{Percent: 100, Of: "core"}
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		if params.Of != "core" && params.Of != "limit" && params.Of != "node" {
			return nil, bad("of", strconv.Quote(params.Of), "core, limit or node")
		}
		if err := inRange("percent", params.Percent, 1, 100); err != nil {
			return nil, err
		}
		return params, inRange("workers", float64(params.Workers), 0, 1024)
	},
	Mechanisms: []Mechanism{{Name: "workers", Certainty: Death, Check: func(host.Host) error { return nil }, Prepare: prepareCPU}},
}

func prepareCPU(job Job) (Prepared, error) {
	params := job.Params.(cpuParams)
	var prepared Prepared
	for _, place := range placesOf(job) {
		cores := params.Percent / 100
		switch params.Of {
		case "core":
			cores *= float64(max(1, params.Workers))
		case "node":
			cores *= float64(runtime.NumCPU())
		case "limit":
			quota := float64(runtime.NumCPU())
			if place.pid > 0 {
				if own := job.Host.QuotaCores(place.pid); own > 0 {
					quota = own
				}
			}
			cores *= quota
		}
		threads := params.Workers
		if threads == 0 || float64(threads) < cores {
			threads = int(math.Ceil(cores))
		}
		spec := worker.Spec{Kind: "cpu", Cgroups: place.cgroups}
		spec.Data = encode(worker.CPU{Threads: threads, Share: cores / float64(threads)})
		prepared.Resources = append(prepared.Resources, place.name+"/cpu")
		prepared.Workers = append(prepared.Workers, Worker{
			Words: "burns " + strconv.FormatFloat(cores, 'g', 3, 64) + " cores in " + place.words(),
			Spec:  spec,
			Look: func(process host.Process) undo.Ref {
				return undo.NewRef("cpu-used", undo.CPUWatch{Process: process, Since: host.Now(), Asked: cores})
			},
		})
	}
	return prepared, nil
}
