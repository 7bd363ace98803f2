package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
)

const (
	nearIP, farIP   = "10.99.0.1", "10.99.0.2"
	nearIP6, farIP6 = "fd99::1", "fd99::2"
	aTarget         = "5f2b1c3d-0000-4000-8000-000000000001"
)

// bench is two network namespaces of the test's own, joined by a veth pair: near is the target's, far its peer's.
type bench struct {
	t         *testing.T
	h         host.Host
	near, far host.Net
	process   host.Process
}

func newBench(t *testing.T) bench {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making a network namespace takes root")
	}
	b := bench{t: t, h: host.Host{Proc: "/proc", Cgroup: "/sys/fs/cgroup", State: t.TempDir()}}
	node, near, far := b.holder(), b.holder(), b.holder()
	b.near, b.far = b.netOf(near), b.netOf(far)
	var err error
	if b.process, err = b.h.Pid(near); err != nil {
		t.Fatal(err)
	}
	b.h.Proc = b.procWith(node)
	b.in(b.near, func() error {
		err := netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: "eth0", TxQLen: 1000}, PeerName: "eth0", PeerNamespace: netlink.NsPid(far),
		})
		return errors.Join(err, up(nearIP+"/24", nearIP6+"/64"))
	})
	b.in(b.far, func() error { return up(farIP+"/24", farIP6+"/64") })
	// Neighbours are found only once both ends are up, and are looked for again a second later.
	for tries := 0; b.out(1).once+b.send(b.near, b.far, nearIP6, farIP6, 7003, 1).once < 2; tries++ {
		if tries == 20 {
			t.Fatal("the namespaces do not reach each other")
		}
	}
	return b
}

// holder is a process that keeps a new network namespace.
func (b bench) holder() int {
	b.t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := host.InNewNet(cmd.Start); err != nil {
		b.t.Skipf("no network namespace: %v", err)
	}
	b.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd.Process.Pid
}

// netOf a process: one that was just made, and never the machine's own. That of the machine's first process can't be
// read everywhere; but a namespace that has nothing but its loopback, and is not this process's, is nobody else's.
func (b bench) netOf(pid int) host.Net {
	b.t.Helper()
	found, err := b.h.NetOf(pid)
	if err != nil {
		b.t.Fatal(err)
	}
	own, err := b.h.NetOf(os.Getpid())
	if err != nil || own.Namespace == found.Namespace {
		b.t.Fatalf("the namespace is this process's (%v): nothing is done in it", err)
	}
	if first, err := b.h.NetOf(1); err == nil && first.Namespace == found.Namespace {
		b.t.Fatal("the namespace is the machine's: nothing is done in it")
	}
	b.in(found, func() error {
		links, err := netlink.LinkList()
		if err == nil && (len(links) != 1 || links[0].Attrs().Name != "lo") {
			return fmt.Errorf("the namespace has %d links already: nothing is done in it", len(links))
		}
		return err
	})
	return found
}

// procWith is a proc in which the first process is that of a node, beside those of both namespaces.
func (b bench) procWith(node int) string {
	b.t.Helper()
	proc := b.t.TempDir()
	for name, pid := range map[int]int{1: node, b.near.Pid: b.near.Pid, b.far.Pid: b.far.Pid} {
		if err := os.Symlink(filepath.Join("/proc", strconv.Itoa(pid)), filepath.Join(proc, strconv.Itoa(name))); err != nil {
			b.t.Fatal(err)
		}
	}
	return proc
}

func up(addresses ...string) error {
	var failed []error
	for _, name := range []string{"lo", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if name == "eth0" {
			for _, text := range addresses {
				addr, err := netlink.ParseAddr(text)
				if err != nil {
					return err
				}
				addr.Flags = unix.IFA_F_NODAD
				failed = append(failed, netlink.AddrAdd(link, addr))
			}
		}
		failed = append(failed, netlink.LinkSetUp(link))
	}
	return errors.Join(failed...)
}

func (b bench) in(at host.Net, do func() error) {
	b.t.Helper()
	if err := b.h.InNet(at, do); err != nil {
		b.t.Fatal(err)
	}
}

// job on the allocation whose process is in the near namespace.
func (b bench) job(one Fault, params map[string]any, duration time.Duration) Job {
	b.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		b.t.Fatal(err)
	}
	read, err := one.Params(raw)
	if err != nil {
		b.t.Fatal(err)
	}
	return Job{
		Host: b.h, Params: read, Targets: []host.Found{{Alloc: aTarget, Processes: []host.Process{b.process}}},
		Payload: payload.Payload{
			V: 1, Run: "r", Intent: b.t.Name(), Fault: one.Name, Scope: payload.ScopeAlloc,
			DurationMs: duration.Milliseconds(), Targets: []payload.Target{{Alloc: aTarget}},
		},
	}
}

