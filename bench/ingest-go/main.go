// Command ingest-go reads Nomad's event stream as a Go program does: with Nomad's own API package, each event of
// interest decoded to its struct, the newest of each object kept. With -typed it decodes each line into those structs
// directly instead, which is the fastest simple way that Go has. It writes one line of JSON when it has handled the
// batch with the last index, so that a benchmark can compare it with the reader of this project.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/nomad/api"
)

// event is one event, however it was decoded.
type event interface {
	head() (topic api.Topic, key string, filterKeys []string)
	Allocation() (*api.Allocation, error)
	Deployment() (*api.Deployment, error)
	Job() (*api.Job, error)
	Node() (*api.Node, error)
}

// result is what one run was; the times are in milliseconds.
type result struct {
	Ms      float64 `json:"ms"`
	Events  int     `json:"events"`
	Applied int     `json:"applied"`
	CPUMs   float64 `json:"cpuMs"`
}

// picture holds the newest of each object that was told.
type picture struct {
	// watched is nil when every job is.
	watched     map[string]bool
	allocations map[string]*api.Allocation
	deployments map[string]*api.Deployment
	jobs        map[string]*api.Job
	nodes       map[string]*api.Node
}

// concerns says whether an event is about a watched job, without decoding what it carries.
func (p *picture) concerns(key string, filterKeys []string) bool {
	if p.watched == nil || p.watched[key] {
		return true
	}
	return slices.ContainsFunc(filterKeys, func(key string) bool { return p.watched[key] })
}

// apply takes an event in and says whether it was news of an allocation.
func (p *picture) apply(event event) (bool, error) {
	topic, key, filterKeys := event.head()
	if topic != api.TopicNode && !p.concerns(key, filterKeys) {
		return false, nil
	}
	switch topic {
	case api.TopicAllocation:
		allocation, err := event.Allocation()
		if err != nil {
			return false, err
		}
		held, ok := p.allocations[allocation.ID]
		if ok && held.ModifyIndex >= allocation.ModifyIndex {
			return false, nil
		}
		p.allocations[allocation.ID] = allocation
		return true, nil
	case api.TopicDeployment:
		deployment, err := event.Deployment()
		if err != nil {
			return false, err
		}
		p.deployments[deployment.ID] = deployment
	case api.TopicJob:
		job, err := event.Job()
		if err != nil {
			return false, err
		}
		p.jobs[*job.ID] = job
	case api.TopicNode:
		node, err := event.Node()
		if err != nil {
			return false, err
		}
		p.nodes[node.ID] = node
	}
	return false, nil
}

func run(address string, last uint64, jobs string, typed bool) (result, error) {
	client, err := api.NewClient(&api.Config{Address: address, Namespace: "default"})
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	source := apiBatches
	if typed {
		source = typedBatches
	}
	batches, err := source(ctx, client, address)
	if err != nil {
		return result{}, err
	}
	seen := &picture{
		allocations: map[string]*api.Allocation{},
		deployments: map[string]*api.Deployment{},
		jobs:        map[string]*api.Job{},
		nodes:       map[string]*api.Node{},
	}
	if jobs != "" {
		seen.watched = map[string]bool{}
		for job := range strings.SplitSeq(jobs, ",") {
			seen.watched[job] = true
		}
	}
	var done result
	for batch := range batches {
		if batch.err != nil {
			return result{}, batch.err
		}
		for i, event := range batch.events {
			done.Events++
			news, err := seen.apply(event)
			if err != nil {
				return result{}, fmt.Errorf("batch %d, event %d: %w", batch.index, i, err)
			}
			if news {
				done.Applied++
			}
		}
		if batch.index == last {
			return finished(address, done)
		}
	}
	return result{}, errors.New("the stream ended before its last batch")
}

// finished tells the server that the last event was handled, and fills in the times.
func finished(address string, done result) (result, error) {
	response, err := http.Get(address + "/handled")
	if err != nil {
		return result{}, err
	}
	defer response.Body.Close()
	var took struct {
		Ms float64 `json:"ms"`
	}
	if err := json.NewDecoder(response.Body).Decode(&took); err != nil {
		return result{}, err
	}
	done.Ms = took.Ms
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return result{}, err
	}
	done.CPUMs = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
	return done, nil
}

func main() {
	address := flag.String("address", "", "HTTP address of the server")
	last := flag.Uint64("last", 0, "index of the last batch")
	jobs := flag.String("jobs", "", "watched jobs, comma-separated; none: all")
	typed := flag.Bool("typed", false, "decode lines into structs directly")
	flag.Parse()
	done, err := run(*address, *last, *jobs, *typed)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(done); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
