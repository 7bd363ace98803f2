// Package phase has the tasks of the agent: what each does, in which order the journal is written, changes are made,
// waited for and put back.
package phase

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/journal"
)

// Scene is what a task of the agent works with.
type Scene struct {
	Host host.Host
	Tell *event.Teller
	// Shared is the allocation's folder that the four tasks share; "" by hand.
	Shared string
	// Program is this binary, as a path that lasts.
	Program string
}

// at is a file in the shared folder.
func (s Scene) at(name string) string { return filepath.Join(s.Shared, "sirocco", name) }

// lockState keeps two tasks from opening journals at once; the answer gives it back.
func (s Scene) lockState() (func(), error) {
	if err := os.MkdirAll(s.Host.State, 0o700); err != nil {
		return nil, fail.Wrap(rights(err), err, "the folder of the journals")
	}
	file, err := os.OpenFile(filepath.Join(s.Host.State, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fail.Wrap(rights(err), err, "the folder of the journals")
	}
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fail.Wrap(fail.NoRights, err, "the lock of the journals"), file.Close())
	}
	return func() { _ = file.Close() }, nil
}

func rights(err error) fail.Code {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) {
		return fail.NoRights
	}
	return fail.Unsupported
}

// about tells of the run of a journal.
func (s Scene) about(j *journal.Journal) *event.Teller {
	first := j.First()
	return s.Tell.About(first.Run, first.Intent, first.Fault)
}