// atNode has the job hit a node whose first process is in the near namespace.
func (b bench) atNode(job Job) Job {
	b.t.Helper()
	job.Host.Proc = b.procWith(b.near.Pid)
	job.Targets, job.Payload.Targets, job.Payload.Scope = nil, nil, payload.ScopeNode
	return job
}

// mechanism of a fault by name; skips where this kernel has it not.
func (b bench) mechanism(one Fault, name string) Mechanism {
	b.t.Helper()
	for _, mechanism := range one.Mechanisms {
		if mechanism.Name == name {
			if err := mechanism.Check(b.h); err != nil {
				b.t.Skipf("%s by %s can't be done here: %v", one.Name, name, err)
			}
			return mechanism
		}
	}
	b.t.Fatalf("%s has no mechanism %s", one.Name, name)
	return Mechanism{}
}

// injected is a fault whose changes were made.
type injected struct {
	b        bench
	host     host.Host
	prepared Prepared
	deadline host.Instant
	before   string
}

// inject makes the changes of a fault, as the phases do.
func (b bench) inject(mechanism Mechanism, job Job) injected {
	b.t.Helper()
	made := injected{b: b, host: job.Host, before: b.listing()}
	var err error
	if made.prepared, err = mechanism.Prepare(job); err != nil {
		b.t.Fatal(err)
	}
	made.deadline = host.Now().After(job.Payload.Duration())
	for _, change := range made.prepared.Changes {
		if err := change.Do(made.deadline); err != nil {
			b.t.Fatalf("%s: %v", change.Words, err)
		}
	}
	return made
}

// over waits until just after the deadline.
func (i injected) over() { time.Sleep(i.deadline.Left() + 20*time.Millisecond) }

// back puts the changes back from what their journal would hold, and compares the listing with that of before.
func (i injected) back() {
	i.b.t.Helper()
	for n := len(i.prepared.Changes) - 1; n >= 0; n-- {
		ref := i.prepared.Changes[n].Undo
		result, err := undo.Do(i.host, ref.Op, ref.Data)
		if err != nil || result.Difference != "" || result.WasGone != "" {
			i.b.t.Errorf("%s: %+v %v", ref.Op, result, err)
		}
		if again, err := undo.Do(i.host, ref.Op, ref.Data); err != nil || again.WasGone == "" {
			i.b.t.Errorf("%s a second time: %+v %v", ref.Op, again, err)
		}
	}
	if after := i.b.listing(); after != i.before {
		i.b.t.Errorf("it is not as before:\n%s\nbefore:\n%s", after, i.before)
	}
}

// evidence of the first change.
func (i injected) evidence() map[string]any {
	i.b.t.Helper()
	ref := i.prepared.Changes[0].Look
	seen, err := undo.See(i.host, ref.Op, ref.Data)
	if err != nil {
		i.b.t.Fatal(err)
	}
	return seen
}

// listing of what network faults could leave in the near namespace.
func (b bench) listing() string {
	b.t.Helper()
	var lines []string
	b.in(b.near, func() error {
		conn, err := nftables.New()
		if err != nil {
			return err
		}
		tables, err := conn.ListTables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			lines = append(lines, fmt.Sprintf("table %d %s", table.Family, table.Name))
		}
		links, err := netlink.LinkList()
		if err != nil {
			return err
		}
		for _, link := range links {
			lines = append(lines, "link "+link.Attrs().Name)
			qdiscs, err := netlink.QdiscList(link)
			if err != nil {
				return err
			}
			for _, qdisc := range qdiscs {
				attrs := qdisc.Attrs()
				lines = append(lines, fmt.Sprintf("qdisc %s %s %x %x", link.Attrs().Name, qdisc.Type(), attrs.Handle, attrs.Parent))
			}
			for _, parent := range []uint32{netlink.HANDLE_MIN_EGRESS, netlink.HANDLE_MIN_INGRESS} {
				filters, err := netlink.FilterList(link, parent)
				for _, filter := range filters {
					lines = append(lines, fmt.Sprintf("filter %s %s %v", link.Attrs().Name, filter.Type(), filter.Attrs()))
				}
				if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
					return err
				}
			}
		}
		return nil
	})
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// udp socket in a namespace.
func (b bench) udp(at host.Net, ip string, port int) *net.UDPConn {
	b.t.Helper()
	var conn *net.UDPConn
	b.in(at, func() (err error) {
		conn, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip), Port: port})
		return err
	})
	b.t.Cleanup(func() { _ = conn.Close() })
	// Whatever the machine's limit is: what does not fit would be taken for lost.
	raw, err := conn.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20) })
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return conn
}
