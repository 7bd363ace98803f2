package worker

import (
	"encoding/json"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

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
		go duty(cpu)
	}
	ready()
	duty(cpu)
	return nil
}

// duty uses a thread's share of a core. It goes by the clock of the whole process: what the runtime uses beside counts
// too, and what the machine is busy with does not. What could not be used is made up for, one period at most.
func duty(cpu CPU) {
	runtime.LockOSThread()
	mine := func() float64 { return float64(host.ProcessCPU()) / float64(cpu.Threads) }
	begun, used := host.Now(), mine()
	owed := 0.0
	for {
		now, so := host.Now(), mine()
		owed = min(owed+cpu.Share*float64(now-begun)-(so-used), float64(period))
		begun, used = now, so
		if owed <= 0 && cpu.Share < 1 {
			// Long enough to owe a quarter of a period's work again; the thread sleeps in the kernel, not in the runtime.
			rest := unix.NsecToTimespec(int64(float64(period)/4 - owed/cpu.Share))
			_ = unix.Nanosleep(&rest, nil)
			continue
		}
		spin(time.Duration(max(min(owed, float64(period)/4), float64(time.Millisecond)/4)))
	}
}

// spin for so much of the thread's own time.
func spin(d time.Duration) {
	sum := 1.0
	for until := host.ThreadCPU() + int64(d); host.ThreadCPU() < until; {
		for n := 0; n < 1_000; n++ {
			sum = sum*1.000001 + 1e-9
		}
	}
}
