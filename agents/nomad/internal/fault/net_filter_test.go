package fault

import (
	"strings"
	"testing"

	"sirocco/agents/nomad/internal/fail"
)

func TestNetworkParametersThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		fault Fault
		raw   string
		words string
	}{
		"a name":               {networkPartition, `{"hosts":["job:web"]}`, `params.hosts: "job:web"`},
		"a zone":               {networkPartition, `{"hosts":"fe80::1%eth0"}`, "params.hosts"},
		"no prefix":            {networkPartition, `{"hosts":"10.0.0.0/33"}`, "params.hosts"},
		"an object":            {networkPartition, `{"hosts":{}}`, "params.hosts"},
		"port 0":               {networkPartition, `{"ports":0}`, `params.ports: "0"`},
		"a range backwards":    {networkPartition, `{"ports":"90-80"}`, "params.ports"},
		"half a port":          {networkPartition, `{"ports":80.5}`, "params.ports"},
		"a list in a list":     {networkPartition, `{"ports":[[80]]}`, "params.ports"},
		"another protocol":     {networkPartition, `{"protocol":"sctp"}`, "tcp, udp or icmp"},
		"ICMP with ports":      {networkPartition, `{"protocol":"icmp","ports":1}`, "params.protocol"},
		"another direction":    {networkPartition, `{"direction":"out"}`, "egress, ingress or both"},
		"the loopback":         {networkPartition, `{"interface":"lo"}`, "params.interface"},
		"an unknown key":       {networkPartition, `{"host":"10.0.0.1"}`, `"host"`},
		"no percent":           {networkLoss, `{}`, "params.percent"},
		"too much":             {networkLoss, `{"percent":101}`, "params.percent: 101"},
		"all of all":           {networkLoss, `{"percent":100}`, "network-blackhole"},
		"all of one direction": {networkCorrupt, `{"percent":100,"direction":"ingress"}`, "params.percent"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := one.fault.Params([]byte(one.raw))
			if fail.CodeOf(err) != fail.BadPayload || !strings.Contains(err.Error(), one.words) {
				t.Errorf("found %v, not %s", err, one.words)
			}
		})
	}
}

func TestFormsOfLists(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"hosts":["10.0.0.1","10.1.0.0/16"],"ports":[80,"8000-8099"]}`,
		`{"hosts":"10.0.0.1, 10.1.0.0/16","ports":"80,8000-8099"}`,
	} {
		read, err := networkPartition.Params([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		filter := read.(netFilter)
		if len(filter.prefixes) != 2 || filter.prefixes[0].String() != "10.0.0.1/32" || len(filter.ports) != 2 || filter.ports[1].Last != 8099 {
			t.Errorf("%s was read as %v %v", raw, filter.prefixes, filter.ports)
		}
	}
}
