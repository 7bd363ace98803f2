package fault

import (
	"fmt"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/undo"
)

// slowChanges put a queueing discipline on each link of a place, and behind it the table that lets packets into it until
// the deadline. Both take leaving packets only.
func slowChanges(job Job, place netPlace, words string, slow host.Slow) ([]Change, error) {
	place.packets = place.packets.Only(true)
	var changes []Change
	for _, link := range place.packets.Links {
		var found host.RootPlace
		err := job.Host.InNet(place.net, func() (err error) {
			found, err = host.LookForRoot(link)
			return err
		})
		if err != nil {
			return nil, fail.Wrap(fail.Unsupported, err, "the network of %s", place.words)
		}
		made := undo.NetRoot{Net: place.net, Link: link, Index: found.Index, Before: found.Before}
		look := undo.NewRef("slow-counters", made)
		changes = append(changes, Change{
			Words: fmt.Sprintf("a slow class on link %s of %s", link, place.words),
			Undo:  undo.NewRef("delete-root-qdisc", made),
			Do: func(host.Instant) error {
				return job.Host.InNet(place.net, func() error { return slow.AddTo(link) })
			},
			Look: &look,
		})
	}
	table := tableChange(job.Host, place, ownName(job.Payload.Intent), words+" of "+place.words, host.Classify(host.SlowClass))
	return append(changes, table), nil
}
