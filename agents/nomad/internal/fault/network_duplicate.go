package fault

import "sirocco/agents/nomad/internal/host"

var networkDuplicate = Fault{
	Name:    "network-duplicate",
	Summary: "Sends a share of the packets of the target twice.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params:  shareReader,
	Mechanisms: []Mechanism{
		{Name: "bpf", Certainty: Kernel, Check: host.TryBPF(host.Duplicate), Prepare: byProgram("duplicates", host.Duplicate)},
	},
}
