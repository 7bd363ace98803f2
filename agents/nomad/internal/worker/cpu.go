package worker

import (
	"encoding/json"
	"runtime"
	"time"

	"sirocco/agents/nomad/internal/host"
)

// CPU is what a burning worker is told.
type CPU struct {
	// Threads, each with Share (0 to 1) of a core.
	Threads int     `json:"threads"`
	Share   float64 `json:"share"`
}

// period of a thread's duty cycle.
const period = 20 * time.Millisecond

func burn(_ host.Host, data json.RawMessage, ready func()) error {
	var cpu CPU
	if err := json.Unmarshal(data, &cpu); err != nil {
		return err
	}
	runtime.GOMAXPROCS(cpu.Threads + 1)
	for n := 1; n < cpu.Threads; n++ {
		go duty(cpu.Share)
	}
	ready()
	duty(cpu.Share)
	return nil
}

// duty uses its share of a core, measured by the thread's own clock: what the machine is busy with beside does not
// change it. What it could not use is made up for, one period at most.
func duty(share float64) {
	runtime.LockOSThread()
	begun, used := host.Now(), host.ThreadCPU()
	owed := 0.0
	sum := 1.0
	for {
		now, cpu := host.Now(), host.ThreadCPU()
		owed += share*float64(now-begun) - float64(cpu-used)
		begun, used = now, cpu
		owed = min(owed, float64(period))
		if owed <= 0 {
			time.Sleep(max(time.Millisecond, time.Duration(share*float64(period)/4)))
			if share >= 1 {
				owed = float64(period)
			}
			continue
		}
		for until := host.ThreadCPU() + int64(min(owed, float64(period)/4)); host.ThreadCPU() < until; {
			for n := 0; n < 2_000; n++ {
				sum = sum*1.000001 + 1e-9
			}
		}
	}
}
