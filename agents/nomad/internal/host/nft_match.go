package host

import (
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// matcher writes the chains that find the packets, and send them to the chain that acts.
type matcher struct {
	b                  *builder
	gate, links, ports *nftables.Set
	// By family: IPv4, IPv6.
	hosts, spare [2]*nftables.Set
	hit          *nftables.Chain
}

var families = [2]byte{unix.NFPROTO_IPV4, unix.NFPROTO_IPV6}

func (m matcher) chain(name string, hook *nftables.ChainHook, egress bool) {
	act := m.b.of.Act
	chain := m.b.conn.AddChain(&nftables.Chain{
		Name: name, Table: m.b.table, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: &act.priority,
	})
	pass := &expr.Verdict{Kind: expr.VerdictAccept}
	m.b.rule(chain, append(notIn(m.gate, expr.MetaKeyNFPROTO), pass)...)
	link := expr.MetaKeyIIFNAME
	if egress {
		link = expr.MetaKeyOIFNAME
	}
	m.b.rule(chain, append(notIn(m.links, link), pass)...)
	m.b.rule(chain,
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_ICMPV6}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 1},
		&expr.Range{Op: expr.CmpOpEq, Register: 1, FromData: []byte{firstNeighbourType}, ToData: []byte{lastNeighbourType}},
		pass)
	for n, set := range m.spare {
		if set != nil {
			m.b.rule(chain, append(addressIn(set, families[n], egress), pass)...)
		}
	}
	for _, at := range m.places(egress) {
		for _, what := range m.kinds() {
			exprs := append(append([]expr.Any{}, at...), what...)
			m.b.rule(chain, append(exprs, &expr.Verdict{Kind: expr.VerdictGoto, Chain: hitChain})...)
		}
	}
}

// places are the alternatives of the other end's address: each needs a rule.
func (m matcher) places(egress bool) [][]expr.Any {
	if len(m.b.of.Packets.Hosts) == 0 {
		return [][]expr.Any{nil}
	}
	var all [][]expr.Any
	for n, set := range m.hosts {
		if set != nil {
			all = append(all, addressIn(set, families[n], egress))
		}
	}
	return all
}

// kinds are the alternatives of protocol and port.
func (m matcher) kinds() [][]expr.Any {
	protocols := m.b.of.Packets.protocols()
	if protocols == nil {
		return [][]expr.Any{nil}
	}
	var all [][]expr.Any
	for _, protocol := range protocols {
		is := []expr.Any{
			&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
		}
		if m.ports == nil {
			all = append(all, is)
			continue
		}
		const source, destination = 0, 2
		for _, at := range []uint32{source, destination} {
			all = append(all, append(append([]expr.Any{}, is...),
				&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: at, Len: 2},
				&expr.Lookup{SourceRegister: 1, SetName: m.ports.Name, SetID: m.ports.ID}))
		}
	}
	return all
}

func notIn(set *nftables.Set, key expr.MetaKey) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: key, Register: 1},
		&expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID, Invert: true},
	}
}

// addressIn matches the address of the other end: that to which a packet leaves, or from which it comes.
func addressIn(set *nftables.Set, family byte, egress bool) []expr.Any {
	offset, length := uint32(12), uint32(4)
	if family == unix.NFPROTO_IPV6 {
		offset, length = 8, 16
	}
	if egress {
		offset += length
	}
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{family}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: length},
		&expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID},
	}
}
