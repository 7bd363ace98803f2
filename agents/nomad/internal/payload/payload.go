// Package payload reads what a dispatch gives the agent. Its form is that of agents/contract, which the controller's
// tests read too.
package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"sirocco/agents/nomad/internal/fail"
)

// MostBytes is what Nomad takes as the payload of a dispatch.
const MostBytes = 16 * 1024

// Scope is how far a fault reaches: `alloc` stays in the network namespace and cgroup of its targets.
type Scope string

const (
	ScopeAlloc Scope = "alloc"
	ScopeNode  Scope = "node"
)

// Target is one allocation, or one task of it.
type Target struct {
	Alloc string `json:"alloc"`
	Task  string `json:"task,omitempty"`
}

// Nomad is the way to the node's own Nomad client and to its servers: the lifeline.
type Nomad struct {
	Addr    string   `json:"addr"`
	CA      string   `json:"ca,omitempty"`
	Servers []string `json:"servers"`
}

// Payload is one intent: one fault on one node, with all its targets there.
type Payload struct {
	V          int             `json:"v"`
	Run        string          `json:"run"`
	Intent     string          `json:"intent"`
	Fault      string          `json:"fault"`
	Params     json.RawMessage `json:"params"`
	Targets    []Target        `json:"targets"`
	Scope      Scope           `json:"scope"`
	DurationMs int64           `json:"duration_ms"`
	LeaseMs    int64           `json:"lease_ms"`
	// Wall time, RFC 3339: later than that nothing is changed.
	NotAfter string   `json:"not_after"`
	Spare    []string `json:"spare"`
	Nomad    Nomad    `json:"nomad"`
}

// Duration from in force until the deadline.
func (p Payload) Duration() time.Duration { return time.Duration(p.DurationMs) * time.Millisecond }

// Lease is how long the fault may outlive the client's way to its servers; 0: to its deadline.
func (p Payload) Lease() time.Duration { return time.Duration(p.LeaseMs) * time.Millisecond }

// Until is the instant of NotAfter.
func (p Payload) Until() time.Time {
	until, _ := time.Parse(time.RFC3339Nano, p.NotAfter)
	return until
}

const mostDuration = 24 * time.Hour

var (
	idForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$`)
	faultForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	allocForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	taskForm  = regexp.MustCompile(`^[^\x00/]{1,128}$`)
)

// Parse reads a payload; an error names the key, what was found and what is allowed.
func Parse(data []byte) (Payload, error) {
	var p Payload
	if len(data) > MostBytes {
		return p, bad("payload", "%d bytes, at most %d are allowed", len(data), MostBytes)
	}
	if err := Strict(data, &p); err != nil {
		return p, err
	}
	return p, p.check()
}

// Strict decodes one JSON object with no unknown key and nothing after it.
func Strict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return bad("payload", "%s", wordsOf(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return bad("payload", "something follows the object; one JSON object is allowed")
	}
	return nil
}

func wordsOf(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return "key " + keyOf(wrong.Field) + ": found " + wrong.Value + ", allowed is " + kindName(wrong.Type.Kind().String())
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// keyOf a field as its path has it: that names structs within structs too, whose keys stand beside the others.
func keyOf(path string) string {
	var keys []string
	for _, each := range strings.Split(path, ".") {
		if each == strings.ToLower(each) {
			keys = append(keys, each)
		}
	}
	return strings.Join(keys, ".")
}

func kindName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "slice":
		return "a list"
	case kind == "struct", kind == "map":
		return "an object"
	default:
		return "a " + kind
	}
}

func (p Payload) check() error {
	switch {
	case p.V != 1:
		return bad("v", "%d; this agent reads 1", p.V)
	case !idForm.MatchString(p.Run):
		return bad("run", "%q; a run's id is allowed", p.Run)
	case !idForm.MatchString(p.Intent):
		return bad("intent", "%q; an intent's id is allowed", p.Intent)
	case !faultForm.MatchString(p.Fault):
		return bad("fault", "%q; the name of a fault is allowed", p.Fault)
	case p.Scope != ScopeAlloc && p.Scope != ScopeNode:
		return bad("scope", "%q; alloc or node is allowed", p.Scope)
	case p.DurationMs < 0 || p.Duration() > mostDuration:
		return bad("duration_ms", "%d; 0 to %d is allowed", p.DurationMs, mostDuration.Milliseconds())
	case p.LeaseMs < 0 || p.Lease() > mostDuration:
		return bad("lease_ms", "%d; 0 to %d is allowed", p.LeaseMs, mostDuration.Milliseconds())
	}
	if _, err := time.Parse(time.RFC3339Nano, p.NotAfter); err != nil {
		return bad("not_after", "%q; a time such as 2026-11-24T10:00:00Z is allowed", p.NotAfter)
	}
	if err := p.checkTargets(); err != nil {
		return err
	}
	for n, prefix := range p.Spare {
		if _, err := netip.ParsePrefix(prefix); err != nil {
			return bad("spare", "entry %d, %q; a prefix such as 10.0.0.0/8 is allowed", n, prefix)
		}
	}
	return p.checkNomad()
}

func (p Payload) checkTargets() error {
	if p.Scope == ScopeAlloc && len(p.Targets) == 0 {
		return bad("targets", "none; scope alloc takes at least one")
	}
	if p.Scope == ScopeNode && len(p.Targets) > 0 {
		return bad("targets", "%d; scope node takes none", len(p.Targets))
	}
	for n, target := range p.Targets {
		if !allocForm.MatchString(target.Alloc) {
			return bad("targets", "entry %d, alloc %q; the id of an allocation is allowed", n, target.Alloc)
		}
		if target.Task != "" && !taskForm.MatchString(target.Task) {
			return bad("targets", "entry %d, task %q; the name of a task is allowed", n, target.Task)
		}
	}
	return nil
}

func (p Payload) checkNomad() error {
	if p.Nomad.Addr == "" && p.LeaseMs > 0 {
		return bad("lease_ms", "%d without nomad.addr, where a leader would be asked for; 0 or an address is allowed", p.LeaseMs)
	}
	if p.Nomad.Addr != "" {
		at, err := url.Parse(p.Nomad.Addr)
		if err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https") {
			return bad("nomad.addr", "%q; an address such as http://127.0.0.1:4646 is allowed", p.Nomad.Addr)
		}
	}
	for n, server := range p.Nomad.Servers {
		if _, port, err := net.SplitHostPort(server); err != nil || port == "" {
			return bad("nomad.servers", "entry %d, %q; HOST:PORT is allowed", n, server)
		}
	}
	return nil
}

func bad(key, format string, args ...any) error {
	return fail.New(fail.BadPayload, "%s: "+format, append([]any{key}, args...)...)
}
