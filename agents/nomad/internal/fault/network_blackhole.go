package fault

import "sirocco/agents/nomad/internal/host"

var networkBlackhole = Fault{
	Name:    "network-blackhole",
	Summary: "Swallows packets of the target, to and from the hosts and ports named, or all.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params:  netReader,
	Mechanisms: []Mechanism{
		{Name: "nft-drop", Certainty: Kernel, Check: host.TryTable(host.Drop()), Prepare: prepareDrop("swallows")},
		{Name: "bpf-drop", Certainty: Kernel, Check: host.TryBPF(host.Lose), Prepare: prepareBPFDrop("swallows")},
	},
}
