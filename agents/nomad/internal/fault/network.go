package fault

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sort"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
)

// ownName of what an intent makes in the kernel: nobody else's begins so.
func ownName(intent string) string {
	sum := sha256.Sum256([]byte(intent))
	return "sirocco_" + hex.EncodeToString(sum[:4])
}

// netPlace is a network namespace that a fault goes to, and the packets there.
type netPlace struct {
	words   string
	net     host.Net
	packets host.Packets
}

// netPlaces of a job: the namespaces of its targets, each once; or the node's own.
func netPlaces(job Job, filter netFilter) ([]netPlace, error) {
	node, err := job.Host.NetOf(1)
	if err != nil {
		return nil, fail.Wrap(fail.NoRights, err, "the node's own network namespace")
	}
	spare, err := sparedPrefixes(job.Payload)
	if err != nil {
		return nil, err
	}
	if err := filter.reaches(spare); err != nil {
		return nil, err
	}
	if job.Payload.Scope == payload.ScopeNode {
		place, err := netPlaceOf(job.Host, "the node", node, filter, spare, true)
		return []netPlace{place}, err
	}
	var places []netPlace
	known := map[host.Namespace]bool{}
	for _, target := range job.Targets {
		for _, process := range target.Processes {
			net, err := job.Host.NetOf(process.Pid)
			if err != nil || known[net.Namespace] {
				// It ended just now, or it is in the same one.
				continue
			}
			if net.Namespace == node.Namespace {
				return nil, fail.New(fail.Unsupported,
					"targets: allocation %s has the node's own network namespace (host network), so that all of the node would be hit; bridge or CNI network is allowed, or scope node",
					target.Alloc)
			}
			known[net.Namespace] = true
			place, err := netPlaceOf(job.Host, "alloc "+target.Alloc, net, filter, spare, false)
			if err != nil {
				return nil, err
			}
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil, fail.New(fail.Unsupported, "targets: none of their processes has a network namespace any more")
	}
	return places, nil
}

func netPlaceOf(h host.Host, words string, at host.Net, filter netFilter, spare []netip.Prefix, isNode bool) (netPlace, error) {
	place := netPlace{words: words, net: at, packets: filter.packets(spare)}
	place.packets.Forwarded = isNode
	err := h.InNet(at, func() error {
		if filter.Interface != "" {
			place.packets.Links = []string{filter.Interface}
			has, err := host.HasLink(filter.Interface)
			if err == nil && !has {
				return bad("interface", fmt.Sprintf("%q is not in the network namespace of %s", filter.Interface, words), "a link there")
			}
			return err
		}
		var err error
		if isNode {
			place.packets.Links, err = host.Uplinks(filter.prefixes)
		} else {
			place.packets.Links, err = host.Links()
		}
		if err == nil && len(place.packets.Links) == 0 {
			return fail.New(fail.Unsupported, "%s has no link that leads to others; name one by interface", words)
		}
		return err
	})
	if err != nil {
		return place, fail.Wrap(fail.Unsupported, err, "the network of %s", words)
	}
	return place, nil
}

// resources of a place: one fault at a time in each direction of a namespace.
func (p netPlace) resources() []string {
	var all []string
	if p.packets.Egress {
		all = append(all, fmt.Sprintf("net:%d/egress", p.net.Namespace.Inode))
	}
	if p.packets.Ingress {
		all = append(all, fmt.Sprintf("net:%d/ingress", p.net.Namespace.Inode))
	}
	return all
}

// sparedPrefixes are let pass before anything else: at scope node, the Nomad client's way to its servers too.
func sparedPrefixes(p payload.Payload) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range p.Spare {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fail.Wrap(fail.BadPayload, err, "spare")
		}
		all = append(all, prefix)
	}
	if p.Scope != payload.ScopeNode {
		return all, nil
	}
	names := map[string]bool{}
	for _, server := range p.Nomad.Servers {
		name, _, err := net.SplitHostPort(server)
		if err != nil {
			return nil, fail.Wrap(fail.BadPayload, err, "nomad.servers")
		}
		names[name] = true
	}
	if p.Nomad.Addr != "" {
		at, err := url.Parse(p.Nomad.Addr)
		if err != nil {
			return nil, fail.Wrap(fail.BadPayload, err, "nomad.addr")
		}
		names[at.Hostname()] = true
	}
	for name := range names {
		found, err := net.LookupHost(name)
		if err != nil {
			return nil, fail.Wrap(fail.Unsupported, err, "nomad: the addresses of %s, which are to be spared", name)
		}
		for _, text := range found {
			if addr, err := netip.ParseAddr(text); err == nil {
				addr = addr.Unmap().WithZone("")
				all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].String() < all[j].String() })
	return all, nil
}

// tableChange makes a table of nftables that lets everything pass from the deadline on.
func tableChange(h host.Host, place netPlace, name, words string, act host.NFTAct) Change {
	table := host.Table{Name: name, Packets: place.packets, Act: act}
	made := undo.NetTable{Net: place.net, Table: name}
	look := undo.NewRef("nft-counters", made)
	return Change{
		Words: words,
		Undo:  undo.NewRef("delete-nft-table", made),
		Do: func(deadline host.Instant) error {
			return h.InNet(place.net, func() error { return table.Add(deadline) })
		},
		Look: &look,
	}
}

// tablesOnly prepares a fault that is one table a place.
func tablesOnly(job Job, filter netFilter, words string, act host.NFTAct) (Prepared, error) {
	places, err := netPlaces(job, filter)
	if err != nil {
		return Prepared{}, err
	}
	var prepared Prepared
	for _, place := range places {
		prepared.Resources = append(prepared.Resources, place.resources()...)
		prepared.Changes = append(prepared.Changes,
			tableChange(job.Host, place, ownName(job.Payload.Intent), words+" of "+place.words, act))
	}
	return prepared, nil
}

// netReader reads the parameters of a network fault that takes the filter and nothing more.
func netReader(raw json.RawMessage) (any, error) {
	var filter netFilter
	if err := read(raw, &filter); err != nil {
		return nil, err
	}
	return filter, filter.check("both")
}
