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

// flooded is what arrives of a stream of UDP that is sent at twice the rate, in megabits a second. Where packets are
// dropped, TCP shows what it makes of that more than the rate.
func (b bench) flooded(from, to host.Net, fromIP, toIP string, rate float64, during time.Duration) float64 {
	b.t.Helper()
	receiver, sender := b.udp(to, toIP, 0), b.udp(from, fromIP, 0)
	defer receiver.Close()
	defer sender.Close()
	const size, headers = 1200, 28
	go func() {
		begun := time.Now()
		for sent := 0; ; {
			for owed := int(2 * rate * 1e6 / 8 * time.Since(begun).Seconds() / (size + headers)); sent < owed; sent++ {
				if _, err := sender.WriteToUDP(make([]byte, size), receiver.LocalAddr().(*net.UDPAddr)); err != nil {
					return
				}
			}
			time.Sleep(time.Millisecond)
		}
	}()
	begun, got := time.Now(), 0
	_ = receiver.SetReadDeadline(begun.Add(during))
	for buffer := make([]byte, 2*size); ; {
		n, err := receiver.Read(buffer)
		if err != nil {
			return float64(got) * 8 / 1e6 / time.Since(begun).Seconds()
		}
		got += n + headers
	}
}

func TestTheRateAskedForIsHeld(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		mechanism, direction string
		// of what may come at once, in Mbit/s over the whole time.
		burst float64
	}{{"htb", "egress", 0}, {"htb", "ingress", 0}, {"htb-nft", "ingress", 10 / 2.5}} {
		direction := one.direction
		t.Run(one.mechanism+" "+direction, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			from, to, toIP := b.near, b.far, farIP
			if direction == "ingress" {
				from, to, toIP = b.far, b.near, nearIP
			}
			const duration = 4 * time.Second
			job := b.job(networkBandwidth, map[string]any{"rate": "10mbit", "direction": direction}, duration)
			made := b.inject(b.mechanism(networkBandwidth, one.mechanism), job)
			other := map[string]string{nearIP: farIP, farIP: nearIP}[toIP]
			const warm, during = 800 * time.Millisecond, 2500 * time.Millisecond
			var got float64
			if direction == "egress" {
				got = b.megabits(from, to, toIP, warm, during)
			} else {
				got = b.flooded(from, to, other, toIP, 10, during)
			}
			t.Logf("10 Mbit/s asked, %.2f carried; evidence: %v", got, made.evidence())
			if math.Abs(got-one.burst-10) > 1 {
				t.Errorf("%.2f Mbit/s carried, 10 asked", got)
			}
			if got := b.megabits(to, from, other, 20*time.Millisecond, 80*time.Millisecond); got < 100 {
				t.Errorf("%.2f Mbit/s the other way, which is not held", got)
			}
			made.over()
			if got := b.megabits(from, to, toIP, 20*time.Millisecond, 80*time.Millisecond); got < 100 {
				t.Errorf("%.2f Mbit/s after the deadline", got)
			}
			made.back()
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
