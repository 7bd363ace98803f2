package fault

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
	"sirocco/agents/nomad/internal/undo"
)

type cpuLimitParams struct {
	// Percent of one core that the task may use.
	Percent float64 `json:"percent"`
}

var cpuLimit = Fault{
	Name:    "cpu-limit",
	Summary: "Lets a task use less processor time than it has.",
	Scopes:  []payload.Scope{payload.ScopeAlloc},
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		var params cpuLimitParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		return params, inRange("percent", params.Percent, 1, 10_000)
	},
	Mechanisms: []Mechanism{
		{Name: "cpu.max", Certainty: Journal, Check: func(h host.Host) error { return h.HasController("") }, Prepare: prepareCPULimit},
		{Name: "cfs-quota", Certainty: Journal, Check: func(h host.Host) error { return h.HasController("cpu") }, Prepare: prepareCPULimit},
	},
}

func prepareCPULimit(job Job) (Prepared, error) {
	params := job.Params.(cpuLimitParams)
	var prepared Prepared
	for _, place := range placesOf(job) {
		path, ours, err := quotaOf(job.Host, place, params.Percent)
		if err != nil {
			return prepared, err
		}
		value, err := undo.NewFileValue(path, ours)
		if err != nil {
			return prepared, fail.Wrap(fail.Unsupported, err, "the quota of %s", place.name)
		}
		if value.Before == ours {
			return prepared, fail.New(fail.Unsupported, "%s is limited to that already", place.name)
		}
		look := undo.NewRef("file-value", value)
		prepared.Resources = append(prepared.Resources, place.name+"/quota")
		prepared.Changes = append(prepared.Changes, Change{
			Words: fmt.Sprintf("limits %s to %g percent of a core", place.name, params.Percent),
			Undo:  undo.NewRef("file-value", value),
			Do:    func(host.Instant) error { return os.WriteFile(path, []byte(ours), 0) },
			Look:  &look,
		})
	}
	return prepared, nil
}

// quotaOf a task: the file, and the value that means so many percent of a core. The period stays as it is.
func quotaOf(h host.Host, at place, percent float64) (path, ours string, err error) {
	folders := h.TaskCgroups(at.pid)
	if folder, ok := folders[""]; ok {
		path = filepath.Join(folder, "cpu.max")
		if _, period, ok := strings.Cut(h.Text(path), " "); ok {
			ours, err = quota(period, percent)
			return path, ours + " " + period, err
		}
	}
	for controllers, folder := range folders {
		for _, one := range strings.Split(controllers, ",") {
			if one == "cpu" {
				ours, err = quota(h.Text(filepath.Join(folder, "cpu.cfs_period_us")), percent)
				return filepath.Join(folder, "cpu.cfs_quota_us"), ours, err
			}
		}
	}
	return "", "", fail.New(fail.Unsupported, "%s has no cpu cgroup of its own: limiting it would limit others", at.name)
}

// leastQuota that the kernel takes, in microseconds.
const leastQuota = 1_000

func quota(period string, percent float64) (string, error) {
	micros, err := strconv.ParseFloat(period, 64)
	if err != nil || micros <= 0 {
		return "", fail.New(fail.Unsupported, "the period of the cpu cgroup is %q", period)
	}
	return strconv.FormatFloat(math.Max(leastQuota, math.Round(micros*percent/100)), 'f', 0, 64), nil
}
