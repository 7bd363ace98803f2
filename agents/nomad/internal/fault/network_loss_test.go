package fault

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/vishvananda/netlink"

	"sirocco/agents/nomad/internal/fail"
)

const packets = 2000

// near enough: 4 points over 1,000 packets and more.
func isNear(percent, asked float64) bool { return math.Abs(percent-asked) <= 4 }

func TestTheShareAskedForIsLost(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"bpf", "nft-numgen"} {
		for _, percent := range []float64{5, 20, 70} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				job := b.job(networkLoss, map[string]any{"percent": percent, "direction": "both"}, 2*time.Second)
				made := b.inject(b.mechanism(networkLoss, name), job)
				for way, got := range map[string]arrived{"out": b.out(packets), "in": b.back(packets)} {
					lost := 100 * float64(packets-got.once) / packets
					t.Logf("%s by %s: %g percent asked, %.1f lost", way, name, percent, lost)
					if !isNear(lost, percent) {
						t.Errorf("%s: %.1f percent lost, %g asked", way, lost, percent)
					}
				}
				t.Logf("evidence: %v", made.evidence())
				made.over()
				if got := b.out(packets); got.once != packets {
					t.Errorf("after the deadline %d of %d packets arrived", got.once, packets)
				}
				made.back()
			})
		}
	}
}

func TestTheShareAskedForIsDuplicated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	job := b.job(networkDuplicate, map[string]any{"percent": 30, "direction": "both"}, 2*time.Second)
	made := b.inject(b.mechanism(networkDuplicate, "bpf"), job)
	for way, got := range map[string]arrived{"out": b.out(packets), "in": b.back(packets)} {
		twice := 100 * float64(got.twice) / packets
		t.Logf("%s: 30 percent asked, %.1f came twice", way, twice)
		if got.once != packets || !isNear(twice, 30) {
			t.Errorf("%s: %d of %d packets came, %.1f percent twice, 30 asked", way, got.once, packets, twice)
		}
	}
	t.Logf("evidence: %v", made.evidence())
	made.over()
	if got := b.out(packets); got.once != packets || got.twice > 0 {
		t.Errorf("after the deadline: %+v", got)
	}
	made.back()
}

func TestTheShareAskedForIsCorrupted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	job := b.job(networkCorrupt, map[string]any{"percent": 30, "direction": "both", "protocol": "udp"}, 2*time.Second)
	made := b.inject(b.mechanism(networkCorrupt, "bpf"), job)
	for way, got := range map[string]arrived{"out": b.out(packets), "in": b.back(packets)} {
		changed := 100 * float64(got.changed) / packets
		t.Logf("%s: 30 percent asked, %.1f changed", way, changed)
		if !isNear(changed, 30) {
			t.Errorf("%s: %.1f percent changed, 30 asked", way, changed)
		}
	}
	t.Logf("evidence: %v", made.evidence())
	made.over()
	if got := b.out(packets); got.once != packets || got.changed > 0 {
		t.Errorf("after the deadline: %+v", got)
	}
	made.back()
}

// Cilium and Consul have a clsact of their own on the links of allocations.
func TestAClsactOfAnotherStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mechanism := b.mechanism(networkLoss, "bpf")
	b.in(b.near, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return netlink.QdiscAdd(&netlink.Clsact{QdiscAttrs: netlink.QdiscAttrs{
			LinkIndex: link.Attrs().Index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT,
		}})
	})
	made := b.inject(mechanism, b.job(networkLoss, map[string]any{"percent": 50, "direction": "both"}, time.Minute))
	made.back()
	b.in(b.near, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return netlink.FilterAdd(&netlink.U32{FilterAttrs: netlink.FilterAttrs{
			LinkIndex: link.Attrs().Index, Parent: netlink.HANDLE_MIN_EGRESS, Priority: 1, Protocol: 0x800,
		}})
	})
	before := b.listing()
	_, err := mechanism.Prepare(b.job(networkLoss, map[string]any{"percent": 50}, time.Minute))
	if fail.CodeOf(err) != fail.Unsupported {
		t.Errorf("a filter of another was not in the way: %v", err)
	}
	if after := b.listing(); after != before {
		t.Errorf("it is not as before:\n%s\nbefore:\n%s", after, before)
	}
}

// The kernel asks tcx programs before all filters, and what they answer may be the last word.
func TestAProgramThatWouldComeFirstIsInTheWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mechanism := b.mechanism(networkLoss, "bpf")
	next, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type: ebpf.SchedCLS, License: "Apache-2.0", Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, -1), asm.Return()},
	})
	if err != nil {
		t.Skipf("no BPF program: %v", err)
	}
	defer next.Close()
	var attached link.Link
	b.in(b.near, func() error {
		at, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		attached, err = link.AttachTCX(link.TCXOptions{Interface: at.Attrs().Index, Program: next, Attach: ebpf.AttachTCXEgress})
		if errors.Is(err, ebpf.ErrNotSupported) {
			t.Skip("no tcx before Linux 6.6")
		}
		return err
	})
	defer attached.Close()
	_, err = mechanism.Prepare(b.job(networkLoss, map[string]any{"percent": 50}, time.Minute))
	if fail.CodeOf(err) != fail.Unsupported || !strings.Contains(err.Error(), "tcx") {
		t.Errorf("not refused: %v", err)
	}
	if _, err := mechanism.Prepare(b.job(networkLoss, map[string]any{"percent": 50, "direction": "ingress"}, time.Minute)); err != nil {
		t.Errorf("refused where it is not: %v", err)
	}
}
