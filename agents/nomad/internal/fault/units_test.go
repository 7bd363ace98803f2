package fault

import (
	"testing"
	"time"

	"sirocco/agents/nomad/internal/fail"
)

func TestTimes(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1ms": time.Millisecond, "1500us": 1500 * time.Microsecond, "2s": 2 * time.Second, "1m": time.Minute,
		"0ms": 0, "": 0, "5": 0, "1.5s": 0, "-1ms": 0, "2m": 0, "999999999h": 0, "1s ": 0,
	} {
		got, err := span("latency", text, time.Millisecond, time.Minute)
		if got != want || (want == 0) != (fail.CodeOf(err) == fail.BadPayload) {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestRates(t *testing.T) {
	for text, want := range map[string]uint64{
		"8kbit": 8_000, "10mbit": 10_000_000, "10gbit": 10_000_000_000, "9600bit": 9_600,
		"1kbit": 0, "11gbit": 0, "999999999999gbit": 0, "10": 0, "10MB": 0, "1.5mbit": 0, "": 0,
	} {
		got, err := rate("rate", text)
		if got != want || (want == 0) != (fail.CodeOf(err) == fail.BadPayload) {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
}
