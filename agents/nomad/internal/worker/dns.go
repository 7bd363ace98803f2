package worker

import (
	"encoding/json"
	"net/netip"
	"path"
	"strings"
	"time"

	"sirocco/agents/nomad/internal/host"
)

// DNS is what a worker is told that changes the answers of resolvers. It sees those over UDP; TCP, DoT and DoH pass.
type DNS struct {
	Net   host.Net `json:"net"`
	Queue uint16   `json:"queue"`
	// Names that are meant, as patterns; none: all.
	Names []string `json:"names,omitempty"`
	// One of these: how long an answer is held, the code of an error, or the addresses that are answered.
	Latency time.Duration `json:"latency,omitempty"`
	Rcode   byte          `json:"rcode,omitempty"`
	Answers []netip.Addr  `json:"answers,omitempty"`
}

func answerDNS(h host.Host, data json.RawMessage, ready func()) error {
	var wanted DNS
	if err := json.Unmarshal(data, &wanted); err != nil {
		return err
	}
	return serve(h, wanted.Net, wanted.Queue, true, ready, wanted.judge)
}

// judge a packet: what is no answer about one of the names goes on as it is.
func (d DNS) judge(queued host.Queued) answer {
	udp, ok := udpOf(queued.Payload)
	if !ok {
		return answer{}
	}
	response, ok := responseOf(udp.payload())
	if !ok || !d.means(response.name) {
		return answer{}
	}
	if d.Latency > 0 {
		return answer{hold: d.Latency}
	}
	return answer{instead: udp.with(response.with(d.Rcode, d.Answers))}
}

func (d DNS) means(name string) bool {
	if len(d.Names) == 0 {
		return true
	}
	for _, pattern := range d.Names {
		if is, _ := path.Match(pattern, strings.ToLower(name)); is {
			return true
		}
	}
	return false
}
