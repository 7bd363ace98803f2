package fault

import (
	"sirocco/agents/nomad/internal/host"
)

// A drop at the output hook is an error to a local sender of UDP (EPERM); TCP takes it as loss.
var networkPartition = Fault{
	Name:    "network-partition",
	Summary: "Cuts the target off from the hosts named, or from all, for connections that exist too.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params:  netReader,
	Mechanisms: []Mechanism{
		{Name: "nft-drop", Certainty: Kernel, Check: host.TryTable(host.Drop()), Prepare: prepareDrop("cuts off")},
		{Name: "bpf-drop", Certainty: Kernel, Check: host.TryBPF(host.Lose), Prepare: prepareBPFDrop("cuts off")},
	},
}

func prepareDrop(words string) func(Job) (Prepared, error) {
	return func(job Job) (Prepared, error) {
		filter := job.Params.(netFilter)
		return tablesOnly(job, filter, words+" "+filter.words(), host.Drop())
	}
}

func prepareBPFDrop(words string) func(Job) (Prepared, error) {
	return func(job Job) (Prepared, error) {
		filter := job.Params.(netFilter)
		return programs(job, filter, words+" "+filter.words(), host.Lose, 100)
	}
}
