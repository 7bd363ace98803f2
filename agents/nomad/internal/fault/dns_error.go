package fault

import (
	"encoding/json"
	"strconv"

	"sirocco/agents/nomad/internal/worker"
)

type dnsErrorParams struct {
	dnsFilter
	// Rcode is the name of an error of DNS.
	Rcode string `json:"rcode"`

	rcode byte
}

// rcodes by name, as RFC 1035 and the registry of DNS have them.
var rcodes = map[string]byte{"FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}

var dnsError = Fault{
	Name:    "dns-error",
	Summary: "Turns the answers of resolvers to the target into errors.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		params := dnsErrorParams{Rcode: "SERVFAIL"}
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		if params.rcode = rcodes[params.Rcode]; params.rcode == 0 {
			return nil, bad("rcode", strconv.Quote(params.Rcode), "SERVFAIL, NXDOMAIN, REFUSED, FORMERR or NOTIMP")
		}
		return params, params.check()
	},
	Mechanisms: dnsMechanisms(func(params any) (dnsFilter, string, worker.DNS) {
		p := params.(dnsErrorParams)
		return p.dnsFilter, "answers " + p.Rcode, worker.DNS{Rcode: p.rcode}
	}),
}
