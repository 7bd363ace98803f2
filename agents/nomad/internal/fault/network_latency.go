package fault

import (
	"encoding/json"
	"fmt"
	"time"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/worker"
)

type latencyParams struct {
	netFilter
	Latency string `json:"latency"`
	// Jitter is how much more or less it may be, at most Latency. Packets may overtake one another then.
	Jitter string `json:"jitter"`

	latency, jitter time.Duration
}

// Where no direction is asked for, it is the one that the mechanism does best: a round trip takes the same with either.
var networkLatency = Fault{
	Name:    "network-latency",
	Summary: "Delays the packets of the target.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		const most = time.Minute
		var params latencyParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		var err error
		if params.latency, err = span("latency", params.Latency, time.Millisecond, most); err != nil {
			return nil, err
		}
		if params.Jitter != "" {
			if params.jitter, err = span("jitter", params.Jitter, 0, params.latency); err != nil {
				return nil, err
			}
		}
		return params, params.check("")
	},
	Mechanisms: []Mechanism{
		{
			Name: "netem", Certainty: Kernel, Check: host.TrySlow(host.Slow{Latency: time.Millisecond}),
			Prepare: prepareLatency("egress"),
		},
		{Name: "nfqueue", Certainty: Death, Check: host.TryQueue, Prepare: prepareLatency("ingress")},
	},
}

// prepareLatency has leaving packets wait in netem, which only the mechanism of that name has, and coming ones in a queue.
func prepareLatency(best string) func(Job) (Prepared, error) {
	return func(job Job) (Prepared, error) {
		params := job.Params.(latencyParams)
		filter := params.netFilter
		if filter.Direction == "" {
			filter.Direction = best
		}
		if best == "ingress" && filter.Direction != "ingress" {
			return Prepared{}, fail.New(fail.Unsupported,
				"params.direction: %s; this kernel has no netem, and without it only coming packets can be delayed (ingress)", filter.Direction)
		}
		places, err := netPlaces(job, filter)
		if err != nil {
			return Prepared{}, err
		}
		words := fmt.Sprintf("delays %s by %s", filter.words(), params.Latency)
		var prepared Prepared
		for _, place := range places {
			prepared.Resources = append(prepared.Resources, place.resources()...)
			if place.packets.Egress {
				changes, err := slowChanges(job, place, words, host.Slow{Latency: params.latency, Jitter: params.jitter})
				if err != nil {
					return Prepared{}, err
				}
				prepared.Changes = append(prepared.Changes, changes...)
			}
			if place.packets.Ingress {
				err := prepared.addQueue(job, place, words, "delay", func(queue uint16) any {
					return worker.Delay{Net: place.net, Queue: queue, Latency: params.latency, Jitter: params.jitter}
				})
				if err != nil {
					return Prepared{}, err
				}
			}
		}
		return prepared, nil
	}
}
