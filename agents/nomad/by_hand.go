package main

import (
	"crypto/rand"
	"encoding/json"
	"flag"
	"io"
	"os"
	"strings"
	"time"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/fault"
	"sirocco/agents/nomad/internal/payload"
)

type words []string

func (w *words) String() string     { return strings.Join(*w, " ") }
func (w *words) Set(s string) error { *w = append(*w, s); return nil }

// byHand makes a payload of what a person wrote: a file with one, or a fault with its parameters.
func byHand(args []string) ([]byte, error) {
	if len(args) == 0 {
		return nil, fail.New(fail.BadPayload, "run takes a payload or the name of a fault")
	}
	if _, known := fault.Find(args[0]); !known {
		if _, err := os.Stat(args[0]); err != nil && args[0] != "-" {
			return nil, fail.New(fail.BadPayload, "%q is neither a fault nor a file with a payload", args[0])
		}
		return read(args)
	}
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var params, allocs words
	flags.Var(&params, "param", "KEY=VALUE")
	flags.Var(&allocs, "alloc", "ID[/TASK]")
	duration := flags.Duration("duration", 0, "")
	if err := flags.Parse(args[1:]); err != nil {
		return nil, fail.Wrap(fail.BadPayload, err, "run")
	}
	if flags.NArg() > 0 {
		return nil, fail.New(fail.BadPayload, "run: %q is not known", flags.Arg(0))
	}
	p := payload.Payload{
		V: 1, Run: "by-hand", Intent: "by-hand/" + strings.ToLower(rand.Text()), Fault: args[0],
		Scope: payload.ScopeNode, Targets: []payload.Target{}, Spare: []string{}, DurationMs: duration.Milliseconds(),
		NotAfter: time.Now().Add(time.Minute).UTC().Format(time.RFC3339), Nomad: payload.Nomad{Servers: []string{}},
	}
	for _, each := range allocs {
		alloc, task, _ := strings.Cut(each, "/")
		p.Targets, p.Scope = append(p.Targets, payload.Target{Alloc: alloc, Task: task}), payload.ScopeAlloc
	}
	given, err := valuesOf(args[0], params)
	if err != nil {
		return nil, err
	}
	if p.Params, err = json.Marshal(given); err != nil {
		return nil, fail.Wrap(fail.BadPayload, err, "--param")
	}
	return json.Marshal(p)
}

// valuesOf pairs: as JSON where the fault takes that, else as text: a number may be meant as a pattern.
func valuesOf(name string, pairs []string) (map[string]any, error) {
	given := map[string]any{}
	one, _ := fault.Find(name)
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fail.New(fail.BadPayload, "--param %q; KEY=VALUE is allowed", pair)
		}
		given[key] = valueOf(value)
		alone, err := json.Marshal(map[string]any{key: given[key]})
		if err != nil {
			return nil, fail.Wrap(fail.BadPayload, err, "--param %s", key)
		}
		if _, err := one.Params(alone); err != nil && strings.Contains(err.Error(), "key "+key+": found ") {
			given[key] = value
		}
	}
	return given, nil
}

// valueOf a word: a number, true, false, a list or an object of JSON as such, everything else as text.
func valueOf(text string) any {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return text
	}
	return value
}
