package worker

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"sirocco/agents/nomad/internal/host"
)

// Delay is what a delaying worker is told.
type Delay struct {
	Net     host.Net      `json:"net"`
	Queue   uint16        `json:"queue"`
	Latency time.Duration `json:"latency"`
	Jitter  time.Duration `json:"jitter,omitempty"`
}

// delay holds each packet of a queue for its time. With jitter they may overtake one another, as with netem.
func delay(h host.Host, data json.RawMessage, ready func()) error {
	var wanted Delay
	if err := json.Unmarshal(data, &wanted); err != nil {
		return err
	}
	return serve(h, wanted.Net, wanted.Queue, false, ready, func(host.Queued) answer { return answer{hold: wanted.next()} })
}

// next packet's time, evenly between both ends of the jitter.
func (d Delay) next() time.Duration {
	if d.Jitter == 0 {
		return d.Latency
	}
	return d.Latency - d.Jitter + time.Duration(rand.Int64N(2*int64(d.Jitter)+1))
}
