package fault

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/worker"
)

// dnsFilter says which answers of resolvers a fault changes. It sees those over UDP, on its way from the resolver (hosts)
// to the target.
type dnsFilter struct {
	netFilter
	// Names such as db.example.com or *.example.com; none: all.
	Names nameList `json:"names"`
}

// check also reads.
func (f *dnsFilter) check() error {
	const most = 256
	if len(f.Names) > most {
		return bad("names", fmt.Sprintf("%d entries", len(f.Names)), fmt.Sprintf("at most %d", most))
	}
	for n, name := range f.Names {
		f.Names[n] = strings.ToLower(strings.TrimSuffix(name, "."))
		if _, err := path.Match(f.Names[n], ""); err != nil || strings.ContainsAny(name, "/ ") || f.Names[n] == "" {
			return bad("names", strconv.Quote(name), "a name such as db.example.com or *.example.com")
		}
	}
	if f.Protocol != "" && f.Protocol != "udp" {
		return bad("protocol", strconv.Quote(f.Protocol), "udp")
	}
	if f.Direction != "" && f.Direction != "ingress" {
		return bad("direction", strconv.Quote(f.Direction), "ingress, since it is the answers that are changed,")
	}
	f.Protocol = "udp"
	if len(f.Ports) == 0 {
		f.Ports = portList{"53"}
	}
	return f.netFilter.check("ingress")
}

func (f dnsFilter) wordsOf(verb string) string {
	if len(f.Names) == 0 {
		return verb + " for all names"
	}
	return verb + " for " + shortened(strings.Join(f.Names, ", "))
}

// dnsMechanisms of a fault; do is what its parameters have the worker do, in words and as it is told.
func dnsMechanisms(do func(params any) (dnsFilter, string, worker.DNS)) []Mechanism {
	prepare := func(job Job) (Prepared, error) {
		filter, verb, told := do(job.Params)
		places, err := netPlaces(job, filter.netFilter)
		if err != nil {
			return Prepared{}, err
		}
		var prepared Prepared
		for _, place := range places {
			prepared.Resources = append(prepared.Resources, place.resources()...)
			err := prepared.addQueue(job, place, filter.wordsOf(verb), "dns", func(queue uint16) any {
				told.Net, told.Queue, told.Names = place.net, queue, filter.Names
				return told
			})
			if err != nil {
				return Prepared{}, err
			}
		}
		return prepared, nil
	}
	return []Mechanism{{Name: "nfqueue", Certainty: Death, Check: host.TryQueue, Prepare: prepare}}
}

// nameList is a list, or one word with commas.
type nameList []string

// UnmarshalJSON takes both forms.
func (l *nameList) UnmarshalJSON(raw []byte) error {
	words, err := wordsOf("names", raw)
	*l = words
	return err
}
