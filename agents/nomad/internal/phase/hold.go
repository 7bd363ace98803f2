package phase

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/journal"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

const (
	// readyWithin is what workers get until their fault is in force.
	readyWithin = 10 * time.Second
	// evidenceEvery looks are told.
	evidenceEvery = 5 * time.Second
	// lookAfter the fault is in force comes the first one.
	lookAfter = 300 * time.Millisecond
)

// hold starts the workers, waits for the first reason to end, and puts all back. It returns when the fault is over. The
// calling thread must be locked: the workers die with it.
func (s Scene) hold(p payload.Payload, j *journal.Journal, onForce func() error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	lost := make(chan error, 1)
	if err := s.bringInForce(p, j, lost, onForce); err != nil {
		return s.after(j, err)
	}
	if !hasDeadline(j) {
		return s.putBack(j, "nothing of it lasts")
	}
	word, why, err := s.wait(ctx, p, j, lost)
	s.about(j).Tell(word, why, nil)
	if back := s.putBack(j, why); back != nil {
		return back
	}
	return err
}

// bringInForce does what inject left to be done. What fails in the middle is put back by whoever called.
func (s Scene) bringInForce(p payload.Payload, j *journal.Journal, lost chan<- error, onForce func() error) error {
	self, err := s.Host.Pid(os.Getpid())
	if err != nil {
		return fail.Wrap(fail.Bug, err, "this process")
	}
	if err := j.Write(journal.Line{Kind: journal.Holder, Process: &self}); err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	workers := j.Workers()
	if len(workers) > 0 && !hasDeadline(j) {
		if err := s.begin(p, j); err != nil {
			return err
		}
	}
	for _, each := range workers {
		if err := s.startWorker(each, j, lost); err != nil {
			return err
		}
	}
	if err := j.Write(journal.Line{Kind: journal.InForce}); err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	first := j.First()
	s.about(j).Tell(event.InForce, first.Mechanism, map[string]any{"certainty": first.Certainty})
	return onForce()
}

func hasDeadline(j *journal.Journal) bool {
	_, begun := j.Deadline()
	return begun
}

// after puts back what a failure left, and tells of both.
func (s Scene) after(j *journal.Journal, err error) error {
	if back := s.putBack(j, err.Error()); back != nil {
		return back
	}
	return err
}

func (s Scene) startWorker(plan journal.Line, j *journal.Journal, lost chan<- error) error {
	var spec worker.Spec
	if err := json.Unmarshal(plan.Spec, &spec); err != nil {
		return fail.Wrap(fail.Bug, err, "%s", plan.Words)
	}
	spec.Deadline, _ = j.Deadline()
	started, err := worker.Start(s.Host, s.Program, spec)
	if err != nil {
		return err
	}
	ref := undo.NewRef("kill-process", started.Process)
	line := journal.Line{Kind: journal.Undo, N: j.NextN(), Op: ref.Op, Data: ref.Data, Words: plan.Words}
	if err := j.Write(line); err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	if err := started.Go(readyWithin); err != nil {
		return err
	}
	look, err := undo.Of(plan.Data, started.Process)
	if err != nil {
		return fail.Wrap(fail.Bug, err, "%s", plan.Words)
	}
	if err := j.Write(journal.Line{Kind: journal.Watch, Op: plan.Op, Data: look}); err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	go func() {
		err := <-started.Ended()
		select {
		case lost <- fail.New(fail.Unsupported, "the worker that %s ended before the deadline: %v", plan.Words, err):
		default:
		}
	}()
	s.about(j).Tell(event.Changed, plan.Words, map[string]any{"pid": started.Process.Pid})
	return nil
}

// wait until the fault is to end: the deadline, a signal, the lease, or the loss of a worker.
func (s Scene) wait(ctx context.Context, p payload.Payload, j *journal.Journal, lost <-chan error) (event.Word, string, error) {
	deadline, _ := j.Deadline()
	look := time.NewTimer(min(lookAfter, max(deadline.Left()/2, time.Millisecond)))
	defer look.Stop()
	leaseLost := s.watchLease(ctx, p)
	for {
		// In pieces: the runtime's timers stand still while the machine sleeps.
		end := time.NewTimer(min(max(deadline.Left(), 0), time.Second))
		select {
		case <-ctx.Done():
			end.Stop()
			return event.Terminated, "told to end before the deadline", nil
		case err := <-lost:
			end.Stop()
			if deadline.Left() <= 0 {
				return event.Deadline, "the deadline is over", nil
			}
			return event.WorkerLost, err.Error(), err
		case <-leaseLost:
			end.Stop()
			return event.LeaseLost, "the Nomad client had no leader for longer than the lease", nil
		case <-look.C:
			end.Stop()
			s.look(j)
			look.Reset(evidenceEvery)
		case <-end.C:
			if deadline.Left() <= 0 {
				return event.Deadline, "the deadline is over", nil
			}
		}
	}
}

// look tells what shows that the fault is in force.
func (s Scene) look(j *journal.Journal) {
	for _, line := range j.Watches() {
		seen, err := undo.See(s.Host, line.Op, line.Data)
		if err != nil {
			seen = map[string]any{"error": err.Error()}
		}
		s.about(j).Tell(event.Evidence, line.Op, seen)
	}
}
