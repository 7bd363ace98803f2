package fault

import (
	"net"
	"os"
	"runtime"
	"sort"
	"testing"
	"time"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/worker"
)

// startWorkers as hold does; the answer kills them. They die with the thread that started them, so it is kept.
func (i injected) startWorkers() func() {
	b := i.b
	b.t.Helper()
	program, err := os.Executable()
	if err != nil {
		b.t.Fatal(err)
	}
	var started []*worker.Started
	inForce, end := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for _, each := range i.prepared.Workers {
			each.Spec.Deadline = i.deadline
			one, err := worker.Start(host.Default(), program, each.Spec)
			if err == nil {
				started = append(started, one)
				err = one.Go(5 * time.Second)
			}
			if err != nil {
				inForce <- err
				return
			}
		}
		inForce <- nil
		<-end
	}()
	if err := <-inForce; err != nil {
		b.t.Fatal(err)
	}
	return func() {
		for _, one := range started {
			_ = host.Default().Signal(one.Process, 9)
			<-one.Ended()
		}
		close(end)
	}
}

// roundTrips of UDP, one after another; in order of their time. What is lost is left out.
func (b bench) roundTrips(n int) []time.Duration {
	b.t.Helper()
	server, client := b.udp(b.far, farIP, 0), b.udp(b.near, nearIP, 0)
	defer server.Close()
	defer client.Close()
	go func() {
		buffer := make([]byte, 64)
		for {
			n, from, err := server.ReadFromUDP(buffer)
			if err != nil {
				return
			}
			_, _ = server.WriteToUDP(buffer[:n], from)
		}
	}()
	var took []time.Duration
	for range n {
		begun := time.Now()
		if _, err := client.WriteToUDP([]byte{1}, server.LocalAddr().(*net.UDPAddr)); err != nil {
			b.t.Fatal(err)
		}
		_ = client.SetReadDeadline(begun.Add(500 * time.Millisecond))
		if _, err := client.Read(make([]byte, 64)); err == nil {
			took = append(took, time.Since(begun))
		}
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	return took
}

func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}

// What measures time runs alone, before all that runs beside one another.
func TestPacketsAreDelayedAsAsked(t *testing.T) {
	for _, one := range []struct{ mechanism, direction string }{
		{"netem", "egress"}, {"netem", "ingress"}, {"netem", "both"}, {"nfqueue", "ingress"},
	} {
		t.Run(one.mechanism+" "+one.direction, func(t *testing.T) {
			b := newBench(t)
			mechanism := b.mechanism(networkLatency, one.mechanism)
			base := median(b.roundTrips(50))
			const duration = 2500 * time.Millisecond
			job := b.job(networkLatency, map[string]any{"latency": "50ms", "direction": one.direction}, duration)
			made := b.inject(mechanism, job)
			kill := made.startWorkers()
			added := median(b.roundTrips(30)) - base
			want := 50 * time.Millisecond
			if one.direction == "both" {
				want *= 2
			}
			t.Logf("%s asked, %s added to %s", want, added, base)
			if off := added - want; off < -2*time.Millisecond || off > 5*time.Millisecond {
				t.Errorf("%s added, %s asked", added, want)
			}
			made.over()
			if after := median(b.roundTrips(20)); after > base+5*time.Millisecond {
				t.Errorf("after the deadline a round trip takes %s, before %s", after, base)
			}
			kill()
			made.back()
		})
	}
}

// What a queue holds is lost with its reader, and nothing after it.
func TestADelayEndsWithItsWorker(t *testing.T) {
	b := newBench(t)
	mechanism := b.mechanism(networkLatency, "nfqueue")
	job := b.job(networkLatency, map[string]any{"latency": "80ms", "jitter": "20ms", "protocol": "udp"}, time.Minute)
	made := b.inject(mechanism, job)
	kill := made.startWorkers()
	took := b.roundTrips(30)
	if len(took) < 30 {
		t.Fatalf("%d of 30 came back", len(took))
	}
	// The last few may have met a busy machine.
	least, most := took[0], took[26]
	t.Logf("80 ms ± 20 asked: %s to %s, median %s", least, most, median(took))
	if least < 59*time.Millisecond || most > 110*time.Millisecond || most-least < 10*time.Millisecond {
		t.Errorf("80 ms ± 20 asked, %s to %s seen", least, most)
	}
	kill()
	if took := b.roundTrips(20); len(took) < 20 || median(took) > 5*time.Millisecond {
		t.Errorf("after the worker's death %d of 20 came back, in %s", len(took), median(took))
	}
	made.back()
}

func TestWithoutNetemLeavingPacketsAreNotDelayed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mechanism := b.mechanism(networkLatency, "nfqueue")
	for _, direction := range []string{"egress", "both"} {
		_, err := mechanism.Prepare(b.job(networkLatency, map[string]any{"latency": "5ms", "direction": direction}, time.Minute))
		if fail.CodeOf(err) != fail.Unsupported {
			t.Errorf("%s was not refused: %v", direction, err)
		}
	}
}
