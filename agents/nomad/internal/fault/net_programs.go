package fault

import (
	"encoding/json"
	"fmt"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/undo"
)

// shareParams are those of the faults that hit packets by chance.
type shareParams struct {
	netFilter
	// Percent of the packets, each by its own chance.
	Percent float64 `json:"percent"`
}

// shareReader reads them.
func shareReader(raw json.RawMessage) (any, error) {
	var params shareParams
	if err := read(raw, &params); err != nil {
		return nil, err
	}
	if params.Percent == 0 {
		return nil, bad("percent", "0 or none", "more than 0 to 100")
	}
	if err := inRange("percent", params.Percent, 0.001, 100); err != nil {
		return nil, err
	}
	if params.Percent == 100 && params.isAll() {
		return nil, bad("percent", "100 of all packets", "less than 100, or a filter (hosts, ports, protocol, interface); network-blackhole is for all,")
	}
	return params, params.check("egress")
}

func (p shareParams) words(verb string) string {
	return fmt.Sprintf("%s %g percent of %s", verb, p.Percent, p.netFilter.words())
}

// byProgram prepares a fault that is a program on each link and direction.
func byProgram(verb string, act host.BPFAct) func(Job) (Prepared, error) {
	return func(job Job) (Prepared, error) {
		params := job.Params.(shareParams)
		return programs(job, params.netFilter, params.words(verb), act, params.Percent)
	}
}

func programs(job Job, filter netFilter, words string, act host.BPFAct, percent float64) (Prepared, error) {
	places, err := netPlaces(job, filter)
	if err != nil {
		return Prepared{}, err
	}
	var prepared Prepared
	for _, place := range places {
		prepared.Resources = append(prepared.Resources, place.resources()...)
		if err := prepared.addPrograms(job, place, words, host.Program{Act: act, Percent: percent}); err != nil {
			return Prepared{}, err
		}
	}
	return prepared, nil
}

// addPrograms adds one on each link and direction of a place.
func (p *Prepared) addPrograms(job Job, place netPlace, words string, program host.Program) error {
	// Whoever makes clsact takes it away again: two of ours must not share it.
	p.Resources = append(p.Resources, fmt.Sprintf("net:%d/clsact", place.net.Namespace.Inode))
	program.Packets = place.packets
	for _, link := range place.packets.Links {
		for _, egress := range []bool{true, false} {
			if egress && !place.packets.Egress || !egress && !place.packets.Ingress {
				continue
			}
			program.Egress = egress
			change, err := programChange(job.Host, place, link, ownName(job.Payload.Intent), words, program)
			if err != nil {
				return err
			}
			p.Changes = append(p.Changes, change)
		}
	}
	return nil
}

func programChange(h host.Host, at netPlace, link, name, words string, program host.Program) (Change, error) {
	var found host.FilterPlace
	err := h.InNet(at.net, func() (err error) {
		found, err = host.LookForFilter(link, program.Egress)
		return err
	})
	if err != nil {
		return Change{}, fail.Wrap(fail.Unsupported, err, "the network of %s", at.words)
	}
	made := undo.NetFilter{
		Net: at.net, Name: name, Link: link, Index: found.Index, Egress: program.Egress, MadeClsact: !found.HasClsact,
	}
	look := undo.NewRef("bpf-counters", made)
	direction := "ingress"
	if program.Egress {
		direction = "egress"
	}
	return Change{
		Words: fmt.Sprintf("%s of %s, at %s of %s", words, at.words, direction, link),
		Undo:  undo.NewRef("delete-filter", made),
		Do: func(deadline host.Instant) error {
			return h.InNet(at.net, func() error { return program.Attach(name, link, deadline) })
		},
		Look: &look,
	}, nil
}
