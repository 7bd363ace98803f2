package fault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// arrived is what became of numbered packets.
type arrived struct{ once, twice, changed int }

// send numbered packets of UDP from one namespace to the other, and tell which arrived.
func (b bench) send(from, to host.Net, fromIP, toIP string, port, packets int) arrived {
	b.t.Helper()
	receiver := b.udp(to, toIP, port)
	defer receiver.Close()
	sender := b.udp(from, fromIP, 0)
	defer sender.Close()
	seen := make([]int, packets)
	changed := 0
	sent, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 256)
		for {
			_ = receiver.SetReadDeadline(time.Now().Add(quiet))
			n, err := receiver.Read(buffer)
			if err != nil {
				select {
				case <-sent:
					return
				default:
					// A busy machine keeps the sender waiting.
					continue
				}
			}
			number := binary.BigEndian.Uint32(buffer)
			if n == 256 && bytes.Equal(buffer[4:], body[4:]) && int(number) < packets {
				seen[number]++
			} else {
				changed++
			}
		}
	}()
	packet := bytes.Clone(body)
	for n := range packets {
		binary.BigEndian.PutUint32(packet, uint32(n))
		_, err := sender.WriteToUDP(packet, &net.UDPAddr{IP: net.ParseIP(toIP), Port: port})
		// A drop at the sender's own hook is told to it.
		if err != nil && !errors.Is(err, unix.EPERM) {
			b.t.Fatal(err)
		}
		if n%50 == 49 {
			time.Sleep(time.Millisecond)
		}
	}
	close(sent)
	<-done
	result := arrived{changed: changed}
	for _, times := range seen {
		if times > 0 {
			result.once++
		}
		if times > 1 {
			result.twice++
		}
	}
	return result
}

// quiet so long, and no more packets are waited for.
const quiet = 80 * time.Millisecond

var body = bytes.Repeat([]byte{0x5a}, 256)

func (b bench) out(packets int) arrived {
	b.t.Helper()
	return b.send(b.near, b.far, nearIP, farIP, 7000, packets)
}

func (b bench) back(packets int) arrived {
	b.t.Helper()
	return b.send(b.far, b.near, farIP, nearIP, 7001, packets)
}

// echo serves TCP in the far namespace, and answers a connection to it from the near one.
func (b bench) echo() net.Conn {
	b.t.Helper()
	var listener net.Listener
	b.in(b.far, func() (err error) {
		listener, err = net.Listen("tcp", net.JoinHostPort(farIP, "7100"))
		return err
	})
	b.t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	var conn net.Conn
	b.in(b.near, func() (err error) {
		conn, err = net.DialTimeout("tcp", listener.Addr().String(), time.Second)
		return err
	})
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// answers tells whether an echo comes back in time.
func answers(t *testing.T, conn net.Conn, within time.Duration) bool {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(within))
	if _, err := conn.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	_, err := conn.Read(make([]byte, 1))
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return err == nil
}

// endsAt tells how late after the deadline packets of UDP pass again, sent every 2 ms.
func (b bench) endsAt(deadline host.Instant) time.Duration {
	b.t.Helper()
	receiver, sender := b.udp(b.far, farIP, 7002), b.udp(b.near, nearIP, 0)
	defer receiver.Close()
	defer sender.Close()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				_, _ = sender.WriteToUDP([]byte{1}, &net.UDPAddr{IP: net.ParseIP(farIP), Port: 7002})
			}
		}
	}()
	_ = receiver.SetReadDeadline(time.Now().Add(deadline.Left() + 2*time.Second))
	if _, err := receiver.Read(make([]byte, 1)); err != nil {
		b.t.Fatalf("2 s after the deadline nothing passes: %v", err)
	}
	return -deadline.Left()
}
