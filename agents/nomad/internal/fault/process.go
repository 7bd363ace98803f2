package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
	"sirocco/agents/nomad/internal/worker"
)

type processParams struct {
	// Match is a regular expression on the command line.
	Match  string `json:"match"`
	Signal string `json:"signal"`
	// Count of processes, the oldest first; 0: all that match.
	Count int `json:"count"`

	match  *regexp.Regexp
	signal unix.Signal
}

var bothScopes = []payload.Scope{payload.ScopeAlloc, payload.ScopeNode}

var (
	processKill = Fault{
		Name:       "process-kill",
		Summary:    "Kills processes with SIGKILL.",
		Scopes:     bothScopes,
		Params:     processReader("SIGKILL", false),
		Mechanisms: []Mechanism{signalling},
	}
	processSignal = Fault{
		Name:       "process-signal",
		Summary:    "Sends a signal to processes.",
		Scopes:     bothScopes,
		Params:     processReader("SIGTERM", true),
		Mechanisms: []Mechanism{signalling},
	}
	processPause = Fault{
		Name:    "process-pause",
		Summary: "Stops processes, as a machine that hangs would.",
		Scopes:  bothScopes,
		Lasts:   true,
		Params:  processReader("", false),
		Mechanisms: []Mechanism{{
			Name: "ptrace", Certainty: Death, Check: func(h host.Host) error { return h.MayTrace() }, Prepare: preparePause,
		}},
	}
	signalling = Mechanism{Name: "pidfd", Certainty: Nothing, Check: host.HasPidfd, Prepare: prepareSignal}
)

func processReader(signal string, choose bool) func(json.RawMessage) (any, error) {
	return func(raw json.RawMessage) (any, error) {
		params := processParams{Signal: signal}
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		if !choose && params.Signal != signal {
			return nil, bad("signal", strconv.Quote(params.Signal), "none, since this fault has its own,")
		}
		if params.Signal != "" {
			if params.signal = unix.SignalNum(params.Signal); params.signal == 0 {
				return nil, bad("signal", strconv.Quote(params.Signal), "a name such as SIGTERM")
			}
		}
		var err error
		if params.match, err = regexp.Compile(params.Match); err != nil {
			return nil, bad("match", strconv.Quote(params.Match)+" ("+err.Error()+")", "a regular expression")
		}
		return params, inRange("count", float64(params.Count), 0, 4096)
	}
}

// victims are the processes meant, the oldest first. On a node nothing is hit that no pattern names.
func victims(job Job) ([]host.Process, error) {
	params := job.Params.(processParams)
	var all []host.Process
	if job.Payload.Scope == payload.ScopeNode {
		if params.Match == "" {
			return nil, fail.New(fail.BadPayload, "params.match: none; scope node takes a regular expression that names the processes")
		}
		pids, err := job.Host.Pids()
		if err != nil {
			return nil, err
		}
		for _, pid := range pids {
			if process, err := job.Host.Pid(pid); err == nil && !job.Host.IsSpared(pid) {
				all = append(all, process)
			}
		}
	}
	for _, target := range job.Targets {
		all = append(all, target.Processes...)
	}
	var meant []host.Process
	for _, process := range all {
		if params.match.MatchString(job.Host.Command(process.Pid)) && job.Host.IsAlive(process) {
			meant = append(meant, process)
		}
	}
	sortByAge(meant)
	if params.Count > 0 && len(meant) > params.Count {
		meant = meant[:params.Count]
	}
	if len(meant) == 0 {
		return nil, fail.New(fail.Unsupported, "no process of the target matches %q", params.Match)
	}
	return meant, nil
}

func prepareSignal(job Job) (Prepared, error) {
	meant, err := victims(job)
	if err != nil {
		return Prepared{}, err
	}
	params := job.Params.(processParams)
	var prepared Prepared
	for _, process := range meant {
		prepared.Acts = append(prepared.Acts, Act{
			Words: fmt.Sprintf("%s to process %d (%s)", params.Signal, process.Pid, shortened(job.Host.Command(process.Pid))),
			Do: func() (map[string]any, error) {
				err := job.Host.Signal(process, params.signal)
				if errors.Is(err, host.ErrGone) {
					return map[string]any{"pid": process.Pid, "gone": true}, nil
				}
				return map[string]any{"pid": process.Pid, "signal": params.Signal}, err
			},
		})
	}
	return prepared, nil
}

func preparePause(job Job) (Prepared, error) {
	meant, err := victims(job)
	if err != nil {
		return Prepared{}, err
	}
	var prepared Prepared
	for _, process := range meant {
		prepared.Resources = append(prepared.Resources, fmt.Sprintf("process:%d:%d/run", process.Pid, process.Start))
	}
	prepared.Workers = []Worker{{
		Words: fmt.Sprintf("stops %d processes", len(meant)),
		Spec:  worker.Spec{Kind: "pause", Data: encode(worker.Pause{Processes: meant})},
		Look:  func(host.Process) undo.Ref { return undo.NewRef("stopped", undo.PauseWatch{Processes: meant}) },
	}}
	return prepared, nil
}

func sortByAge(processes []host.Process) {
	for i := range processes {
		for j := i; j > 0 && processes[j].Start < processes[j-1].Start; j-- {
			processes[j], processes[j-1] = processes[j-1], processes[j]
		}
	}
}

func shortened(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
