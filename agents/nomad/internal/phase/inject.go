package phase

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/fault"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/journal"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
)

// ready is a fault that was judged, and nothing of it done.
type ready struct {
	payload   payload.Payload
	mechanism fault.Mechanism
	prepared  fault.Prepared
}

// judge reads a payload and prepares its fault; it changes nothing.
func (s Scene) judge(data []byte) (ready, error) {
	var found ready
	p, err := payload.Parse(data)
	if err != nil {
		return found, err
	}
	found.payload = p
	one, known := fault.Find(p.Fault)
	if !known {
		return found, fail.New(fail.BadPayload, "fault: %q; allowed is one of %s", p.Fault, strings.Join(names(), ", "))
	}
	params, err := one.Params(p.Params)
	if err != nil {
		return found, err
	}
	if err := fits(one, p); err != nil {
		return found, err
	}
	job := fault.Job{Host: s.Host, Payload: p, Params: params}
	for _, target := range p.Targets {
		here, err := s.Host.Find(target.Alloc, target.Task)
		if err != nil {
			return found, fail.Wrap(fail.NoRights, err, "looking for allocation %s", target.Alloc)
		}
		if len(here.Processes) == 0 {
			return found, fail.New(fail.Unsupported, "targets: no process of allocation %s %s can be seen on this node", target.Alloc, target.Task)
		}
		job.Targets = append(job.Targets, here)
	}
	if found.mechanism, err = s.strongest(one); err != nil {
		return found, err
	}
	found.prepared, err = found.mechanism.Prepare(job)
	if len(found.prepared.Workers) > 0 && found.mechanism.Certainty == fault.Kernel {
		// Of what a process holds a part, not all ends without it.
		found.mechanism.Certainty = fault.Death
	}
	return found, err
}

func names() []string {
	var all []string
	for _, one := range fault.All {
		all = append(all, one.Name)
	}
	return all
}

func fits(one fault.Fault, p payload.Payload) error {
	ok := false
	for _, scope := range one.Scopes {
		ok = ok || scope == p.Scope
	}
	switch {
	case !ok:
		return fail.New(fail.BadPayload, "scope: %s; %s is not done in it", p.Scope, one.Name)
	case one.Lasts && p.DurationMs == 0:
		return fail.New(fail.BadPayload, "duration_ms: 0; %s takes a duration", one.Name)
	case !one.Lasts && p.DurationMs != 0:
		return fail.New(fail.BadPayload, "duration_ms: %d; %s takes none", p.DurationMs, one.Name)
	case time.Now().After(p.Until()):
		return fail.New(fail.TooLate, "not_after: it is later than %s on this node's clock", p.NotAfter)
	}
	return nil
}

// strongest mechanism that this node has.
func (s Scene) strongest(one fault.Fault) (fault.Mechanism, error) {
	var why []string
	for _, mechanism := range one.Mechanisms {
		err := mechanism.Check(s.Host)
		if err == nil {
			return mechanism, nil
		}
		why = append(why, mechanism.Name+": "+err.Error())
	}
	return fault.Mechanism{}, fail.New(fail.Unsupported, "%s can not be done on this node: %s", one.Name, strings.Join(why, "; "))
}

// open judges and, where nothing stands against it, opens the journal. ErrExists of the journal: it was injected on this
// node already, and nothing is to be changed.
func (s Scene) open(data []byte) (ready, *journal.Journal, error) {
	unlock, err := s.lockState()
	if err != nil {
		return ready{}, nil, err
	}
	defer unlock()
	// Before anything is read that is to be put back later: what is held now is another's change, and not how it was.
	held, err := s.held()
	if err != nil {
		return ready{}, nil, err
	}
	found, err := s.judge(data)
	if err != nil {
		return found, nil, err
	}
	if err := held.conflict(found); err != nil {
		return found, nil, err
	}
	boot, err := s.Host.BootID()
	if err != nil {
		return found, nil, fail.Wrap(fail.Unsupported, err, "the id of this boot")
	}
	p := found.payload
	j, err := journal.Create(s.Host, journal.Line{
		Run: p.Run, Intent: p.Intent, Fault: p.Fault, Boot: boot,
		Mechanism: found.mechanism.Name, Certainty: string(found.mechanism.Certainty),
		Resources: found.prepared.Resources, Payload: json.RawMessage(data), At: host.Now(),
	})
	if err != nil && !errors.Is(err, journal.ErrExists) {
		err = fail.Wrap(rights(err), err, "the journal")
	}
	return found, j, err
}

