package host

import (
	"net/netip"
	"slices"
)

// Ports from First to Last.
type Ports struct {
	First uint16 `json:"first"`
	Last  uint16 `json:"last"`
}

// Packets are those that a network fault is about.
type Packets struct {
	// Hosts at the other end; none: all.
	Hosts []netip.Prefix `json:"hosts,omitempty"`
	// Ports at either end; none: all.
	Ports []Ports `json:"ports,omitempty"`
	// Protocol is tcp, udp, icmp, or "" for all.
	Protocol string `json:"protocol,omitempty"`
	Egress   bool   `json:"egress,omitempty"`
	Ingress  bool   `json:"ingress,omitempty"`
	// Links by which they come or go.
	Links []string `json:"links"`
	// Forwarded ones too.
	Forwarded bool `json:"forwarded,omitempty"`
	// Spare is never hit, whatever else is said.
	Spare []netip.Prefix `json:"spare,omitempty"`
}

// protocols by number of their IP headers; icmp is two. Ports are those of TCP and UDP.
func (p Packets) protocols() []byte {
	const icmp, tcp, udp, icmp6 = 1, 6, 17, 58
	switch {
	case p.Protocol == "tcp":
		return []byte{tcp}
	case p.Protocol == "udp":
		return []byte{udp}
	case p.Protocol == "icmp":
		return []byte{icmp, icmp6}
	case len(p.Ports) > 0:
		return []byte{tcp, udp}
	}
	return nil
}

// Only those of one direction.
func (p Packets) Only(egress bool) Packets {
	p.Egress, p.Ingress = p.Egress && egress, p.Ingress && !egress
	return p
}

// IPv6 neighbour discovery, which is to IPv6 what ARP is to IPv4: without it even what is spared can't be reached.
const (
	firstNeighbourType = 133
	lastNeighbourType  = 137
)

// span is a range of addresses or ports, both ends within it.
type span struct{ first, last netip.Addr }

// spans of prefixes of one family, merged and in order, as an interval set takes them.
func spans(prefixes []netip.Prefix, is6 bool) []span {
	var all []span
	for _, prefix := range prefixes {
		if prefix.Addr().Is6() == is6 {
			all = append(all, span{prefix.Masked().Addr(), lastOf(prefix)})
		}
	}
	return merge(all)
}

func merge(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return a.first.Compare(b.first) })
	var merged []span
	for _, each := range all {
		if n := len(merged); n > 0 {
			before := &merged[n-1]
			if next := before.last.Next(); !next.IsValid() || each.first.Compare(next) <= 0 {
				if each.last.Compare(before.last) > 0 {
					before.last = each.last
				}
				continue
			}
		}
		merged = append(merged, each)
	}
	return merged
}

func lastOf(prefix netip.Prefix) netip.Addr {
	bytes := prefix.Masked().Addr().AsSlice()
	for bit := prefix.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}
