package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"sirocco/agents/nomad/internal/host"
)

const (
	webIP, nodeIP = "10.97.0.2", "10.97.0.1"
)

// netNode is a machine in namespaces of its own (processes, mounts, network), with an allocation in a network namespace
// behind it: what the agent sees as the node is never the machine.
type netNode struct {
	node
	h          host.Host
	first, web int
}

func aNetNode(t *testing.T) netNode {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making a network namespace takes root")
	}
	for _, tool := range []string{"unshare", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is missing", tool)
		}
	}
	n := netNode{node: aNode(t), h: host.Host{Proc: "/proc"}}
	n.first = n.start("unshare", "-n", "-p", "-f", "--mount-proc", "--kill-child", "sleep", "120")
	n.web = n.start("nsenter", "-t", strconv.Itoa(n.first), "-p", "-m", "-n", "unshare", "-n", "sleep", "120")
	self, err := n.h.NetOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{n.first, n.web} {
		until(t, "a network namespace of its own", 2*time.Second, func() bool {
			found, err := n.h.NetOf(pid)
			return err == nil && found.Namespace != self.Namespace
		})
	}
	n.in(n.first, func() error {
		err := netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: "nomad"}, PeerName: "eth0", PeerNamespace: netlink.NsPid(n.web),
		})
		return errors.Join(err, linkUp("nomad", nodeIP))
	})
	n.in(n.web, func() error { return linkUp("eth0", webIP) })
	until(t, "the allocation to be reached", 3*time.Second, func() bool { return n.passes(50) })
	return n
}

// start a command that forks once; the answer is its child, which carries the marks of an allocation.
func (n netNode) start(args ...string) int {
	n.t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	if args[0] == "nsenter" {
		cmd.Env = append(cmd.Env, "NOMAD_ALLOC_ID="+alloc, "NOMAD_TASK_NAME=web")
	}
	if err := cmd.Start(); err != nil {
		n.t.Skipf("%s: %v", args[0], err)
	}
	n.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	child := 0
	until(n.t, args[0], 5*time.Second, func() bool {
		child = forkOf(cmd.Process.Pid)
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child))
		return child > 0 && string(text) == "sleep\n"
	})
	return child
}

// in does something in the network namespace of a process, which must be one of this node's.
func (n netNode) in(pid int, do func() error) {
	n.t.Helper()
	at, err := n.h.NetOf(pid)
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.h.InNet(at, do); err != nil {
		n.t.Fatal(err)
	}
}

func linkUp(name, ip string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr(ip + "/24")
	if err != nil {
		return err
	}
	return errors.Join(netlink.AddrAdd(link, addr), netlink.LinkSetUp(link))
}

// passes tells whether a packet from the node reaches the allocation in so many milliseconds.
func (n netNode) passes(ms int) bool {
	n.t.Helper()
	took, ok := n.trip(time.Duration(ms) * time.Millisecond)
	return ok && took >= 0
}

func (n netNode) trip(within time.Duration) (time.Duration, bool) {
	n.t.Helper()
	var from, to *net.UDPConn
	n.in(n.web, func() (err error) {
		to, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(webIP)})
		return err
	})
	defer to.Close()
	n.in(n.first, func() (err error) {
		from, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(nodeIP)})
		return err
	})
	defer from.Close()
	begun := time.Now()
	if _, err := from.WriteToUDP([]byte{1}, to.LocalAddr().(*net.UDPAddr)); err != nil {
		return 0, false
	}
	_ = to.SetReadDeadline(begun.Add(within))
	_, err := to.Read(make([]byte, 1))
	return time.Since(begun), err == nil
}

// inside is a command of the agent on this node.
func (n netNode) inside(args ...string) *exec.Cmd {
	cmd := exec.Command("nsenter", append([]string{"-t", strconv.Itoa(n.first), "-p", "-m", "-n", binary}, args...)...)
	cmd.Env = []string{"SIROCCO_AGENT_STATE=" + n.state, "NOMAD_ALLOC_DIR=" + n.shared}
	return cmd
}

func (n netNode) run(args ...string) outcome {
	n.t.Helper()
	cmd := n.inside(args...)
	out, _ := cmd.Output()
	return outcome{code: cmd.ProcessState.ExitCode(), lines: linesOf(n.t, out)}
}

