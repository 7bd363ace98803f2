package fault

import (
	"encoding/json"
	"time"

	"sirocco/agents/nomad/internal/worker"
)

type dnsDelayParams struct {
	dnsFilter
	Latency string `json:"latency"`

	latency time.Duration
}

var dnsDelay = Fault{
	Name:    "dns-delay",
	Summary: "Delays the answers of resolvers to the target.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		var params dnsDelayParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		var err error
		if params.latency, err = span("latency", params.Latency, time.Millisecond, time.Minute); err != nil {
			return nil, err
		}
		return params, params.check()
	},
	Mechanisms: dnsMechanisms(func(params any) (dnsFilter, string, worker.DNS) {
		p := params.(dnsDelayParams)
		return p.dnsFilter, "delays the answers of DNS by " + p.Latency, worker.DNS{Latency: p.latency}
	}),
}
