package worker

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// Memory is what a hoarding worker is told.
type Memory struct {
	Bytes uint64 `json:"bytes"`
	// Growth in bytes a second; 0: all at once.
	Growth uint64 `json:"growth,omitempty"`
}

// step is the largest piece that is touched at once, so that a group's limit stops it near its end.
const step = 16 << 20

func hoard(_ host.Host, data json.RawMessage, ready func()) error {
	var memory Memory
	if err := json.Unmarshal(data, &memory); err != nil {
		return err
	}
	page := uint64(os.Getpagesize())
	size := (memory.Bytes + page - 1) / page * page
	mapping, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("mmap of %d bytes: %w", size, err)
	}
	_ = unix.Madvise(mapping, unix.MADV_NOHUGEPAGE)
	if memory.Growth > 0 {
		ready()
	}
	begun := time.Now()
	for at := uint64(0); at < size; {
		want := size
		if memory.Growth > 0 {
			want = min(size, uint64(time.Since(begun).Seconds()*float64(memory.Growth))/page*page)
		}
		if want <= at {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		end := min(want, at+step)
		touch(mapping[at:end], page)
		at = end
	}
	ready()
	forever()
	return nil
}

// touch writes to each page: the kernel's own way where it has it, by hand elsewhere.
func touch(piece []byte, page uint64) {
	const madvPopulateWrite = 23
	if unix.Madvise(piece, madvPopulateWrite) == nil {
		return
	}
	for at := uint64(0); at < uint64(len(piece)); at += page {
		piece[at] = 1
	}
}
