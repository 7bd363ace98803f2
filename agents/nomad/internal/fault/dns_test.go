package fault

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"sirocco/agents/nomad/internal/fail"
)

// resolver in the far namespace: every A is 192.0.2.1, every AAAA 2001:db8::1.
func (b bench) resolver(ip string) {
	b.t.Helper()
	server := &dns.Server{PacketConn: b.udp(b.far, ip, 53), Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		reply := new(dns.Msg)
		reply.SetReply(asked)
		text := asked.Question[0].Name + " 60 IN A 192.0.2.1"
		if asked.Question[0].Qtype == dns.TypeAAAA {
			text = asked.Question[0].Name + " 60 IN AAAA 2001:db8::1"
		}
		record, err := dns.NewRR(text)
		if err != nil {
			return
		}
		reply.Answer = []dns.RR{record}
		_ = w.WriteMsg(reply)
	})}
	started := make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() { _ = server.ActivateAndServe() }()
	<-started
	b.t.Cleanup(func() { _ = server.Shutdown() })
}

// ask by a socket of the near namespace; the answer in words, and what it took.
func (b bench) ask(conn net.Conn, name string, kind uint16) (string, time.Duration) {
	b.t.Helper()
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(name), kind)
	question.SetEdns0(1232, false)
	client := dns.Client{Timeout: 2 * time.Second}
	reply, took, err := client.ExchangeWithConn(question, &dns.Conn{Conn: conn})
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	words := []string{dns.RcodeToString[reply.Rcode]}
	for _, record := range reply.Answer {
		switch record := record.(type) {
		case *dns.A:
			words = append(words, record.A.String())
		case *dns.AAAA:
			words = append(words, record.AAAA.String())
		}
	}
	return strings.Join(words, " "), took
}

func (b bench) dialUDP(ip string) net.Conn {
	b.t.Helper()
	var conn net.Conn
	b.in(b.near, func() (err error) {
		conn, err = net.Dial("udp", net.JoinHostPort(ip, "53"))
		return err
	})
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

const a, aaaa = dns.TypeA, dns.TypeAAAA

func TestAnswersOfResolversAreChanged(t *testing.T) {
	t.Parallel()
	type asked struct {
		name string
		kind uint16
		want string
	}
	for name, one := range map[string]struct {
		fault  Fault
		params map[string]any
		asked  []asked
		takes  time.Duration
	}{
		"an error": {dnsError, map[string]any{}, []asked{{"db.example.com", a, "SERVFAIL"}, {"x.org", aaaa, "SERVFAIL"}}, 0},
		"an error for some": {
			dnsError, map[string]any{"names": "*.example.com,one.org.", "rcode": "NXDOMAIN"},
			[]asked{{"a.b.Example.com", a, "NXDOMAIN"}, {"one.org", a, "NXDOMAIN"}, {"two.org", a, "NOERROR 192.0.2.1"}}, 0,
		},
		"other addresses": {
			dnsSpoof, map[string]any{"names": []string{"db.example.com"}, "answers": "203.0.113.7,203.0.113.8"},
			[]asked{
				{"db.example.com", a, "NOERROR 203.0.113.7 203.0.113.8"}, {"db.example.com", aaaa, "NOERROR"},
				{"web.example.com", aaaa, "NOERROR 2001:db8::1"},
			}, 0,
		},
		"another resolver": {dnsError, map[string]any{"hosts": "10.99.0.3"}, []asked{{"db.example.com", a, "NOERROR 192.0.2.1"}}, 0},
		"a delay":          {dnsDelay, map[string]any{"latency": "60ms"}, []asked{{"db.example.com", a, "NOERROR 192.0.2.1"}}, 60 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for _, ip := range []string{farIP, farIP6} {
				b.resolver(ip)
			}
			mechanism := b.mechanism(one.fault, "nfqueue")
			kept := b.dialUDP(farIP)
			b.ask(kept, "warm.example.com", a)
			const duration = 1500 * time.Millisecond
			made := b.inject(mechanism, b.job(one.fault, one.params, duration))
			kill := made.startWorkers()
			least := time.Minute
			for _, conn := range []net.Conn{kept, b.dialUDP(farIP), b.dialUDP(farIP6)} {
				if one.params["hosts"] != nil && conn.RemoteAddr().(*net.UDPAddr).IP.To4() == nil {
					continue
				}
				for _, each := range one.asked {
					got, took := b.ask(conn, each.name, each.kind)
					if got != each.want {
						t.Errorf("%s by %s: %q, not %q", each.name, conn.RemoteAddr(), got, each.want)
					}
					if took < one.takes-time.Millisecond {
						t.Errorf("%s by %s took %s, %s asked", each.name, conn.RemoteAddr(), took, one.takes)
					}
					least = min(least, took)
				}
			}
			if least > one.takes+20*time.Millisecond {
				t.Errorf("the quickest answer took %s, %s asked", least, one.takes)
			}
			made.over()
			if got, took := b.ask(kept, "db.example.com", a); got != "NOERROR 192.0.2.1" || one.takes > 0 && took > one.takes {
				t.Errorf("after the deadline: %q in %s", got, took)
			}
			kill()
			made.back()
		})
	}
}

func TestParametersOfDNSThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		fault Fault
		raw   string
		words string
	}{
		"another rcode":     {dnsError, `{"rcode":"NOERROR"}`, "params.rcode"},
		"no answers":        {dnsSpoof, `{}`, "params.answers"},
		"a name as answer":  {dnsSpoof, `{"answers":"example.com"}`, "params.answers"},
		"no latency":        {dnsDelay, `{}`, "params.latency"},
		"TCP":               {dnsError, `{"protocol":"tcp"}`, "params.protocol"},
		"the questions":     {dnsError, `{"direction":"egress"}`, "params.direction"},
		"a bad pattern":     {dnsError, `{"names":"[a"}`, "params.names"},
		"a name with space": {dnsError, `{"names":"a b"}`, "params.names"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := one.fault.Params([]byte(one.raw))
			if fail.CodeOf(err) != fail.BadPayload || !strings.Contains(err.Error(), one.words) {
				t.Errorf("found %v, not %s", err, one.words)
			}
		})
	}
}
