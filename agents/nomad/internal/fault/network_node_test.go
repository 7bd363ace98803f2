package fault

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
)

const (
	bridgeIP, allocIP = "10.98.0.1", "10.98.0.2"
)

// withAlloc makes the near namespace a node: it has a third namespace behind it, and forwards.
func (b bench) withAlloc() host.Net {
	b.t.Helper()
	pid := b.holder()
	alloc := b.netOf(pid)
	b.in(b.near, func() error {
		err := netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: "nomad"}, PeerName: "eth0", PeerNamespace: netlink.NsPid(pid),
		})
		link, found := netlink.LinkByName("nomad")
		if err := errors.Join(err, found); err != nil {
			return err
		}
		addr, err := netlink.ParseAddr(bridgeIP + "/24")
		return errors.Join(err, netlink.AddrAdd(link, addr), netlink.LinkSetUp(link),
			os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0),
			netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(farIP)}))
	})
	b.in(alloc, func() error {
		return errors.Join(up(allocIP+"/24"), netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(bridgeIP)}))
	})
	b.in(b.far, func() error { return netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(nearIP)}) })
	return alloc
}

// A node that is cut off takes its allocations with it; what they and it say to one another goes on.
func TestANodeIsCutOffAtItsUplinks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nft-drop", "bpf-drop"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			job := b.atNode(b.job(networkBlackhole, nil, 20*time.Second))
			b.h.Proc = "/proc"
			alloc := b.withAlloc()
			fromAlloc := func() int { return b.send(alloc, b.far, allocIP, farIP, 7004, 5).once }
			toAlloc := func() int { return b.send(b.far, alloc, farIP, allocIP, 7005, 5).once }
			inside := func() int { return b.send(b.near, alloc, bridgeIP, allocIP, 7006, 5).once }
			for end := time.Now().Add(3 * time.Second); fromAlloc()+toAlloc()+inside() < 15; {
				if time.Now().After(end) {
					t.Fatal("the bench does not work")
				}
			}
			made := b.inject(b.mechanism(networkBlackhole, name), job)
			if got := fromAlloc() + toAlloc(); got != 0 {
				t.Errorf("%d of 10 packets passed between the allocation and the other end", got)
			}
			if got := b.out(5).once + b.back(5).once; got != 0 {
				t.Errorf("%d of 10 packets passed between the node and the other end", got)
			}
			if got := inside(); got != 5 {
				t.Errorf("%d of 5 packets passed from the node to its allocation", got)
			}
			if len(made.prepared.Resources) < 2 {
				t.Errorf("it takes only %v", made.prepared.Resources)
			}
			made.back()
		})
	}
}

// What is spared must be known before anything is cut.
func TestAServerThatIsNotFoundIsInTheWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	job := b.atNode(b.job(networkBlackhole, map[string]any{"interface": "eth0"}, time.Minute))
	job.Payload.Nomad.Servers = []string{"nomad.invalid:4647"}
	_, err := networkBlackhole.Mechanisms[0].Prepare(job)
	if fail.CodeOf(err) != fail.Unsupported || !strings.Contains(err.Error(), "nomad.invalid") {
		t.Errorf("not refused: %v", err)
	}
}
