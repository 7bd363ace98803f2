package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// Disk is what a filling worker is told.
type Disk struct {
	// Folder as this process sees it.
	Folder string `json:"folder"`
	Bytes  uint64 `json:"bytes"`
	// Written in pieces of that size where the file system can't allocate.
	Piece int `json:"piece,omitempty"`
}

const defaultPiece = 1 << 20

// fill holds a file without a name: its space is free again the moment this process dies.
func fill(_ host.Host, data json.RawMessage, ready func()) error {
	var disk Disk
	if err := json.Unmarshal(data, &disk); err != nil {
		return err
	}
	fd, err := unix.Open(disk.Folder, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return &fs.PathError{Op: "open without a name", Path: disk.Folder, Err: err}
	}
	err = unix.Fallocate(fd, 0, 0, int64(disk.Bytes))
	if errors.Is(err, unix.EOPNOTSUPP) {
		err = write(fd, disk)
	}
	if err != nil {
		// A failed allocation keeps what it got.
		_ = unix.Ftruncate(fd, 0)
		return fmt.Errorf("%d bytes in %s: %w", disk.Bytes, disk.Folder, err)
	}
	ready()
	forever()
	return nil
}

func write(fd int, disk Disk) error {
	size := disk.Piece
	if size == 0 {
		size = defaultPiece
	}
	piece := make([]byte, size)
	for left := disk.Bytes; left > 0; {
		n, err := unix.Write(fd, piece[:min(left, uint64(size))])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		left -= uint64(n)
	}
	return nil
}
