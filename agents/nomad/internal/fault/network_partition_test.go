package fault

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/undo"
)

func TestAPartitionCutsBothWaysAndEndsByItself(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nft-drop", "bpf-drop"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			mechanism := b.mechanism(networkPartition, name)
			conn := b.echo()
			if !answers(t, conn, time.Second) || b.out(10).once != 10 {
				t.Fatal("the bench does not work")
			}
			const duration = 1500 * time.Millisecond
			made := b.inject(mechanism, b.job(networkPartition, nil, duration))
			if got := b.out(100); got.once != 0 {
				t.Errorf("%d of 100 packets went out", got.once)
			}
			if got := b.back(100); got.once != 0 {
				t.Errorf("%d of 100 packets came in", got.once)
			}
			if answers(t, conn, 200*time.Millisecond) {
				t.Error("a connection that existed goes on")
			}
			if got := b.send(b.near, b.far, nearIP6, farIP6, 7003, 20); got.once != 0 {
				t.Errorf("%d of 20 packets of IPv6 went out", got.once)
			}
			seen := made.evidence()
			if seen["hit_packets"].(uint64) < 100 {
				t.Errorf("the evidence counts %v", seen)
			}
			late := b.endsAt(made.deadline)
			t.Logf("it ended %s after the deadline", late)
			// The kernel is late by a few milliseconds; how soon this test sees it is a matter of the machine.
			if late < -20*time.Millisecond || late > 500*time.Millisecond {
				t.Errorf("it ended %s after the deadline", late)
			}
			if got := b.back(100); got.once != 100 {
				t.Errorf("after the deadline %d of 100 packets came in", got.once)
			}
			made.back()
		})
	}
}

func TestAFilterHitsOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		params       map[string]any
		out, in, six bool
	}{
		"another host":      {map[string]any{"hosts": "10.99.0.3,10.98.0.0/16"}, true, true, true},
		"the host":          {map[string]any{"hosts": []string{farIP}}, false, false, true},
		"its prefix":        {map[string]any{"hosts": "10.99.0.0/30"}, false, false, true},
		"all of IPv6":       {map[string]any{"hosts": "::/0"}, true, true, false},
		"egress":            {map[string]any{"hosts": "10.0.0.0/8", "direction": "egress"}, false, true, true},
		"ingress":           {map[string]any{"direction": "ingress"}, true, false, true},
		"a port":            {map[string]any{"ports": 7000}, false, true, true},
		"a range of ports":  {map[string]any{"ports": "1-100,7001-7003"}, true, false, false},
		"another protocol":  {map[string]any{"protocol": "tcp"}, true, true, true},
		"the protocol":      {map[string]any{"protocol": "udp", "direction": "egress"}, false, true, false},
		"ports of another":  {map[string]any{"protocol": "tcp", "ports": "7000-7003"}, true, true, true},
		"the interface":     {map[string]any{"interface": "eth0", "hosts": farIP}, false, false, true},
		"ICMP alone":        {map[string]any{"protocol": "icmp"}, true, true, true},
		"host and port":     {map[string]any{"hosts": farIP, "ports": "7001"}, true, false, true},
		"two ways to match": {map[string]any{"hosts": "10.99.0.2,10.99.0.0/24", "ports": "7000,7000-7001"}, false, false, true},
	}
	for _, mechanism := range []string{"nft-drop", "bpf-drop"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for name, one := range cases {
				made := b.inject(b.mechanism(networkBlackhole, mechanism), b.job(networkBlackhole, one.params, 20*time.Second))
				for way, pair := range map[string]struct {
					got  arrived
					pass bool
				}{
					"out":  {b.out(5), one.out},
					"in":   {b.back(5), one.in},
					"IPv6": {b.send(b.near, b.far, nearIP6, farIP6, 7003, 5), one.six},
				} {
					if want := map[bool]int{true: 5}[pair.pass]; pair.got.once != want {
						t.Errorf("%s: %s: %d of 5 packets arrived, not %d", name, way, pair.got.once, want)
					}
				}
				made.back()
			}
		})
	}
}

func TestTheLifelineOfANodePasses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nft-drop", "bpf-drop"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			job := b.atNode(b.job(networkBlackhole, map[string]any{"interface": "eth0"}, 20*time.Second))
			job.Payload.Nomad.Servers = []string{farIP + ":4647"}
			job.Payload.Spare = []string{farIP6 + "/128"}
			b.h = job.Host
			made := b.inject(b.mechanism(networkBlackhole, name), job)
			if got := b.out(20); got.once != 20 {
				t.Errorf("%d of 20 packets reached a Nomad server", got.once)
			}
			if got := b.send(b.near, b.far, nearIP6, farIP6, 7003, 20); got.once != 20 {
				t.Errorf("%d of 20 packets reached what is spared", got.once)
			}
			made.back()
			job.Params, _ = networkBlackhole.Params([]byte(`{"hosts":"10.99.0.2"}`))
			if _, err := b.mechanism(networkBlackhole, name).Prepare(job); fail.CodeOf(err) != fail.BadPayload {
				t.Errorf("a host that is spared was not refused: %v", err)
			}
		})
	}
}

func TestAnAllocationOnTheNodesOwnNetworkIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	job := b.job(networkPartition, nil, time.Second)
	job.Host.Proc = b.procWith(b.near.Pid)
	_, err := networkPartition.Mechanisms[0].Prepare(job)
	if fail.CodeOf(err) != fail.Unsupported || !strings.Contains(err.Error(), "host network") {
		t.Errorf("not refused: %v", err)
	}
}

func TestANamespaceThatIsGoneOwesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	gone := b.near
	gone.Namespace.Inode = 1
	ref := undo.NewRef("delete-nft-table", undo.NetTable{Net: gone, Table: "sirocco_00000000"})
	result, err := undo.Do(b.h, ref.Op, ref.Data)
	if err != nil || result.WasGone != host.ErrNetGone.Error() {
		t.Errorf("%+v %v", result, err)
	}
	if err := b.h.InNet(gone, func() error { return nil }); !errors.Is(err, host.ErrNetGone) {
		t.Errorf("entered: %v", err)
	}
}
