package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/hashicorp/nomad/api"
)

// batch is what one line of the stream brings.
type batch struct {
	index  uint64
	events []event
	err    error
}

var topics = []api.Topic{api.TopicAllocation, api.TopicJob, api.TopicDeployment, api.TopicNode}

// apiEvent is an event of the API package: its payload is a map until it is asked for.
type apiEvent struct{ *api.Event }

func (e apiEvent) head() (api.Topic, string, []string) { return e.Topic, e.Key, e.FilterKeys }

// apiBatches reads the stream with the API package.
func apiBatches(ctx context.Context, client *api.Client, _ string) (<-chan batch, error) {
	wanted := map[api.Topic][]string{}
	for _, topic := range topics {
		wanted[topic] = []string{"*"}
	}
	source, err := client.EventStream().Stream(ctx, wanted, 0, &api.QueryOptions{})
	if err != nil {
		return nil, err
	}
	out := make(chan batch)
	go func() {
		defer close(out)
		for each := range source {
			events := make([]event, len(each.Events))
			for i := range each.Events {
				events[i] = apiEvent{&each.Events[i]}
			}
			out <- batch{index: each.Index, events: events, err: each.Err}
		}
	}()
	return out, nil
}

// typedEvent is decoded with its line.
type typedEvent struct {
	Topic      api.Topic
	Key        string
	FilterKeys []string
	Payload    struct {
		Allocation *api.Allocation
		Deployment *api.Deployment
		Job        *api.Job
		Node       *api.Node
	}
}

func (e *typedEvent) head() (api.Topic, string, []string) { return e.Topic, e.Key, e.FilterKeys }

func (e *typedEvent) Allocation() (*api.Allocation, error) { return e.Payload.Allocation, nil }
func (e *typedEvent) Deployment() (*api.Deployment, error) { return e.Payload.Deployment, nil }
func (e *typedEvent) Job() (*api.Job, error)               { return e.Payload.Job, nil }
func (e *typedEvent) Node() (*api.Node, error)             { return e.Payload.Node, nil }

// typedBatches reads the stream without the API package's stream, into its structs.
func typedBatches(ctx context.Context, _ *api.Client, address string) (<-chan batch, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/v1/event/stream?namespace=default", nil)
	if err != nil {
		return nil, err
	}
	query := request.URL.Query()
	for _, topic := range topics {
		query.Add("topic", string(topic)+":*")
	}
	request.URL.RawQuery = query.Encode()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	out := make(chan batch, 10)
	go func() {
		defer close(out)
		defer response.Body.Close()
		lines := json.NewDecoder(response.Body)
		for {
			var line struct {
				Index  uint64
				Events []typedEvent
			}
			if err := lines.Decode(&line); err != nil {
				out <- batch{err: err}
				return
			}
			if line.Index == 0 {
				continue
			}
			events := make([]event, len(line.Events))
			for i := range line.Events {
				events[i] = &line.Events[i]
			}
			out <- batch{index: line.Index, events: events}
		}
	}()
	return out, nil
}
