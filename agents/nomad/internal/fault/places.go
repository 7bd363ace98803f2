package fault

import (
	"encoding/json"
	"fmt"

	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/payload"
)

// place is where workers of a fault go.
type place struct {
	// As resources name it.
	name string
	// A process of the target; 0: the node itself.
	pid     int
	cgroups []string
}

// words for it: a task without a cgroup of its own shares what it uses with all of the node.
func (p place) words() string {
	if p.pid > 0 && len(p.cgroups) == 0 {
		return p.name + ", which has no cgroup of its own: the node feels it"
	}
	return p.name
}

// placesOf a job: one a task, since each has its cgroup; or the node.
func placesOf(job Job) []place {
	if job.Payload.Scope == payload.ScopeNode {
		return []place{{name: "node"}}
	}
	var places []place
	known := map[string]bool{}
	for _, target := range job.Targets {
		for _, process := range target.Processes {
			cgroups := host.Folders(job.Host.TaskCgroups(process.Pid))
			task := job.Host.Environ(process.Pid)["NOMAD_TASK_NAME"]
			name := fmt.Sprintf("alloc:%s/%s", target.Alloc, task)
			if known[name] {
				continue
			}
			known[name] = true
			places = append(places, place{name: name, pid: process.Pid, cgroups: cgroups})
		}
	}
	return places
}

func encode(data any) json.RawMessage {
	encoded, err := json.Marshal(data)
	if err != nil {
		// Only our own plain structs come here.
		panic(err)
	}
	return encoded
}
