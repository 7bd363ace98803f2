package undo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// FileValue is a file of the kernel with one value, such as a limit of a cgroup. Its folder is known by its number, so
// that another cgroup of the same name is none of ours.
type FileValue struct {
	Path   string `json:"path"`
	Folder uint64 `json:"folder"`
	Before string `json:"before"`
	// Ours as the kernel shows it.
	Ours string `json:"ours"`
}

// NewFileValue reads the value as it is, to be changed to ours.
func NewFileValue(path, ours string) (FileValue, error) {
	before, err := os.ReadFile(path)
	if err != nil {
		return FileValue{}, err
	}
	folder, err := folderOf(path)
	return FileValue{Path: path, Folder: folder, Before: strings.TrimSpace(string(before)), Ours: ours}, err
}

func folderOf(path string) (uint64, error) {
	var stat unix.Stat_t
	err := unix.Stat(filepath.Dir(path), &stat)
	return stat.Ino, err
}

// putFileValue writes back what was there before, unless somebody else wrote since: that is theirs.
func putFileValue(_ host.Host, data json.RawMessage) (Result, error) {
	var value FileValue
	if err := json.Unmarshal(data, &value); err != nil {
		return Result{}, err
	}
	folder, err := folderOf(value.Path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && folder != value.Folder) {
		return Result{WasGone: "its cgroup is gone"}, nil
	}
	if err != nil {
		return Result{}, err
	}
	now, err := readValue(value.Path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		return Result{WasGone: "its cgroup is gone"}, nil
	}
	if err != nil {
		return Result{}, err
	}
	switch now {
	case value.Before:
		return Result{WasGone: "it is as it was"}, nil
	case value.Ours:
	default:
		return Result{WasGone: "somebody else wrote " + now + " since, and it is left so"}, nil
	}
	if err := os.WriteFile(value.Path, []byte(value.Before), 0); err != nil {
		return Result{}, err
	}
	after, err := readValue(value.Path)
	if err == nil && after != value.Before {
		return Result{Difference: "it was " + value.Before + " and is " + after}, nil
	}
	return Result{After: map[string]any{"value": after}}, err
}

func readValue(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}

// seeFileValue tells what is written there now.
func seeFileValue(h host.Host, data json.RawMessage) (map[string]any, error) {
	var value FileValue
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	now, err := readValue(value.Path)
	seen := map[string]any{"value": now, "asked": value.Ours, "before": value.Before}
	for _, line := range strings.Split(h.Text(filepath.Join(filepath.Dir(value.Path), "cpu.stat")), "\n") {
		if key, count, ok := strings.Cut(line, " "); ok && strings.Contains(key, "throttled") {
			seen[key] = count
		}
	}
	return seen, err
}
