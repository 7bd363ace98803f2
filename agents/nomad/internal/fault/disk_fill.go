package fault

import (
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

type diskParams struct {
	// Path of a folder as the target sees it.
	Path string `json:"path"`
	Size string `json:"size"`
	// Percent of the file system that is to be full.
	Percent float64 `json:"percent"`
	// KeepFree is never taken.
	KeepFree string `json:"keep_free"`

	bytes, keep uint64
}

var diskFill = Fault{
	Name:    "disk-fill",
	Summary: "Takes the space of a file system.",
	Scopes:  []payload.Scope{payload.ScopeAlloc, payload.ScopeNode},
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		params := diskParams{KeepFree: "64MiB"}
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		if !path.IsAbs(params.Path) || strings.ContainsRune(params.Path, 0) {
			return nil, bad("path", strconv.Quote(params.Path), "the absolute path of a folder")
		}
		if (params.Size == "") == (params.Percent == 0) {
			return nil, bad("size", "both or neither of size and percent", "one of them")
		}
		var err error
		if params.Size != "" {
			if params.bytes, err = size("size", params.Size); err != nil {
				return nil, err
			}
		} else if err = inRange("percent", params.Percent, 1, 100); err != nil {
			return nil, err
		}
		params.keep, err = size("keep_free", params.KeepFree)
		return params, err
	},
	Mechanisms: []Mechanism{{Name: "unnamed-file", Certainty: Death, Check: func(host.Host) error { return nil }, Prepare: prepareDisk}},
}

func prepareDisk(job Job) (Prepared, error) {
	params := job.Params.(diskParams)
	var prepared Prepared
	for _, place := range placesOf(job) {
		folder := params.Path
		if place.pid > 0 {
			// Through the target's own root: its mounts are not ours.
			folder = filepath.Join(job.Host.Proc, strconv.Itoa(place.pid), "root", params.Path)
		}
		var stat unix.Statfs_t
		if err := unix.Statfs(folder, &stat); err != nil {
			return prepared, fail.Wrap(fail.Unsupported, err, "params.path: %s of %s", params.Path, place.name)
		}
		block := uint64(stat.Bsize)
		free, whole := stat.Bavail*block, stat.Blocks*block
		bytes := params.bytes
		if bytes == 0 {
			full := uint64(float64(whole) * params.Percent / 100)
			used := whole - free
			if used >= full {
				return prepared, fail.New(fail.Unsupported, "%s of %s has %d of %d bytes in use, more than the %g percent asked for",
					params.Path, place.name, used, whole, params.Percent)
			}
			bytes = full - used
		}
		if bytes+params.keep > free {
			if free <= params.keep {
				return prepared, fail.New(fail.Unsupported, "%s of %s has %d bytes free, and keep_free is %d", params.Path, place.name, free, params.keep)
			}
			bytes = free - params.keep
		}
		prepared.Resources = append(prepared.Resources, fmt.Sprintf("fs:%x/space", stat.Fsid.Val))
		prepared.Workers = append(prepared.Workers, Worker{
			Words: fmt.Sprintf("takes %d bytes of %s in %s", bytes, params.Path, place.name),
			Spec:  worker.Spec{Kind: "disk", Data: encode(worker.Disk{Folder: folder, Bytes: bytes})},
			Look: func(host.Process) undo.Ref {
				return undo.NewRef("space-used", undo.SpaceWatch{Path: folder, Asked: bytes, Before: free})
			},
		})
	}
	return prepared, nil
}
