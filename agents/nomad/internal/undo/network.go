package undo

import (
	"encoding/json"
	"errors"

	"sirocco/agents/nomad/internal/host"
)

// NetTable is a table of nftables that a fault made.
type NetTable struct {
	Net   host.Net `json:"net"`
	Table string   `json:"table"`
}

// deleteTable takes away a table by its name, which is our own, and nothing else.
func deleteTable(h host.Host, data json.RawMessage) (Result, error) {
	var made NetTable
	if err := json.Unmarshal(data, &made); err != nil {
		return Result{}, err
	}
	var result Result
	err := h.InNet(made.Net, func() error {
		was, err := host.DelTable(made.Table)
		if err != nil {
			return err
		}
		if !was {
			result.WasGone = "there is no nftables table " + made.Table
			return nil
		}
		still, err := host.HasTable(made.Table)
		if still {
			result.Difference = "nftables table " + made.Table + " is still there"
		}
		result.After = map[string]any{"tables": 0}
		return err
	})
	return orGone(result, err)
}

// orGone takes a namespace that is gone for what it is: all in it went with it.
func orGone(result Result, err error) (Result, error) {
	if errors.Is(err, host.ErrNetGone) {
		return Result{WasGone: err.Error()}, nil
	}
	return result, err
}

func nftCounters(h host.Host, data json.RawMessage) (map[string]any, error) {
	var made NetTable
	if err := json.Unmarshal(data, &made); err != nil {
		return nil, err
	}
	var counts host.TableCounts
	err := h.InNet(made.Net, func() (err error) {
		counts, err = host.CountTable(made.Table)
		return err
	})
	return map[string]any{"matched_packets": counts.Matched, "hit_packets": counts.Hit, "left_ms": counts.Left.Milliseconds()}, err
}

// NetFilter is a filter with a program that a fault put on a link.
type NetFilter struct {
	Net    host.Net `json:"net"`
	Name   string   `json:"name"`
	Link   string   `json:"link"`
	Index  int      `json:"index"`
	Egress bool     `json:"egress"`
	// MadeClsact tells that the link had none before.
	MadeClsact bool `json:"made_clsact"`
}

// deleteFilter takes away a filter by its name, which is our own, and clsact where the fault made it and nobody else
// uses it by now.
func deleteFilter(h host.Host, data json.RawMessage) (Result, error) {
	var made NetFilter
	if err := json.Unmarshal(data, &made); err != nil {
		return Result{}, err
	}
	var result Result
	err := h.InNet(made.Net, func() error {
		was, err := host.Detach(made.Name, made.Index, made.Egress, made.MadeClsact)
		if err != nil {
			return err
		}
		if !was {
			result.WasGone = "link " + made.Link + " has no filter " + made.Name
			return nil
		}
		still, err := host.IsAttached(made.Name, made.Index, made.Egress)
		if still {
			result.Difference = "link " + made.Link + " still has filter " + made.Name
		}
		result.After = map[string]any{"filters": 0}
		return err
	})
	return orGone(result, err)
}

func bpfCounters(h host.Host, data json.RawMessage) (map[string]any, error) {
	var made NetFilter
	if err := json.Unmarshal(data, &made); err != nil {
		return nil, err
	}
	var counts host.ProgramCounts
	err := h.InNet(made.Net, func() (err error) {
		counts, err = host.CountProgram(made.Name, made.Index, made.Egress)
		return err
	})
	return map[string]any{"link": made.Link, "matched_packets": counts.Matched, "hit_packets": counts.Hit}, err
}

// NetRoot is the root of a link's queueing disciplines that a fault made.
type NetRoot struct {
	Net   host.Net `json:"net"`
	Link  string   `json:"link"`
	Index int      `json:"index"`
	// Before are the link's queueing disciplines as they were.
	Before []string `json:"before"`
}

// deleteRoot takes away a root by its handle, which is our own; the kernel then puts its default back.
func deleteRoot(h host.Host, data json.RawMessage) (Result, error) {
	var made NetRoot
	if err := json.Unmarshal(data, &made); err != nil {
		return Result{}, err
	}
	var result Result
	err := h.InNet(made.Net, func() error {
		was, difference, err := host.DelRoot(made.Index, made.Before)
		if err == nil && !was {
			result.WasGone = "link " + made.Link + " has no root qdisc of ours"
		}
		result.Difference = difference
		return err
	})
	return orGone(result, err)
}

func slowCounters(h host.Host, data json.RawMessage) (map[string]any, error) {
	var made NetRoot
	if err := json.Unmarshal(data, &made); err != nil {
		return nil, err
	}
	var counts host.SlowCounts
	err := h.InNet(made.Net, func() (err error) {
		counts, err = host.CountSlow(made.Index)
		return err
	})
	return map[string]any{
		"link": made.Link, "packets": counts.Packets, "bytes": counts.Bytes, "queued_packets": counts.Queued, "dropped_packets": counts.Dropped,
	}, err
}
