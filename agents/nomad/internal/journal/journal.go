// Package journal remembers, on disk, what a fault changes and how it is put back: written and synced before each
// change, so that whoever comes next (the `revert` task, a sweep, a guardian) can put it back.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// Kind says what a line is.
type Kind string

const (
	Open     Kind = "open"
	Deadline Kind = "deadline"
	Undo     Kind = "undo"
	Watch    Kind = "watch"
	Worker   Kind = "worker"
	Holder   Kind = "holder"
	InForce  Kind = "in_force"
	Undone   Kind = "undone"
	End      Kind = "end"
)

// Line is one entry of a journal: a JSON object a line. Fields beside Kind belong to the kinds named.
type Line struct {
	Kind Kind `json:"kind"`
	// Open.
	V         int             `json:"v,omitempty"`
	Run       string          `json:"run,omitempty"`
	Intent    string          `json:"intent,omitempty"`
	Fault     string          `json:"fault,omitempty"`
	Mechanism string          `json:"mechanism,omitempty"`
	Certainty string          `json:"certainty,omitempty"`
	Boot      string          `json:"boot,omitempty"`
	Resources []string        `json:"resources,omitempty"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	// Deadline: on the boot-time clock. Open: when it was opened.
	At host.Instant `json:"at,omitempty"`
	// Undo, Undone: the change. Undo, Watch, Worker: how it is put back, or looked at.
	N    int             `json:"n,omitempty"`
	Op   string          `json:"op,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
	// Worker: what `hold` is to start.
	Spec json.RawMessage `json:"spec,omitempty"`
	// Holder.
	Process *host.Process `json:"process,omitempty"`
	// Undone: how it differs from before, or why it was not there. End: why.
	Words string `json:"words,omitempty"`
	// End: `reverted` or `refused`.
	Outcome string `json:"outcome,omitempty"`
}

// Journal is one intent's.
type Journal struct {
	path   string
	file   *os.File
	lines  []Line
	locked bool
}

// ErrExists: there is a journal of this intent already.
var ErrExists = errors.New("the intent has a journal")

func folder(h host.Host) string { return filepath.Join(h.State, "journal") }

func pathOf(h host.Host, intent string) string {
	sum := sha256.Sum256([]byte(intent))
	plain := strings.Map(func(r rune) rune {
		if r == '/' || r == ':' {
			return '_'
		}
		return r
	}, intent)
	if len(plain) > 80 {
		plain = plain[:80]
	}
	return filepath.Join(folder(h), plain+"-"+hex.EncodeToString(sum[:6])+".jsonl")
}

// Create opens the journal of a new intent with its first line, synced with its folder. ErrExists: there is one.
func Create(h host.Host, first Line) (*Journal, error) {
	if err := os.MkdirAll(folder(h), 0o700); err != nil {
		return nil, err
	}
	path := pathOf(h, first.Intent)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ErrExists
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, file: file}
	first.Kind, first.V = Open, 1
	if err := j.Write(first); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(path))
	}
	return j, syncFolder(folder(h))
}

func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Find opens the journal of an intent; fs.ErrNotExist: there is none.
func Find(h host.Host, intent string) (*Journal, error) { return load(pathOf(h, intent)) }

// All journals, in order of their names; those that can't be read are told apart.
func All(h host.Host) ([]*Journal, error) {
	paths, err := filepath.Glob(filepath.Join(folder(h), "*.jsonl"))
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var all []*Journal
	var bad []error
	for _, path := range paths {
		j, err := load(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", path, err))
			continue
		}
		all = append(all, j)
	}
	return all, errors.Join(bad...)
}

func load(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, file: file}
	if err := j.Reload(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// Reload reads what others wrote meanwhile. A last line without its end is being written, or was torn by a crash: nothing
// was done about it yet, since a change follows only a synced line.
func (j *Journal) Reload() error {
	text, err := os.ReadFile(j.path)
	if err != nil {
		return err
	}
	var lines []Line
	for n, each := range bytes.SplitAfter(wholeLines(text), []byte("\n")) {
		if len(each) == 0 {
			continue
		}
		var line Line
		if err := json.Unmarshal(each, &line); err != nil {
			return fmt.Errorf("line %d can not be read: %w", n+1, err)
		}
		lines = append(lines, line)
	}
	j.lines = lines
	return nil
}

func wholeLines(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }

// ErrEnded: all was put back by somebody, and nothing more may be done.
var ErrEnded = errors.New("the journal has ended: what it is about was put back")

// Write appends a line and returns when it is on the disk. ErrEnded: it is too late for one.
func (j *Journal) Write(line Line) error {
	if !j.locked {
		if err := j.Lock(); err != nil {
			return err
		}
		defer j.Unlock()
	}
	if _, ended := j.last(End); ended {
		return ErrEnded
	}
	encoded, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(encoded, '\n')); err != nil {
		return err
	}
	if err := unix.Fdatasync(int(j.file.Fd())); err != nil {
		return err
	}
	j.lines = append(j.lines, line)
	return nil
}

// Lock waits until nobody else writes or puts back, reads what they did, and takes away what a crash tore.
func (j *Journal) Lock() error {
	for {
		err := unix.Flock(int(j.file.Fd()), unix.LOCK_EX)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	j.locked = true
	if err := j.repair(); err != nil {
		j.Unlock()
		return err
	}
	return nil
}

func (j *Journal) repair() error {
	text, err := os.ReadFile(j.path)
	if err != nil {
		return err
	}
	if whole := wholeLines(text); len(whole) < len(text) {
		if err := j.file.Truncate(int64(len(whole))); err != nil {
			return err
		}
	}
	return j.Reload()
}

// Unlock lets others write and put back.
func (j *Journal) Unlock() {
	j.locked = false
	// Closing gives it back in any case.
	_ = unix.Flock(int(j.file.Fd()), unix.LOCK_UN)
}

// Close gives the lock back, too.
func (j *Journal) Close() error { return j.file.Close() }
