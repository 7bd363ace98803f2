package fault

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sirocco/agents/nomad/internal/host"
)

// netFilter says which packets a network fault hits; its keys are those of every such fault.
type netFilter struct {
	// Hosts at the other end: addresses or prefixes. Names were resolved by the controller.
	Hosts hostList `json:"hosts"`
	// Ports at either end, such as 443 or 8000-8099.
	Ports portList `json:"ports"`
	// Protocol is tcp, udp or icmp.
	Protocol string `json:"protocol"`
	// Direction is egress, ingress or both, as the target sees it.
	Direction string `json:"direction"`
	// Interface of the target's network namespace.
	Interface string `json:"interface"`

	prefixes []netip.Prefix
	ports    []host.Ports
}

// check also reads; direction is what stands where none is given.
func (f *netFilter) check(direction string) error {
	const mostHosts, mostPorts = 1024, 128
	if len(f.Hosts) > mostHosts {
		return bad("hosts", fmt.Sprintf("%d entries", len(f.Hosts)), fmt.Sprintf("at most %d", mostHosts))
	}
	for _, text := range f.Hosts {
		prefix, err := prefixOf(text)
		if err != nil {
			return bad("hosts", strconv.Quote(text), "an address such as 10.0.0.1 or a prefix such as 10.0.0.0/8")
		}
		f.prefixes = append(f.prefixes, prefix)
	}
	if len(f.Ports) > mostPorts {
		return bad("ports", fmt.Sprintf("%d entries", len(f.Ports)), fmt.Sprintf("at most %d", mostPorts))
	}
	for _, text := range f.Ports {
		ports, err := portsOf(text)
		if err != nil {
			return bad("ports", strconv.Quote(text), "a port such as 443 or a range such as 8000-8099")
		}
		f.ports = append(f.ports, ports)
	}
	switch f.Protocol {
	case "", "tcp", "udp":
	case "icmp":
		if len(f.ports) > 0 {
			return bad("protocol", `"icmp", which has no ports`, "tcp or udp with ports")
		}
	default:
		return bad("protocol", strconv.Quote(f.Protocol), "tcp, udp or icmp")
	}
	switch f.Direction {
	case "":
		f.Direction = direction
	case "egress", "ingress", "both":
	default:
		return bad("direction", strconv.Quote(f.Direction), "egress, ingress or both")
	}
	if len(f.Interface) > 15 || strings.ContainsAny(f.Interface, "/ \x00") || f.Interface == "lo" {
		return bad("interface", strconv.Quote(f.Interface), "the name of a link such as eth0, not the loopback,")
	}
	return nil
}

// isAll tells whether it names nothing at all.
func (f netFilter) isAll() bool {
	return len(f.Hosts) == 0 && len(f.Ports) == 0 && f.Protocol == "" && f.Interface == ""
}

// reaches tells which host could never be hit, since it is spared.
func (f netFilter) reaches(spare []netip.Prefix) error {
	for _, prefix := range f.prefixes {
		for _, spared := range spare {
			if spared.Bits() <= prefix.Bits() && spared.Contains(prefix.Addr()) {
				return bad("hosts", fmt.Sprintf("%s is within %s, which is spared", prefix, spared), "what is not spared")
			}
		}
	}
	return nil
}

func (f netFilter) packets(spare []netip.Prefix) host.Packets {
	return host.Packets{
		Hosts: f.prefixes, Ports: f.ports, Protocol: f.Protocol, Spare: spare,
		Egress: f.Direction != "ingress", Ingress: f.Direction != "egress",
	}
}

// words for what is meant, as plans and events have them.
func (f netFilter) words() string {
	text := f.Direction + " packets"
	if f.Direction == "both" {
		text = "packets"
	}
	if f.Protocol != "" {
		text = f.Protocol + " " + text
	}
	if len(f.Hosts) > 0 {
		text += " of " + shortened(strings.Join(f.Hosts, ", "))
	}
	if len(f.Ports) > 0 {
		text += " on port " + shortened(strings.Join(f.Ports, ", "))
	}
	return text
}

func prefixOf(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q is no address", text)
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	return prefix.Masked(), err
}

func portsOf(text string) (host.Ports, error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 16)
	if err != nil || from == 0 {
		return host.Ports{}, fmt.Errorf("%q is no port", first)
	}
	to, err := strconv.ParseUint(last, 10, 16)
	if err != nil || to < from {
		return host.Ports{}, fmt.Errorf("%q is no port", last)
	}
	return host.Ports{First: uint16(from), Last: uint16(to)}, nil
}
