package phase

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/journal"
)

// Sweep puts back whatever nobody looks after any more: what is over its deadline, of a dead holder, of an earlier boot.
func (s Scene) Sweep() error {
	boot, err := s.Host.BootID()
	if err != nil {
		return fail.Wrap(fail.Unsupported, err, "the id of this boot")
	}
	all, err := journal.All(s.Host)
	failures := []error{err}
	defer closeAll(all)
	for _, j := range all {
		if why := j.Overdue(s.Host, boot); why != "" {
			failures = append(failures, s.putBack(j, why))
		}
	}
	failures = append(failures, journal.Prune(s.Host))
	if err := errors.Join(failures...); err != nil {
		return fail.Wrap(fail.Stuck, err, "not all could be swept")
	}
	return nil
}

// sweepOverdue before something new: what can't be put back is told, and only stands in the way of what it holds.
func (s Scene) sweepOverdue() {
	if err := s.Sweep(); err != nil {
		s.Tell.Fail(int(fail.CodeOf(err)), err.Error())
	}
}

// haltWithin is what a living holder gets to put its fault back.
const haltWithin = 5 * time.Second

// Halt ends every fault on this machine now.
func (s Scene) Halt() error {
	all, err := journal.All(s.Host)
	failures := []error{err}
	defer closeAll(all)
	for _, j := range all {
		if _, ended := j.Ended(); ended {
			continue
		}
		if holder, held := j.Holder(); held && s.Host.IsAlive(holder) {
			if err := s.Host.Signal(holder, unix.SIGTERM); err != nil && !errors.Is(err, host.ErrGone) {
				failures = append(failures, err)
			}
			end := host.Now().After(haltWithin)
			for s.Host.IsAlive(holder) && end.Left() > 0 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		failures = append(failures, s.putBack(j, "halted on this machine"))
	}
	if err := errors.Join(failures...); err != nil {
		return fail.Wrap(fail.Stuck, err, "not all could be put back")
	}
	s.Tell.Tell(event.Reverted, "no fault of the agent is in force on this machine", nil)
	return nil
}

// Run is all in one, by hand: inject, hold and revert in this process.
func (s Scene) Run(data []byte) error {
	s.sweepOverdue()
	found, j, err := s.open(data)
	if errors.Is(err, journal.ErrExists) {
		return fail.New(fail.Conflict, "intent %s was injected on this node before", found.payload.Intent)
	}
	if err != nil {
		return err
	}
	defer j.Close()
	s.about(j).Tell(event.Journaled, found.mechanism.Name, nil)
	if err := s.act(found, j); err != nil {
		return s.after(j, err)
	}
	return s.hold(found.payload, j, func() error { return nil })
}
