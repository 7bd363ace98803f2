// Sirocco-agent does host-level faults on one node, and puts them back.
//
// As tasks of a Nomad job: inject, hold, ready, revert. On the machine, by hand: run, sweep, halt, check, version.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/phase"
	"sirocco/agents/nomad/internal/worker"
)

// version is set by the build.
var version = "dev"

const usage = `usage: sirocco-agent COMMAND

tasks of a Nomad job (they share NOMAD_ALLOC_DIR):
  inject PAYLOAD     sweep, judge, journal and change; PAYLOAD is a file, - for standard input
  hold               hold the fault until it ends, and put it back
  ready              end once the fault is in force
  revert             put back what inject opened

on a machine:
  run PAYLOAD        inject, hold and revert in one
  run FAULT [--param KEY=VALUE]… [--alloc ID[/TASK]]… [--duration 10s]
  sweep              put back what nobody looks after any more
  halt               end every fault on this machine now
  check              what this node's kernel and rights allow, as JSON
  version

SIROCCO_AGENT_STATE is the folder of the journals (/var/lib/sirocco-agent).`

func main() {
	// Workers die with the thread that started them.
	runtime.LockOSThread()
	os.Exit(int(run(os.Args[1:])))
}

func run(args []string) fail.Code {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, usage)
		return fail.BadPayload
	}
	command, rest := args[0], args[1:]
	if command == "worker" {
		return ended(os.Stderr, work(rest))
	}
	tell := event.NewTeller(os.Stdout, command)
	scene, err := sceneOf(tell)
	if err == nil {
		err = carryOut(command, rest, scene)
	}
	code := fail.CodeOf(err)
	if err != nil {
		tell.Fail(int(code), err.Error())
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

func work(rest []string) error {
	if len(rest) != 1 {
		return fail.New(fail.Bug, "worker takes its specification")
	}
	return worker.Main(host.Default(), rest[0], os.Stdin, os.Stdout)
}

func ended(out io.Writer, err error) fail.Code {
	if err != nil {
		fmt.Fprintln(out, err)
	}
	return fail.CodeOf(err)
}

func sceneOf(tell *event.Teller) (phase.Scene, error) {
	program, err := os.Executable()
	if err != nil {
		return phase.Scene{}, fail.Wrap(fail.Bug, err, "this program's own path")
	}
	return phase.Scene{Host: host.Default(), Tell: tell, Shared: os.Getenv("NOMAD_ALLOC_DIR"), Program: program}, nil
}

func carryOut(command string, rest []string, scene phase.Scene) error {
	isTask := command == "inject" || command == "hold" || command == "ready" || command == "revert"
	if isTask && !filepath.IsAbs(scene.Shared) {
		return fail.New(fail.BadPayload, "NOMAD_ALLOC_DIR: %q; the tasks need the folder that Nomad gives them", scene.Shared)
	}
	switch command {
	case "inject":
		data, err := read(rest)
		if err != nil {
			return err
		}
		return scene.Inject(data)
	case "guardian":
		if len(rest) != 1 {
			return fail.New(fail.BadPayload, "guardian takes an intent")
		}
		return scene.Guardian(rest[0], func() { fmt.Print("\n") })
	case "run":
		data, err := byHand(rest)
		if err != nil {
			return err
		}
		return scene.Run(data)
	}
	if len(rest) > 0 {
		return fail.New(fail.BadPayload, "%s takes nothing more; found %s", command, strings.Join(rest, " "))
	}
	switch command {
	case "hold":
		return scene.Hold()
	case "ready":
		return scene.Ready(context.Background(), 30*time.Second)
	case "revert":
		return scene.Revert()
	case "sweep":
		return scene.Sweep()
	case "halt":
		return scene.Halt()
	case "check":
		return json.NewEncoder(os.Stdout).Encode(scene.Check())
	case "version":
		fmt.Println("sirocco-agent " + version)
		return nil
	}
	return fail.New(fail.BadPayload, "command %q; allowed is inject, hold, ready, revert, run, sweep, halt, check or version", command)
}

// read a payload from the file named.
func read(rest []string) ([]byte, error) {
	if len(rest) != 1 {
		return nil, fail.New(fail.BadPayload, "one file with the payload is allowed, - for standard input; found %d", len(rest))
	}
	if rest[0] == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	}
	data, err := os.ReadFile(rest[0])
	if err != nil {
		return nil, fail.Wrap(fail.BadPayload, err, "the payload")
	}
	return data, nil
}
