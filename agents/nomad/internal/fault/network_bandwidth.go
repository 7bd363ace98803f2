package fault

import (
	"encoding/json"
	"fmt"
	"math"

	"sirocco/agents/nomad/internal/host"
)

type bandwidthParams struct {
	netFilter
	// Rate such as 10mbit, of each direction and link for itself.
	Rate string `json:"rate"`
	// Burst that may go at once, such as 32KiB.
	Burst string `json:"burst"`

	rate  uint64
	burst uint32
}

var networkBandwidth = Fault{
	Name:    "network-bandwidth",
	Summary: "Holds the packets of the target to a rate.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		var params bandwidthParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		var err error
		if params.rate, err = rate("rate", params.Rate); err != nil {
			return nil, err
		}
		if params.Burst != "" {
			bytes, err := size("burst", params.Burst)
			if err != nil {
				return nil, err
			}
			if err := inRange("burst", float64(bytes), 1514, 64<<20); err != nil {
				return nil, err
			}
			params.burst = uint32(bytes)
		}
		return params, params.check("egress")
	},
	Mechanisms: []Mechanism{
		{Name: "htb", Certainty: Kernel, Check: tryBandwidth, Prepare: prepareBandwidth},
	},
}

func tryBandwidth(h host.Host) error {
	if err := host.TrySlow(host.Slow{Rate: 1_000_000})(h); err != nil {
		return err
	}
	return host.TryTable(host.DropOver(125_000, 0))(h)
}

// Leaving packets wait in a class; coming ones can only be dropped, which has their senders slow down.
func prepareBandwidth(job Job) (Prepared, error) {
	params := job.Params.(bandwidthParams)
	places, err := netPlaces(job, params.netFilter)
	if err != nil {
		return Prepared{}, err
	}
	words := fmt.Sprintf("holds %s to %s", params.netFilter.words(), params.Rate)
	var prepared Prepared
	for _, place := range places {
		prepared.Resources = append(prepared.Resources, place.resources()...)
		if place.packets.Egress {
			changes, err := slowChanges(job, place, words, host.Slow{Rate: params.rate, Burst: params.burst})
			if err != nil {
				return Prepared{}, err
			}
			prepared.Changes = append(prepared.Changes, changes...)
		}
		if place.packets.Ingress {
			place.packets = place.packets.Only(false)
			bytes := params.rate / 8
			prepared.Changes = append(prepared.Changes, tableChange(job.Host, place, ownName(job.Payload.Intent)+"_in",
				words+" of "+place.words, host.DropOver(bytes, ingressBurst(params.burst, bytes))))
		}
	}
	return prepared, nil
}

// ingressBurst in bytes: where none is asked for, a twentieth of a second's, and never less than one large segment, or
// none would ever pass.
func ingressBurst(asked uint32, rate uint64) uint32 {
	const largest = 65_536
	if asked == 0 {
		asked = uint32(min(rate/20, math.MaxUint32))
	}
	return max(asked, largest)
}
