package fault

import "sirocco/agents/nomad/internal/host"

// The byte is changed without its checksum. Where a checksum is left to the network card, as between the namespaces of
// one node, the change is delivered; elsewhere the receiver drops the packet.
var networkCorrupt = Fault{
	Name:    "network-corrupt",
	Summary: "Changes a byte in a share of the packets of the target.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params:  shareReader,
	Mechanisms: []Mechanism{
		{Name: "bpf", Certainty: Kernel, Check: host.TryBPF(host.Corrupt), Prepare: byProgram("corrupts", host.Corrupt)},
	},
}
