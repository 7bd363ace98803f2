package phase

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/journal"
	"sirocco/agents/nomad/internal/payload"
)

// Names of what the tasks leave for one another in the shared folder.
const (
	payloadFile = "payload.json"
	openedFile  = "opened"
	readyFile   = "ready"
	programFile = "sirocco-agent"
)

// Inject is the first task: it sweeps, judges, journals and makes what changes need no process. Where the intent was
// injected on this node before, it changes nothing.
func (s Scene) Inject(data []byte) error {
	s.Tell.Tell(event.Begun, "", nil)
	if err := s.share(data); err != nil {
		return err
	}
	s.sweepOverdue()
	found, j, err := s.open(data)
	if errors.Is(err, journal.ErrExists) {
		p := found.payload
		s.Tell.About(p.Run, p.Intent, p.Fault).Tell(event.Already, "this intent was injected on this node before: nothing is changed", nil)
		return nil
	}
	if err != nil {
		return err
	}
	defer j.Close()
	s.about(j).Tell(event.Journaled, found.mechanism.Name, nil)
	if err := s.act(found, j); err != nil {
		return s.after(j, err)
	}
	if err := os.WriteFile(s.at(openedFile), []byte(found.payload.Intent), 0o600); err != nil {
		return s.after(j, fail.Wrap(rights(err), err, "the shared folder"))
	}
	return nil
}

// share puts the payload and this program where the other tasks find them, so that putting back takes no download.
func (s Scene) share(data []byte) error {
	if err := os.MkdirAll(filepath.Dir(s.at(programFile)), 0o700); err != nil {
		return fail.Wrap(rights(err), err, "the shared folder")
	}
	if err := os.WriteFile(s.at(payloadFile), data, 0o600); err != nil {
		return fail.Wrap(rights(err), err, "the shared folder")
	}
	if s.Program == s.at(programFile) {
		return nil
	}
	from, err := os.Open(s.Program)
	if err != nil {
		return fail.Wrap(rights(err), err, "this program")
	}
	defer from.Close()
	to, err := os.OpenFile(s.at(programFile), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700)
	if err != nil {
		return fail.Wrap(rights(err), err, "the shared folder")
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return fail.Wrap(rights(err), err, "the shared folder")
	}
	return nil
}

// shared reads what inject left, and finds the journal of its intent; nil: there is none.
func (s Scene) shared() (payload.Payload, *journal.Journal, error) {
	data, err := os.ReadFile(s.at(payloadFile))
	if errors.Is(err, fs.ErrNotExist) {
		return payload.Payload{}, nil, nil
	}
	if err != nil {
		return payload.Payload{}, nil, fail.Wrap(rights(err), err, "the shared folder")
	}
	p, err := payload.Parse(data)
	if err != nil {
		// Inject refused it too: nothing was changed.
		return p, nil, nil
	}
	j, err := journal.Find(s.Host, p.Intent)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil, nil
	}
	if err != nil {
		return p, nil, fail.Wrap(fail.Stuck, err, "the journal")
	}
	return p, j, nil
}

// isOpenedHere tells whether this allocation's own inject opened the journal: where Nomad placed the child again, the
// journal is that of the first one.
func (s Scene) isOpenedHere(intent string) bool {
	text, err := os.ReadFile(s.at(openedFile))
	return err == nil && string(text) == intent
}

// Hold is the main task: it holds the fault until it ends, and puts it back.
func (s Scene) Hold() error {
	p, j, err := s.shared()
	if err != nil {
		return err
	}
	if j == nil || !s.isOpenedHere(p.Intent) {
		s.Tell.Tell(event.Already, "nothing was injected here: there is nothing to hold", nil)
		return s.markReady()
	}
	defer j.Close()
	if _, ended := j.Ended(); ended {
		return s.markReady()
	}
	if _, held := j.Holder(); held {
		// Nomad restarted this task alone: the first one's fault is put back, and none is begun anew.
		return s.putBack(j, "the task that held it was restarted")
	}
	return s.hold(p, j, s.markReady)
}

func (s Scene) markReady() error {
	err := os.WriteFile(s.at(readyFile+".new"), nil, 0o600)
	if err == nil {
		err = os.Rename(s.at(readyFile+".new"), s.at(readyFile))
	}
	if err != nil {
		return fail.Wrap(rights(err), err, "the shared folder")
	}
	return nil
}

// Ready is the task after hold began: it ends once the fault is in force, or was put back before it was.
func (s Scene) Ready(ctx context.Context, within time.Duration) error {
	_, j, err := s.shared()
	if err != nil {
		return err
	}
	if j != nil {
		defer j.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		over := j != nil && s.isOver(j)
		if _, err := os.Stat(s.at(readyFile)); err == nil {
			return nil
		}
		if over {
			return fail.New(fail.Unsupported, "the fault ended before it was in force")
		}
		select {
		case <-ctx.Done():
			return fail.New(fail.Unsupported, "the fault was not in force within %s", within)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s Scene) isOver(j *journal.Journal) bool {
	if err := j.Reload(); err != nil {
		return false
	}
	_, ended := j.Ended()
	return ended
}

// Revert is the last task: it puts back what this allocation's inject opened, whatever became of hold.
func (s Scene) Revert() error {
	p, j, err := s.shared()
	if err != nil {
		return err
	}
	if j == nil || !s.isOpenedHere(p.Intent) {
		s.Tell.Tell(event.Gone, "nothing was injected here: there is nothing to put back", nil)
		return nil
	}
	defer j.Close()
	return s.putBack(j, "its task ended")
}
