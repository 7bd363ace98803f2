package fault

import (
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

// queueNumber of an intent: high, where nobody else's is likely.
func queueNumber(intent string) uint16 {
	const first, count = 0x5c00, 0x300
	sum := uint16(0)
	for _, each := range []byte(ownName(intent)) {
		sum = sum*31 + uint16(each)
	}
	return first + sum%count
}

// addQueue adds the table that gives a place's coming packets to a queue until the deadline, and the worker that reads
// it; spec is what that is told of the queue.
func (p *Prepared) addQueue(job Job, place netPlace, words, kind string, spec func(queue uint16) any) error {
	number := queueNumber(job.Payload.Intent)
	act, err := host.ToQueue(job.Host, number)
	if err != nil {
		return fail.Wrap(fail.Unsupported, err, "a queue of packets")
	}
	place.packets = place.packets.Only(false)
	change := tableChange(job.Host, place, ownName(job.Payload.Intent)+"_in", words+" of "+place.words, act)
	look := *change.Look
	// The worker tells the same.
	change.Look = nil
	p.Changes = append(p.Changes, change)
	p.Workers = append(p.Workers, Worker{
		Words: words + " of " + place.words,
		Spec:  worker.Spec{Kind: kind, Data: encode(spec(number))},
		Look:  func(host.Process) undo.Ref { return look },
	})
	return nil
}
