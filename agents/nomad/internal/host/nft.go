package host

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Table is a table of nftables of our own. What it does goes through a set whose elements time out at the deadline: then
// it lets everything pass, with nobody alive to say so.
type Table struct {
	Name    string
	Packets Packets
	Act     NFTAct
}

// gate is the set that times out; its elements are families, so that it opens and closes for all packets alike.
const (
	gateSet  = "gate"
	hitChain = "hit"
)

// NFTAct is what a table does with the packets that it is about.
type NFTAct struct {
	exprs []expr.Any
	// Where leaving and coming packets are caught; forwarded ones beside, unless egress sees them anyhow.
	egress, ingress *nftables.ChainHook
	seesForwarded   bool
	priority        nftables.ChainPriority
	// One of both, or one each.
	families []nftables.TableFamily
}

var (
	both         = []nftables.TableFamily{nftables.TableFamilyINet}
	oneEach      = []nftables.TableFamily{nftables.TableFamilyIPv4, nftables.TableFamilyIPv6}
	beforeOthers = *nftables.ChainPriorityFilter - 10
)

func filtering(exprs ...expr.Any) NFTAct {
	return NFTAct{
		exprs: exprs, families: both, priority: beforeOthers,
		egress: nftables.ChainHookOutput, ingress: nftables.ChainHookInput,
	}
}

// Drop all of them.
func Drop() NFTAct { return filtering(&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}) }

// DropShare drops a share of them, in percent, each by its own chance.
func DropShare(percent float64) NFTAct {
	const all = 100_000
	return filtering(
		&expr.Counter{},
		&expr.Numgen{Register: 1, Modulus: all, Type: unix.NFT_NG_RANDOM},
		&expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 4, Size: 4},
		&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: binaryutil.BigEndian.PutUint32(uint32(percent * all / 100))},
		&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop},
	)
}

// DropOver drops what comes faster than a rate, in bytes a second. The kernel lets a second's worth come at once, and the
// burst beside.
func DropOver(rate uint64, burst uint32) NFTAct {
	return filtering(
		&expr.Counter{},
		&expr.Limit{Type: expr.LimitTypePktBytes, Rate: rate, Unit: expr.LimitTimeSecond, Burst: burst, Over: true},
		&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop},
	)
}

// Classify puts leaving packets into a class of a queueing discipline.
func Classify(class uint32) NFTAct {
	return NFTAct{
		exprs: []expr.Any{
			&expr.Counter{},
			&expr.Immediate{Register: 1, Data: binaryutil.NativeEndian.PutUint32(class)},
			&expr.Meta{Key: expr.MetaKeyPRIORITY, SourceRegister: true, Register: 1},
		},
		egress: nftables.ChainHookPostrouting, seesForwarded: true, families: both,
		// After others, which may set the priority too.
		priority: *nftables.ChainPrioritySELinuxLast,
	}
}

// Add makes the table, all at once, in the calling thread's network namespace.
func (t Table) Add(deadline Instant) error {
	left := deadline.Left()
	if left < time.Millisecond {
		return errors.New("the deadline is over")
	}
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	setNumbers.Lock()
	defer setNumbers.Unlock()
	for _, family := range t.Act.families {
		b := builder{conn: conn, table: conn.CreateTable(&nftables.Table{Name: t.Name, Family: family}), of: t}
		b.build(left)
		if b.err != nil {
			return fmt.Errorf("nftables: %w", b.err)
		}
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("nftables table %s: %w", t.Name, err)
	}
	return nil
}

// setNumbers is held while sets are numbered: the library counts them for all its connections together.
var setNumbers sync.Mutex

// builder of one family's table.
type builder struct {
	conn  *nftables.Conn
	table *nftables.Table
	of    Table
	err   error
}

