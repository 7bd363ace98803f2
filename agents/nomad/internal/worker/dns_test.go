package worker

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"sirocco/agents/nomad/internal/host"
)

// packetOf a message, from a resolver's port; with checksums of 0, which with() sets.
func packetOf(t *testing.T, message *dns.Msg, is6 bool) []byte {
	t.Helper()
	packed, err := message.Pack()
	if err != nil {
		t.Fatal(err)
	}
	header := make([]byte, 20)
	header[0], header[9] = 0x45, udpProtocol
	copy(header[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	if is6 {
		header = make([]byte, 40)
		header[0], header[6], header[23], header[39] = 0x60, udpProtocol, 1, 2
	}
	udp := []byte{0, 53, 0x80, 1, 0, 0, 0, 0}
	return append(append(header, udp...), packed...)
}

func answered(name string, kind uint16) *dns.Msg {
	message := new(dns.Msg)
	message.SetQuestion(name, kind)
	message.Response, message.RecursionAvailable, message.AuthenticatedData = true, true, true
	record, _ := dns.NewRR(name + " 300 IN A 192.0.2.1")
	message.Answer = []dns.RR{record, record}
	message.SetEdns0(1232, true)
	return message
}

func TestAChangedAnswerIsWhole(t *testing.T) {
	told := DNS{Answers: []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("2001:db8::7")}}
	for _, is6 := range []bool{false, true} {
		for kind, want := range map[uint16]string{dns.TypeA: "203.0.113.7", dns.TypeAAAA: "2001:db8::7", dns.TypeMX: ""} {
			asked := answered("db.example.com.", kind)
			got := told.judge(host.Queued{Payload: packetOf(t, asked, is6)})
			udp, ok := udpOf(got.instead)
			if !ok {
				t.Fatal("no datagram of UDP")
			}
			if length := binary.BigEndian.Uint16(got.instead[udp.transport+4:]); int(length) != len(got.instead)-udp.transport {
				t.Errorf("its length is %d", length)
			}
			pseudo := sum(got.instead[8:40])
			if !is6 {
				pseudo = sum(got.instead[12:20])
				if fold(sum(got.instead[:20])) != 0xffff {
					t.Error("the checksum of its header is wrong")
				}
			}
			if fold(pseudo+udpProtocol+uint32(len(got.instead)-udp.transport)+sum(got.instead[udp.transport:])) != 0xffff {
				t.Error("its checksum is wrong")
			}
			var message dns.Msg
			if err := message.Unpack(udp.payload()); err != nil {
				t.Fatal(err)
			}
			if message.Id != asked.Id || message.Question[0] != asked.Question[0] || message.AuthenticatedData || !message.Response {
				t.Errorf("it is %v", message.String())
			}
			text := ""
			for _, record := range message.Answer {
				switch record := record.(type) {
				case *dns.A:
					text += record.A.String()
				case *dns.AAAA:
					text += record.AAAA.String()
				}
				if record.Header().Ttl != 0 || record.Header().Name != "db.example.com." {
					t.Errorf("the record is %v", record)
				}
			}
			if text != want {
				t.Errorf("%s answered, not %s", text, want)
			}
		}
	}
}

func TestWhatIsNoAnswerPasses(t *testing.T) {
	told := DNS{Rcode: 2}
	question := new(dns.Msg)
	question.SetQuestion("db.example.com.", dns.TypeA)
	fragment := packetOf(t, answered("db.example.com.", dns.TypeA), false)
	fragment[6] = 0x20
	tcp := packetOf(t, answered("db.example.com.", dns.TypeA), false)
	tcp[9] = 6
	for name, packet := range map[string][]byte{
		"a question": packetOf(t, question, false), "a fragment": fragment, "TCP": tcp, "nothing": nil, "one byte": {0x45},
	} {
		if got := told.judge(host.Queued{Payload: packet}); got.instead != nil || got.hold != 0 {
			t.Errorf("%s was changed", name)
		}
	}
}

// What comes from the network may be anything.
func TestNoPacketBreaksTheWorker(t *testing.T) {
	told := DNS{Rcode: 2, Names: []string{"*.example.com"}}
	whole := packetOf(t, answered("db.example.com.", dns.TypeA), false)
	for range 20_000 {
		packet := append([]byte{}, whole[:rand.IntN(len(whole)+1)]...)
		for range rand.IntN(4) {
			if len(packet) > 0 {
				packet[rand.IntN(len(packet))] = byte(rand.Uint32())
			}
		}
		told.judge(host.Queued{Payload: packet})
	}
}
