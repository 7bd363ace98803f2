package journal

import (
	"time"

	"sirocco/agents/nomad/internal/host"
)

// First line of a journal.
func (j *Journal) First() Line {
	if len(j.lines) == 0 {
		return Line{}
	}
	return j.lines[0]
}

func (j *Journal) last(kind Kind) (Line, bool) {
	for i := len(j.lines) - 1; i >= 0; i-- {
		if j.lines[i].Kind == kind {
			return j.lines[i], true
		}
	}
	return Line{}, false
}

// Ended tells whether nothing is left to be put back, and how it ended. A journal without any line was torn before its
// fault began.
func (j *Journal) Ended() (string, bool) {
	if len(j.lines) == 0 {
		return "refused", true
	}
	line, ended := j.last(End)
	return line.Outcome, ended
}

// Deadline on the boot-time clock; false: the fault never began to be in force.
func (j *Journal) Deadline() (host.Instant, bool) {
	line, found := j.last(Deadline)
	return line.At, found
}

// Holder is the process that holds the fault, or watches over it.
func (j *Journal) Holder() (host.Process, bool) {
	line, found := j.last(Holder)
	if !found || line.Process == nil {
		return host.Process{}, false
	}
	return *line.Process, true
}

// IsInForce tells whether all of it was done.
func (j *Journal) IsInForce() bool {
	_, found := j.last(InForce)
	return found
}

// Owed are the changes not put back yet, the last one first.
func (j *Journal) Owed() []Line {
	done := map[int]bool{}
	for _, line := range j.lines {
		if line.Kind == Undone {
			done[line.N] = true
		}
	}
	var owed []Line
	for i := len(j.lines) - 1; i >= 0; i-- {
		if line := j.lines[i]; line.Kind == Undo && !done[line.N] {
			owed = append(owed, line)
		}
	}
	return owed
}

// Watches are the looks that tell whether it is in force.
func (j *Journal) Watches() []Line { return j.all(Watch) }

// Workers are what `hold` is to start.
func (j *Journal) Workers() []Line { return j.all(Worker) }

func (j *Journal) all(kind Kind) []Line {
	var all []Line
	for _, line := range j.lines {
		if line.Kind == kind {
			all = append(all, line)
		}
	}
	return all
}

// NextN is the number of the next change.
func (j *Journal) NextN() int {
	n := 1
	for _, line := range j.lines {
		if line.Kind == Undo && line.N >= n {
			n = line.N + 1
		}
	}
	return n
}

// graceWithoutDeadline is what an inject that died before its fault began gets until a sweep takes over.
const graceWithoutDeadline = time.Minute

// Overdue tells why a sweep is to put it back, or "" when it is somebody's still.
func (j *Journal) Overdue(h host.Host, boot string) string {
	if _, ended := j.Ended(); ended {
		return ""
	}
	if j.First().Boot != boot {
		return "it is of an earlier boot"
	}
	deadline, begun := j.Deadline()
	holder, held := j.Holder()
	switch {
	case begun && deadline.Left() < 0:
		return "its deadline is over"
	case held && !h.IsAlive(holder):
		return "who held it is dead"
	case !begun && j.First().At.After(graceWithoutDeadline).Left() < 0:
		return "it never began, and who opened it is gone"
	}
	return ""
}