func (b *builder) build(left time.Duration) {
	p, act := b.of.Packets, b.of.Act
	gate := b.set(&nftables.Set{Name: gateSet, KeyType: nftables.TypeNFProto, HasTimeout: true}, []nftables.SetElement{
		{Key: []byte{unix.NFPROTO_IPV4}, Timeout: left}, {Key: []byte{unix.NFPROTO_IPV6}, Timeout: left},
	})
	var names []nftables.SetElement
	for _, link := range p.Links {
		names = append(names, nftables.SetElement{Key: nameKey(link)})
	}
	m := matcher{
		b: b, gate: gate, links: b.set(&nftables.Set{Name: "links", KeyType: nftables.TypeIFName}, names),
		hit: b.conn.AddChain(&nftables.Chain{Name: hitChain, Table: b.table}),
	}
	for n, is6 := range []bool{false, true} {
		m.hosts[n] = b.addresses("hosts", spans(p.Hosts, is6), is6)
		m.spare[n] = b.addresses("spare", spans(p.Spare, is6), is6)
	}
	if len(p.Ports) > 0 {
		m.ports = b.set(&nftables.Set{Name: "ports", KeyType: nftables.TypeInetService, Interval: true}, portElements(p.Ports))
	}
	b.rule(m.hit, act.exprs...)
	if p.Egress {
		m.chain("egress", act.egress, true)
		if p.Forwarded && !act.seesForwarded {
			m.chain("forwarded_egress", nftables.ChainHookForward, true)
		}
	}
	if p.Ingress {
		m.chain("ingress", act.ingress, false)
		if p.Forwarded {
			m.chain("forwarded_ingress", nftables.ChainHookForward, false)
		}
	}
}

func (b *builder) set(set *nftables.Set, elements []nftables.SetElement) *nftables.Set {
	set.Table = b.table
	b.err = errors.Join(b.err, b.conn.AddSet(set, elements))
	return set
}

// addresses of one family as a set; nil: there are none, or the table is of the other family.
func (b *builder) addresses(name string, all []span, is6 bool) *nftables.Set {
	other := nftables.TableFamilyIPv6
	set := &nftables.Set{Name: name + "4", KeyType: nftables.TypeIPAddr, Interval: true}
	if is6 {
		other = nftables.TableFamilyIPv4
		set.Name, set.KeyType = name+"6", nftables.TypeIP6Addr
	}
	if len(all) == 0 || b.table.Family == other {
		return nil
	}
	return b.set(set, addressElements(all))
}

func addressElements(all []span) []nftables.SetElement {
	var elements []nftables.SetElement
	for _, each := range all {
		elements = append(elements, nftables.SetElement{Key: each.first.AsSlice()})
		if next := each.last.Next(); next.IsValid() {
			elements = append(elements, nftables.SetElement{Key: next.AsSlice(), IntervalEnd: true})
		}
	}
	return elements
}

func portElements(all []Ports) []nftables.SetElement {
	// Ports are spans of two bytes: as addresses they are merged alike.
	var prefixed []span
	for _, each := range all {
		prefixed = append(prefixed, span{portAddr(each.First), portAddr(each.Last)})
	}
	var elements []nftables.SetElement
	for _, each := range merge(prefixed) {
		first, last := each.first.As4(), each.last.As4()
		elements = append(elements, nftables.SetElement{Key: first[2:]})
		if next := binaryutil.BigEndian.Uint16(last[2:]) + 1; next != 0 {
			elements = append(elements, nftables.SetElement{Key: binaryutil.BigEndian.PutUint16(next), IntervalEnd: true})
		}
	}
	return elements
}

func portAddr(port uint16) netip.Addr {
	return netip.AddrFrom4([4]byte{0, 0, byte(port >> 8), byte(port)})
}

func (b *builder) rule(chain *nftables.Chain, exprs ...expr.Any) {
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: chain, Exprs: exprs})
}

func nameKey(name string) []byte {
	key := make([]byte, unix.IFNAMSIZ)
	copy(key, name)
	return key
}
