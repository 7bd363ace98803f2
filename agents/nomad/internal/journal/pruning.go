package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"sirocco/agents/nomad/internal/host"
)

const (
	// keptFor is how long the journal of an ended intent stays: as long as a run's full record.
	keptFor = 7 * 24 * time.Hour
	// mostKept of them.
	mostKept = 500
)

// Prune removes journals that ended long ago, or that are more than are kept. One that is open stays for ever.
func Prune(h host.Host) error {
	all, err := All(h)
	failures := []error{err}
	type ended struct {
		path string
		at   time.Time
	}
	var over []ended
	for _, j := range all {
		if _, is := j.Ended(); is {
			if info, err := os.Stat(j.path); err == nil {
				over = append(over, ended{path: filepath.Clean(j.path), at: info.ModTime()})
			}
		}
		failures = append(failures, j.Close())
	}
	sort.Slice(over, func(a, b int) bool { return over[a].at.After(over[b].at) })
	for n, each := range over {
		if n < mostKept && time.Since(each.at) < keptFor {
			continue
		}
		if err := os.Remove(each.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}
