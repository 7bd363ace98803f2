package host

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
)

// Handles of our own queueing disciplines. Their root lets everything pass as it comes; only packets that a table puts
// into the class meet what slows them. So they are without effect before the table's gate opens and after it closes.
const (
	ownMajor   = 0x51c0
	ownLeaf    = 0x51c1
	slowMinor  = 4
	rootHandle = ownMajor << 16
	// SlowClass is where a table puts the packets that are to be slowed.
	SlowClass = ownMajor<<16 | slowMinor
)

// Slow is what the class does to its packets.
type Slow struct {
	// Latency of each packet, more or less by up to Jitter.
	Latency, Jitter time.Duration
	// Rate in bits a second, and how many bytes may go at once; 0: as few as can be.
	Rate  uint64
	Burst uint32
}

// RootPlace is the root of a link's queueing disciplines, as it is before ours goes there.
type RootPlace struct {
	Index  int
	Before []string
}

// LookForRoot finds out whether a queueing discipline of ours could be a link's root; an error says what is in the way.
// The kernel's own default is not: it comes back when ours goes.
func LookForRoot(name string) (RootPlace, error) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return RootPlace{}, fmt.Errorf("link %s: %w", name, err)
	}
	place := RootPlace{Index: link.Attrs().Index}
	all, err := qdiscsOf(link)
	if err != nil {
		return place, err
	}
	for _, each := range all {
		attrs := each.Attrs()
		if attrs.Parent == netlink.HANDLE_ROOT && attrs.Handle != 0 && attrs.Handle != rootHandle {
			return place, fmt.Errorf("link %s has a root qdisc that somebody configured (%s %s), and it would be lost",
				name, each.Type(), netlink.HandleStr(attrs.Handle))
		}
	}
	place.Before = words(all)
	return place, nil
}

// qdiscsOf a link without clsact, which is no queue.
func qdiscsOf(link netlink.Link) ([]netlink.Qdisc, error) {
	all, err := netlink.QdiscList(link)
	if err != nil {
		return nil, fmt.Errorf("the queueing disciplines of link %s: %w", link.Attrs().Name, err)
	}
	var queues []netlink.Qdisc
	for _, each := range all {
		if each.Type() != "clsact" && each.Type() != "ingress" {
			queues = append(queues, each)
		}
	}
	return queues, nil
}

func words(all []netlink.Qdisc) []string {
	var words []string
	for _, each := range all {
		attrs := each.Attrs()
		words = append(words, fmt.Sprintf("%s %s parent %s", each.Type(), netlink.HandleStr(attrs.Handle), netlink.HandleStr(attrs.Parent)))
	}
	sort.Strings(words)
	return words
}

// AddTo makes our root on a link, with the class that is slow.
func (s Slow) AddTo(name string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	index := link.Attrs().Index
	root := netlink.QdiscAttrs{LinkIndex: index, Handle: rootHandle, Parent: netlink.HANDLE_ROOT}
	if s.Rate > 0 {
		if err := netlink.QdiscAdd(netlink.NewHtb(root)); err != nil {
			return fmt.Errorf("htb on link %s: %w", name, err)
		}
		const quantum = 60_000 // of one class alone it decides nothing; the kernel wants it below 200,000
		err := netlink.ClassAdd(netlink.NewHtbClass(
			netlink.ClassAttrs{LinkIndex: index, Handle: SlowClass, Parent: rootHandle},
			netlink.HtbClassAttrs{Rate: s.Rate, Ceil: s.Rate, Buffer: s.Burst, Cbuffer: s.Burst, Quantum: quantum}))
		if err != nil {
			return fmt.Errorf("a class of htb on link %s: %w", name, err)
		}
		return nil
	}
	prio := netlink.NewPrio(root)
	prio.Bands = slowMinor
	if err := netlink.QdiscAdd(prio); err != nil {
		return fmt.Errorf("prio on link %s: %w", name, err)
	}
	err = netlink.QdiscAdd(netlink.NewNetem(
		netlink.QdiscAttrs{LinkIndex: index, Handle: ownLeaf << 16, Parent: SlowClass},
		netlink.NetemQdiscAttrs{
			Latency: uint32(s.Latency.Microseconds()), Jitter: uint32(s.Jitter.Microseconds()), Limit: s.held(),
		}))
	if err != nil {
		return fmt.Errorf("netem on link %s: %w", name, err)
	}
	return nil
}

