package worker

import (
	"container/heap"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// waiting packets, the next one due first.
type waiting []due

type due struct {
	at host.Instant
	id uint32
}

func (w waiting) Len() int { return len(w) }
func (w waiting) Less(i, j int) bool {
	return w[i].at < w[j].at || w[i].at == w[j].at && w[i].id < w[j].id
}
func (w waiting) Swap(i, j int)  { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(each any) { *w = append(*w, each.(due)) }
func (w *waiting) Pop() any {
	last := len(*w) - 1
	each := (*w)[last]
	*w = (*w)[:last]
	return each
}

// answer to a packet.
type answer struct {
	// hold it so long; then it goes on.
	hold time.Duration
	// instead of what it was; nil: as it is.
	instead []byte
}

// serve the packets of a queue in a network namespace, and never return but with an error.
func serve(h host.Host, at host.Net, number uint16, payload bool, ready func(), judge func(host.Queued) answer) error {
	var queue *host.Queue
	err := h.InNet(at, func() (err error) {
		queue, err = host.OpenQueue(number, payload)
		return err
	})
	if err != nil {
		return err
	}
	// A busy machine must not add to what is asked; where it is not allowed, it may.
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, -20)
	ready()
	var held waiting
	for {
		wait := time.Second
		if len(held) > 0 {
			wait = min(wait, held[0].at.Left())
		}
		came, err := queue.Wait(wait)
		if err != nil {
			return fmt.Errorf("waiting for packets: %w", err)
		}
		if came {
			if err := take(queue, &held, judge); err != nil {
				return err
			}
		}
		for len(held) > 0 && held[0].at.Left() <= 0 {
			if err := queue.Pass(heap.Pop(&held).(due).id); err != nil {
				return fmt.Errorf("letting a packet pass: %w", err)
			}
		}
	}
}

func take(queue *host.Queue, held *waiting, judge func(host.Queued) answer) error {
	packets, err := queue.Read()
	if err != nil {
		return fmt.Errorf("reading packets: %w", err)
	}
	now := host.Now()
	for _, each := range packets {
		got := judge(each)
		switch {
		case got.instead != nil:
			err = queue.Replace(each.ID, got.instead)
		case got.hold > 0:
			heap.Push(held, due{now.After(got.hold), each.ID})
		default:
			err = queue.Pass(each.ID)
		}
		if err != nil {
			return fmt.Errorf("answering a packet: %w", err)
		}
	}
	return nil
}
