package fault

import (
	"io"
	"math"
	"net"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
)

// megabits a second that TCP carries from one namespace to the other, after what the first burst took.
func (b bench) megabits(from, to host.Net, toIP string, warm, during time.Duration) float64 {
	b.t.Helper()
	var listener net.Listener
	b.in(to, func() (err error) {
		listener, err = net.Listen("tcp", net.JoinHostPort(toIP, "0"))
		return err
	})
	defer listener.Close()
	var sender net.Conn
	b.in(from, func() (err error) {
		sender, err = net.DialTimeout("tcp", listener.Addr().String(), 2*time.Second)
		return err
	})
	defer sender.Close()
	receiver, err := listener.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	defer receiver.Close()
	go func() {
		piece := make([]byte, 32<<10)
		for {
			if _, err := sender.Write(piece); err != nil {
				return
			}
		}
	}()
	_ = receiver.SetReadDeadline(time.Now().Add(warm))
	_, _ = io.Copy(io.Discard, receiver)
	begun := time.Now()
	_ = receiver.SetReadDeadline(begun.Add(during))
	got, _ := io.Copy(io.Discard, receiver)
	return float64(got) * 8 / 1e6 / time.Since(begun).Seconds()
}

func TestTheRateAskedForIsHeld(t *testing.T) {
	for _, direction := range []string{"egress", "ingress"} {
		t.Run(direction, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			from, to, toIP := b.near, b.far, farIP
			if direction == "ingress" {
				from, to, toIP = b.far, b.near, nearIP
			}
			const duration = 4 * time.Second
			job := b.job(networkBandwidth, map[string]any{"rate": "10mbit", "direction": direction}, duration)
			deadline := host.Now().After(duration)
			prepared, back := b.inject(b.mechanism(networkBandwidth, "htb"), job)
			got := b.megabits(from, to, toIP, 800*time.Millisecond, 2500*time.Millisecond)
			t.Logf("10 Mbit/s asked, %.2f carried; evidence: %v", got, b.look(prepared, 0))
			if math.Abs(got-10) > 1 {
				t.Errorf("%.2f Mbit/s carried, 10 asked", got)
			}
			if got := b.megabits(to, from, map[string]string{nearIP: farIP, farIP: nearIP}[toIP], 50*time.Millisecond, 200*time.Millisecond); got < 100 {
				t.Errorf("%.2f Mbit/s the other way, which is not held", got)
			}
			time.Sleep(deadline.Left() + 50*time.Millisecond)
			if got := b.megabits(from, to, toIP, 50*time.Millisecond, 200*time.Millisecond); got < 100 {
				t.Errorf("%.2f Mbit/s after the deadline", got)
			}
			back()
		})
	}
}

func TestARootThatSomebodyConfiguredIsNotTouched(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mechanism := b.mechanism(networkBandwidth, "htb")
	b.in(b.near, func() error {
		link, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		return netlink.QdiscAdd(netlink.NewHtb(netlink.QdiscAttrs{
			LinkIndex: link.Attrs().Index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT,
		}))
	})
	before := b.listing()
	_, err := mechanism.Prepare(b.job(networkBandwidth, map[string]any{"rate": "1mbit"}, time.Minute))
	if fail.CodeOf(err) != fail.Unsupported {
		t.Errorf("not refused: %v", err)
	}
	if after := b.listing(); after != before {
		t.Errorf("it is not as before:\n%s\nbefore:\n%s", after, before)
	}
}
