package fault

import "sirocco/agents/nomad/internal/host"

var networkLoss = Fault{
	Name:    "network-loss",
	Summary: "Loses a share of the packets of the target.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params:  shareReader,
	Mechanisms: []Mechanism{
		{Name: "bpf", Certainty: Kernel, Check: host.TryBPF(host.Lose), Prepare: byProgram("loses", host.Lose)},
		{Name: "nft-numgen", Certainty: Kernel, Check: host.TryTable(host.DropShare(50)), Prepare: prepareLossByTable},
	},
}

func prepareLossByTable(job Job) (Prepared, error) {
	params := job.Params.(shareParams)
	return tablesOnly(job, params.netFilter, params.words("loses"), host.DropShare(params.Percent))
}
