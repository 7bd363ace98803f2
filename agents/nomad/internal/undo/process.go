package undo

import (
	"encoding/json"
	"errors"
	"time"

	"sirocco/agents/nomad/internal/host"
)

// killWithin is what a killed process gets to be gone: one in the middle of giving back much memory takes its time.
const killWithin = 10 * time.Second

// killProcess ends a worker of ours; data is a host.Process.
func killProcess(h host.Host, data json.RawMessage) (Result, error) {
	var process host.Process
	if err := json.Unmarshal(data, &process); err != nil {
		return Result{}, err
	}
	err := h.Kill(process, killWithin)
	switch {
	case errors.Is(err, host.ErrGone):
		return Result{WasGone: "the process has ended"}, nil
	case errors.Is(err, host.ErrLives):
		return Result{Difference: err.Error()}, nil
	}
	return Result{After: map[string]any{"ended": process.Pid}}, err
}
