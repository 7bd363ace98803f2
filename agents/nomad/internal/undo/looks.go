package undo

import (
	"encoding/json"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/host"
)

// Of the process that a worker has become: what a look was planned with knows neither it nor since when.
func Of(data json.RawMessage, process host.Process) (json.RawMessage, error) {
	var planned map[string]any
	if err := json.Unmarshal(data, &planned); err != nil {
		return nil, err
	}
	planned["process"] = process
	if _, has := planned["since"]; has {
		planned["since"] = host.Now()
	}
	return json.Marshal(planned)
}

// CPUWatch is a worker that burns processor time.
type CPUWatch struct {
	Process host.Process `json:"process"`
	Since   host.Instant `json:"since"`
	// Cores asked for, in all.
	Asked float64 `json:"asked"`
}

func cpuUsed(h host.Host, data json.RawMessage) (map[string]any, error) {
	var watch CPUWatch
	if err := json.Unmarshal(data, &watch); err != nil {
		return nil, err
	}
	used, err := h.CPUSeconds(watch.Process.Pid)
	if err != nil {
		return nil, err
	}
	seen := map[string]any{"asked_cores": watch.Asked, "used_seconds": used}
	if elapsed := -watch.Since.Left().Seconds(); elapsed > 0 {
		seen["used_cores"] = used / elapsed
	}
	for key, value := range h.CPUStat(watch.Process.Pid) {
		seen[key] = value
	}
	return seen, nil
}

// MemoryWatch is a worker that holds memory.
type MemoryWatch struct {
	Process host.Process `json:"process"`
	Asked   uint64       `json:"asked"`
}

func memoryUsed(h host.Host, data json.RawMessage) (map[string]any, error) {
	var watch MemoryWatch
	if err := json.Unmarshal(data, &watch); err != nil {
		return nil, err
	}
	resident, err := h.ResidentKiB(watch.Process.Pid)
	return map[string]any{"asked_bytes": watch.Asked, "resident_bytes": resident * 1024}, err
}

// SpaceWatch is a file system that is filled.
type SpaceWatch struct {
	Path  string `json:"path"`
	Asked uint64 `json:"asked"`
	// Free before.
	Before uint64 `json:"before"`
}

func spaceUsed(_ host.Host, data json.RawMessage) (map[string]any, error) {
	var watch SpaceWatch
	if err := json.Unmarshal(data, &watch); err != nil {
		return nil, err
	}
	var stat unix.Statfs_t
	if err := unix.Statfs(watch.Path, &stat); err != nil {
		return nil, err
	}
	free := stat.Bavail * uint64(stat.Bsize)
	return map[string]any{"asked_bytes": watch.Asked, "free_before_bytes": watch.Before, "free_bytes": free}, nil
}

// PauseWatch are processes that are stopped.
type PauseWatch struct {
	Processes []host.Process `json:"processes"`
}

func stopped(h host.Host, data json.RawMessage) (map[string]any, error) {
	var watch PauseWatch
	if err := json.Unmarshal(data, &watch); err != nil {
		return nil, err
	}
	still := 0
	for _, process := range watch.Processes {
		if h.IsStopped(process) {
			still++
		}
	}
	return map[string]any{"asked": len(watch.Processes), "stopped": still}, nil
}
