package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sort"

	"github.com/vishvananda/netlink"
)

// Links that are up in the calling thread's network namespace, by name; never the loopback.
func Links() ([]string, error) {
	all, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("listing the links: %w", err)
	}
	var names []string
	for _, link := range all {
		attrs := link.Attrs()
		if attrs.Flags&net.FlagUp != 0 && attrs.EncapType != "loopback" {
			names = append(names, attrs.Name)
		}
	}
	sort.Strings(names)
	return names, nil
}

// HasLink tells whether the calling thread's network namespace has a link of that name.
func HasLink(name string) (bool, error) {
	_, err := netlink.LinkByName(name)
	var missing netlink.LinkNotFoundError
	if errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}

// Uplinks are the links by which the default routes go, and those by which some addresses are reached: what a node has
// towards others. Its bridges and the host ends of its allocations are not among them.
func Uplinks(towards []netip.Prefix) ([]string, error) {
	var indexes []int
	routes, err := netlink.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, fmt.Errorf("listing the routes: %w", err)
	}
	for _, route := range routes {
		if route.Dst != nil && !isAll(route.Dst.Mask) {
			continue
		}
		indexes = append(indexes, route.LinkIndex)
		for _, hop := range route.MultiPath {
			indexes = append(indexes, hop.LinkIndex)
		}
	}
	for _, prefix := range towards {
		// What can't be routed has no link: nothing goes there anyway.
		found, err := netlink.RouteGet(prefix.Addr().AsSlice())
		if err != nil {
			continue
		}
		for _, route := range found {
			indexes = append(indexes, route.LinkIndex)
		}
	}
	var names []string
	for _, index := range indexes {
		link, err := netlink.LinkByIndex(index)
		if err != nil || link.Attrs().EncapType == "loopback" {
			continue
		}
		names = append(names, link.Attrs().Name)
	}
	sort.Strings(names)
	return slices.Compact(names), nil
}

func isAll(mask []byte) bool {
	for _, each := range mask {
		if each != 0 {
			return false
		}
	}
	return true
}

// pair of links in a namespace made for a trial.
func pair() (netlink.Link, error) {
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "try0", TxQLen: 1000}, PeerName: "try1"}
	if err := netlink.LinkAdd(veth); err != nil {
		return nil, fmt.Errorf("a veth pair: %w", err)
	}
	if err := netlink.LinkSetUp(veth); err != nil {
		return nil, fmt.Errorf("a veth pair: %w", err)
	}
	return netlink.LinkByName("try0")
}
