package fault

import (
	"encoding/json"
	"fmt"

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
		{Name: "htb", Certainty: Kernel, Check: tries(slowly, host.TryBPF(host.Police)), Prepare: prepareBandwidth(policed)},
		{Name: "htb-nft", Certainty: Kernel, Check: tries(slowly, host.TryTable(host.DropOver(1, 1))), Prepare: prepareBandwidth(limited)},
	},
}

var slowly = host.TrySlow(host.Slow{Rate: 1_000_000})

// tries one after the other.
func tries(all ...func(host.Host) error) func(host.Host) error {
	return func(h host.Host) error {
		for _, try := range all {
			if err := try(h); err != nil {
				return err
			}
		}
		return nil
	}
}

// Leaving packets wait in a class; coming ones can only be dropped, which has their senders slow down.
func prepareBandwidth(ingress func(*Prepared, Job, netPlace, string) error) func(Job) (Prepared, error) {
	return func(job Job) (Prepared, error) {
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
				if err := ingress(&prepared, job, place, words); err != nil {
					return Prepared{}, err
				}
			}
		}
		return prepared, nil
	}
}

// policed drops what comes too soon. Where no burst is asked for, it is a twentieth of a second's, and two packets at least.
func policed(prepared *Prepared, job Job, place netPlace, words string) error {
	const packet = 1514
	params := job.Params.(bandwidthParams)
	burst := params.burst
	if burst == 0 {
		burst = uint32(max(params.rate/8/20, 2*packet))
	}
	return prepared.addPrograms(job, place, words, host.Program{Act: host.Police, Rate: params.rate, Burst: burst})
}

// limited does the same by a table. It lets nothing pass that is larger than the burst.
func limited(prepared *Prepared, job Job, place netPlace, words string) error {
	const largest = 65_536
	params := job.Params.(bandwidthParams)
	prepared.Changes = append(prepared.Changes, tableChange(job.Host, place, ownName(job.Payload.Intent)+"_in",
		words+" of "+place.words, host.DropOver(params.rate/8, max(params.burst, largest))))
	return nil
}
