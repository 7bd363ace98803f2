package host

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ownPrefix begins the name of all that the agent makes in the kernel.
const ownPrefix = "sirocco_"

// firstPriority is that of our filters: one that comes after another's may never be asked.
const firstPriority = 1

func parentOf(egress bool) uint32 {
	if egress {
		return netlink.HANDLE_MIN_EGRESS
	}
	return netlink.HANDLE_MIN_INGRESS
}

// FilterPlace is what a link of the calling thread's namespace has where a filter is to go.
type FilterPlace struct {
	Index     int
	HasClsact bool
}

// LookForFilter finds out whether a filter of ours could be the first on a link; an error says what is in the way.
func LookForFilter(name string, egress bool) (FilterPlace, error) {
	var place FilterPlace
	link, err := netlink.LinkByName(name)
	if err != nil {
		return place, fmt.Errorf("link %s: %w", name, err)
	}
	place.Index = link.Attrs().Index
	if n := tcxPrograms(place.Index, egress); n > 0 {
		return place, fmt.Errorf("link %s has %d tcx programs of another, which the kernel asks before ours", name, n)
	}
	if place.HasClsact, err = hasClsact(link); err != nil || !place.HasClsact {
		return place, err
	}
	filters, err := netlink.FilterList(link, parentOf(egress))
	if err != nil {
		return place, fmt.Errorf("the filters of link %s: %w", name, err)
	}
	for _, filter := range filters {
		own, _ := filter.(*netlink.BpfFilter)
		if filter.Attrs().Priority <= firstPriority && (own == nil || !strings.HasPrefix(own.Name, ownPrefix)) {
			return place, fmt.Errorf("link %s has a filter of another at priority %d, and ours must come first", name, filter.Attrs().Priority)
		}
	}
	return place, nil
}

func hasClsact(link netlink.Link) (bool, error) {
	all, err := netlink.QdiscList(link)
	if err != nil {
		return false, fmt.Errorf("the queueing disciplines of link %s: %w", link.Attrs().Name, err)
	}
	for _, each := range all {
		switch each.Type() {
		case "clsact":
			return true, nil
		case "ingress":
			return false, fmt.Errorf("link %s has an ingress qdisc of another, where clsact would go", link.Attrs().Name)
		}
	}
	return false, nil
}

// Attach puts a program on a link, under a name of our own, and clsact where there is none.
func (p Program) Attach(name, linkName string, deadline Instant) error {
	link, err := netlink.LinkByName(linkName)
	if err != nil {
		return fmt.Errorf("link %s: %w", linkName, err)
	}
	if kind := link.Attrs().EncapType; kind == "ether" || kind == "loopback" {
		const ethernetHeader = 14
		p.linkHeader = ethernetHeader
	}
	loaded, err := p.load(deadline)
	if err != nil {
		return err
	}
	defer loaded.Close()
	has, err := hasClsact(link)
	if err != nil {
		return err
	}
	if !has {
		if err := netlink.QdiscAdd(clsactOf(link)); err != nil {
			return fmt.Errorf("clsact on link %s: %w", linkName, err)
		}
	}
	err = netlink.FilterAdd(&netlink.BpfFilter{
		FilterAttrs: netlink.FilterAttrs{
			LinkIndex: link.Attrs().Index, Parent: parentOf(p.Egress), Handle: 1, Protocol: unix.ETH_P_ALL, Priority: firstPriority,
		},
		Fd: loaded.FD(), Name: name, DirectAction: true,
	})
	if err != nil {
		return fmt.Errorf("a filter on link %s: %w", linkName, err)
	}
	return nil
}

func clsactOf(link netlink.Link) netlink.Qdisc {
	return &netlink.Clsact{QdiscAttrs: netlink.QdiscAttrs{
		LinkIndex: link.Attrs().Index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT,
	}}
}

// filterOf ours on a link; nil: it is not there.
func filterOf(link netlink.Link, name string, egress bool) (*netlink.BpfFilter, error) {
	filters, err := netlink.FilterList(link, parentOf(egress))
	if err != nil {
		return nil, fmt.Errorf("the filters of link %s: %w", link.Attrs().Name, err)
	}
	for _, filter := range filters {
		if own, ok := filter.(*netlink.BpfFilter); ok && own.Name == name {
			return own, nil
		}
	}
	return nil, nil
}

// Detach takes a program of ours from a link by its name, and clsact where we made it and nobody uses it; false: neither
// was there.
func Detach(name string, index int, egress, madeClsact bool) (bool, error) {
	link, err := netlink.LinkByIndex(index)
	if isNoLink(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	has, err := hasClsact(link)
	if err != nil || !has {
		return false, err
	}
	found, err := filterOf(link, name, egress)
	if err != nil {
		return false, err
	}
	if found != nil {
		if err := netlink.FilterDel(found); err != nil {
			return false, fmt.Errorf("deleting the filter of link %s: %w", link.Attrs().Name, err)
		}
	}
	if !madeClsact {
		return found != nil, nil
	}
	for _, each := range []bool{true, false} {
		left, err := netlink.FilterList(link, parentOf(each))
		if err != nil || len(left) > 0 {
			return found != nil, err
		}
	}
	if err := netlink.QdiscDel(clsactOf(link)); err != nil {
		return true, fmt.Errorf("deleting clsact of link %s: %w", link.Attrs().Name, err)
	}
	return true, nil
}

func isNoLink(err error) bool {
	var missing netlink.LinkNotFoundError
	return errors.As(err, &missing)
}

// IsAttached tells whether a link has a program of ours.
func IsAttached(name string, index int, egress bool) (bool, error) {
	link, err := netlink.LinkByIndex(index)
	if isNoLink(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if has, err := hasClsact(link); err != nil || !has {
		return false, err
	}
	found, err := filterOf(link, name, egress)
	return found != nil, err
}

// CountProgram reads the counters of a program of ours.
func CountProgram(name string, index int, egress bool) (ProgramCounts, error) {
	link, err := netlink.LinkByIndex(index)
	if err != nil {
		return ProgramCounts{}, err
	}
	found, err := filterOf(link, name, egress)
	if err != nil {
		return ProgramCounts{}, err
	}
	if found == nil {
		return ProgramCounts{}, fmt.Errorf("link %s has no filter %s", link.Attrs().Name, name)
	}
	return countsOf(found.Id)
}

// trial is how long what is tried could last, were it ever to stay.
const trial = 10 * time.Second