func TestAPartitionOutlivesItsHolderUntilTheDeadline(t *testing.T) {
	t.Parallel()
	n := aNetNode(t)
	const duration = 3 * time.Second
	begun := time.Now()
	n.run("inject", n.payload("r/0", "network-partition", onAlloc(nil, duration))).expect(t, 0, "begun", "journaled", "changed")
	if n.passes(100) {
		t.Error("a packet passes after inject")
	}
	other := n
	other.shared = t.TempDir()
	other.run("inject", n.payload("r/1", "network-loss", onAlloc(map[string]any{"percent": 5, "direction": "ingress"}, duration))).
		expect(t, 78, "failed")
	hold := n.inside("hold")
	if err := hold.Start(); err != nil {
		t.Fatal(err)
	}
	n.run("ready").expect(t, 0)
	_ = syscall.Kill(forkOf(hold.Process.Pid), syscall.SIGKILL)
	_ = hold.Wait()
	if n.passes(100) {
		t.Error("a packet passes after the holder's death")
	}
	until(t, "packets to pass again", duration+2*time.Second, func() bool { return n.passes(20) })
	if took := time.Since(begun); took < duration || took > duration+500*time.Millisecond {
		t.Errorf("it ended after %s, %s asked", took, duration)
	}
	n.run("revert").expect(t, 0, "undone", "reverted")
	n.run("revert").expect(t, 0)
}

func TestASweepTakesAwayWhatIsOver(t *testing.T) {
	t.Parallel()
	n := aNetNode(t)
	over := onAlloc(map[string]any{"percent": 50, "direction": "both"}, 200*time.Millisecond)
	n.run("inject", n.payload("r/0", "network-loss", over)).expect(t, 0, "changed")
	time.Sleep(300 * time.Millisecond)
	n.run("sweep").expect(t, 0, "undone", "reverted")
	n.in(n.web, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		qdiscs, err := netlink.QdiscList(link)
		for _, each := range qdiscs {
			if each.Type() == "clsact" {
				return errors.New("clsact stays")
			}
		}
		return err
	})
}

func TestADelayIsHeldAndToldOf(t *testing.T) {
	t.Parallel()
	n := aNetNode(t)
	cmd := n.inside("run", n.payload("r/0", "network-latency", onAlloc(map[string]any{"latency": "40ms"}, 20*time.Second)))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := json.NewDecoder(out)
	seen := map[string]map[string]any{}
	next := func(word string) {
		for seen[word] == nil {
			var line struct {
				Event string
				Words string
				Code  int
				Data  map[string]any
			}
			if err := told.Decode(&line); err != nil {
				t.Fatalf("%s was not told: %v", word, err)
			}
			if line.Event == "failed" && line.Code == 69 {
				t.Skipf("not here: %s", line.Words)
			}
			seen[line.Event] = map[string]any{"words": line.Words, "data": line.Data}
		}
	}
	next("in_force")
	took, ok := n.trip(time.Second)
	if !ok || took < 39*time.Millisecond || took > 60*time.Millisecond {
		t.Errorf("40 ms asked, a packet took %s (%v)", took, ok)
	}
	next("evidence")
	if data := seen["evidence"]["data"].(map[string]any); data["matched_packets"] != 1.0 {
		t.Errorf("the evidence is %v", data)
	}
	_ = syscall.Kill(forkOf(cmd.Process.Pid), syscall.SIGTERM)
	next("reverted")
	_ = cmd.Wait()
	if took, ok := n.trip(time.Second); !ok || took > 20*time.Millisecond {
		t.Errorf("after it a packet took %s (%v)", took, ok)
	}
	left, _ := filepath.Glob(filepath.Join(n.state, "journal", "*"))
	if len(left) != 1 {
		t.Errorf("%d journals", len(left))
	}
}

// What can't be told apart is not hit: here the first process is the target's neighbour in one namespace.
func TestATaskOnTheNodesNetworkIsRefused(t *testing.T) {
	t.Parallel()
	n := aNetNode(t)
	pid := n.start("nsenter", "-t", strconv.Itoa(n.first), "-p", "-m", "-n", "sleep", "60")
	_ = syscall.Kill(n.web, syscall.SIGKILL)
	until(t, "the other to be gone", 2*time.Second, func() bool { return stateOf(n.web) == "" || stateOf(n.web) == "Z" })
	refused := n.run("inject", n.payload("r/0", "network-blackhole", onAlloc(nil, time.Second)))
	refused.expect(t, 69, "failed")
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// forkOf a tool that forks once before it becomes another program.
func forkOf(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0
	}
	child, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return child
}