// holdings are the resources that open journals hold, with the first lines of those.
type holdings map[string]journal.Line

func (s Scene) held() (holdings, error) {
	all, err := journal.All(s.Host)
	defer closeAll(all)
	if err != nil {
		// What an unreadable journal holds is not known: it may be this very thing.
		return nil, fail.Wrap(fail.Conflict, err, "a journal can not be read")
	}
	held := holdings{}
	for _, j := range all {
		if _, ended := j.Ended(); ended {
			continue
		}
		for _, resource := range j.First().Resources {
			held[resource] = j.First()
		}
	}
	return held, nil
}

// conflict is with what another intent holds, or may hold.
func (h holdings) conflict(found ready) error {
	for _, resource := range found.prepared.Resources {
		if first, is := h[resource]; is && first.Intent != found.payload.Intent {
			return &fail.Error{Code: fail.Conflict, Run: first.Run,
				Words: "run " + first.Run + " holds " + resource + " by " + first.Fault}
		}
	}
	return nil
}

func closeAll(all []*journal.Journal) {
	for _, j := range all {
		_ = j.Close()
	}
}

// act does what leaves nothing behind, and makes the changes: each is journaled before it is made. What fails in the
// middle is put back by whoever called.
func (s Scene) act(found ready, j *journal.Journal) error {
	tell := s.about(j)
	if len(found.prepared.Changes) > 0 {
		if err := s.guard(found, j); err != nil {
			return err
		}
		if err := s.begin(found.payload, j); err != nil {
			return err
		}
	}
	for _, act := range found.prepared.Acts {
		data, err := act.Do()
		if err != nil {
			return fail.Wrap(fail.Unsupported, err, "%s", act.Words)
		}
		tell.Tell(event.Acted, act.Words, data)
	}
	for _, change := range found.prepared.Changes {
		if err := s.change(change, j); err != nil {
			return err
		}
		if change.Look != nil {
			if err := j.Write(journal.Line{Kind: journal.Watch, Op: change.Look.Op, Data: change.Look.Data}); err != nil {
				return fail.Wrap(rights(err), err, "the journal")
			}
		}
		tell.Tell(event.Changed, change.Words, nil)
	}
	return s.planWorkers(found, j)
}

// change makes one, journaled before. Where this process stood still meanwhile, and somebody put back what they saw, it
// is put back here.
func (s Scene) change(change fault.Change, j *journal.Journal) error {
	line := journal.Line{Kind: journal.Undo, N: j.NextN(), Op: change.Undo.Op, Data: change.Undo.Data, Words: change.Words}
	if err := j.Write(line); err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	deadline, _ := j.Deadline()
	if deadline.Left() <= 0 {
		return fail.New(fail.TooLate, "%s: the deadline is over before it is done", change.Words)
	}
	if err := change.Do(deadline); err != nil {
		return fail.Wrap(fail.Unsupported, err, "%s", change.Words)
	}
	if err := j.Reload(); err != nil {
		return fail.Wrap(fail.Stuck, err, "the journal")
	}
	if _, ended := j.Ended(); !ended {
		return nil
	}
	if _, err := undo.Do(s.Host, line.Op, line.Data); err != nil {
		return fail.Wrap(fail.Stuck, err, "%s", change.Words)
	}
	return fail.Wrap(fail.TooLate, journal.ErrEnded, "%s", change.Words)
}

// planWorkers writes what `hold` is to start: it is another process, and what it would find anew is changed by now.
func (s Scene) planWorkers(found ready, j *journal.Journal) error {
	for _, plan := range found.prepared.Workers {
		spec, err := json.Marshal(plan.Spec)
		if err != nil {
			return fail.Wrap(fail.Bug, err, "%s", plan.Words)
		}
		look := plan.Look(host.Process{})
		line := journal.Line{Kind: journal.Worker, Words: plan.Words, Spec: spec, Op: look.Op, Data: look.Data}
		if err := j.Write(line); err != nil {
			return fail.Wrap(rights(err), err, "the journal")
		}
	}
	return nil
}

// begin writes when the fault will be over.
func (s Scene) begin(p payload.Payload, j *journal.Journal) error {
	err := j.Write(journal.Line{Kind: journal.Deadline, At: host.Now().After(p.Duration())})
	if err != nil {
		return fail.Wrap(rights(err), err, "the journal")
	}
	return nil
}