// held is how many packets may wait: those of a gigabit a second, within bounds, since what is above is lost.
func (s Slow) held() uint32 {
	const perSecond, least, most = 83_000, 1_000, 200_000
	return uint32(min(max((s.Latency+s.Jitter).Seconds()*perSecond, least), most))
}

// drainWithin is what packets in the slow class get to leave before it goes, and they with it.
const drainWithin = 2 * time.Second

// DelRoot takes our root from a link, once its queue is empty or has had its time; false: it is not there. The answer in
// words is how the link's queueing disciplines then differ from before, or "".
func DelRoot(index int, before []string) (bool, string, error) {
	link, err := netlink.LinkByIndex(index)
	if isNoLink(err) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	for end := Now().After(drainWithin); ; time.Sleep(10 * time.Millisecond) {
		own, queued, err := ownRoot(link)
		if err != nil || own == nil {
			return false, "", err
		}
		if queued > 0 && end.Left() > 0 {
			continue
		}
		if err := netlink.QdiscDel(own); err != nil {
			return false, "", fmt.Errorf("deleting the root qdisc of link %s: %w", link.Attrs().Name, err)
		}
		break
	}
	all, err := qdiscsOf(link)
	if err != nil {
		return true, "", err
	}
	if after := words(all); strings.Join(after, ", ") != strings.Join(before, ", ") {
		return true, fmt.Sprintf("link %s has %s; before it had %s", link.Attrs().Name, strings.Join(after, ", "), strings.Join(before, ", ")), nil
	}
	return true, "", nil
}

// ownRoot of a link, with the packets in its queues; nil: it has none of ours.
func ownRoot(link netlink.Link) (netlink.Qdisc, uint32, error) {
	all, err := qdiscsOf(link)
	if err != nil {
		return nil, 0, err
	}
	for _, each := range all {
		attrs := each.Attrs()
		if attrs.Parent == netlink.HANDLE_ROOT && attrs.Handle == rootHandle {
			if attrs.Statistics == nil || attrs.Statistics.Queue == nil {
				return each, 0, nil
			}
			return each, attrs.Statistics.Queue.Qlen, nil
		}
	}
	return nil, 0, nil
}

// SlowCounts of the slow class.
type SlowCounts struct {
	Packets, Bytes  uint64
	Queued, Dropped uint32
}

// CountSlow reads what the slow class of a link has done.
func CountSlow(index int) (SlowCounts, error) {
	var counts SlowCounts
	link, err := netlink.LinkByIndex(index)
	if err != nil {
		return counts, err
	}
	classes, err := netlink.ClassList(link, 0)
	if err != nil {
		return counts, fmt.Errorf("the classes of link %s: %w", link.Attrs().Name, err)
	}
	for _, class := range classes {
		attrs := class.Attrs()
		if attrs.Handle != SlowClass || attrs.Statistics == nil {
			continue
		}
		if basic := attrs.Statistics.Basic; basic != nil {
			counts.Packets, counts.Bytes = uint64(basic.Packets), basic.Bytes
		}
		if queue := attrs.Statistics.Queue; queue != nil {
			counts.Queued, counts.Dropped = queue.Qlen, queue.Drops
		}
		return counts, nil
	}
	return counts, fmt.Errorf("link %s has no class of ours", link.Attrs().Name)
}

// TrySlow makes our root on a link of a network namespace of its own; the answer says why it can't be made.
func TrySlow(slow Slow) func(Host) error {
	return func(h Host) error {
		err := InNewNet(func() error {
			link, err := pair()
			if err != nil {
				return err
			}
			return slow.AddTo(link.Attrs().Name)
		})
		if err != nil {
			return err
		}
		return TryTable(Classify(SlowClass))(h)
	}
}
