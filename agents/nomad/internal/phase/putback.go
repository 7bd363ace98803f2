package phase

import (
	"errors"
	"fmt"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/journal"
	"sirocco/agents/nomad/internal/undo"
)

// putBack puts back all that a journal owes, the last change first, and ends it. One that can't be put back does not
// keep the others from it; the journal then stays open, and the error is Stuck.
func (s Scene) putBack(j *journal.Journal, why string) error {
	if err := j.Lock(); err != nil {
		return fail.Wrap(fail.Stuck, err, "the journal can not be locked")
	}
	tell := s.about(j)
	if _, ended := j.Ended(); ended {
		return nil
	}
	boot, err := s.Host.BootID()
	if err != nil {
		return fail.Wrap(fail.Stuck, err, "the id of this boot")
	}
	var left []error
	for _, line := range j.Owed() {
		do := undo.Do
		if j.First().Boot != boot {
			// Numbers of processes and kernel objects are others' now.
			do = undo.AfterBoot
		}
		result, err := do(s.Host, line.Op, line.Data)
		if err == nil && result.Difference != "" {
			tell.Tell(event.Difference, line.Words+": "+result.Difference, result.After)
			err = errors.New(result.Difference)
		}
		if err != nil {
			left = append(left, fmt.Errorf("%s: %w", line.Words, err))
			continue
		}
		word := event.Undone
		if result.WasGone != "" {
			word = event.Gone
		}
		if err := j.Write(journal.Line{Kind: journal.Undone, N: line.N, Words: result.WasGone}); err != nil {
			left = append(left, err)
			continue
		}
		tell.Tell(word, line.Words, result.After)
	}
	if len(left) > 0 {
		return fail.Wrap(fail.Stuck, errors.Join(left...), "not all could be put back")
	}
	if err := j.Write(journal.Line{Kind: journal.End, Outcome: "reverted", Words: why}); err != nil {
		return fail.Wrap(fail.Stuck, err, "the journal")
	}
	tell.Tell(event.Reverted, why, nil)
	return nil
}
