package main

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestWhatAPersonWritesIsReadAsTheFaultTakesIt(t *testing.T) {
	for name, one := range map[string]struct {
		fault string
		pairs []string
		want  string
	}{
		"a number":                    {"cpu-stress", []string{"percent=50"}, `{"percent":50}`},
		"a number that is a pattern":  {"process-kill", []string{"match=62"}, `{"match":"62"}`},
		"a number beside a pattern":   {"process-kill", []string{"count=2", "match=62"}, `{"count":2,"match":"62"}`},
		"a pattern beside a number":   {"process-kill", []string{"match=62", "count=2"}, `{"match":"62","count":2}`},
		"words of a network's filter": {"network-loss", []string{"percent=20", "protocol=6"}, `{"percent":20,"protocol":"6"}`},
		"true":                        {"memory-stress", []string{"oom=true", "size=1MiB"}, `{"oom":true,"size":"1MiB"}`},
		"what the fault refuses":      {"cpu-stress", []string{"percent=many"}, `{"percent":"many"}`},
	} {
		t.Run(name, func(t *testing.T) {
			given, err := valuesOf(one.fault, one.pairs)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(one.want), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(given, want) {
				t.Errorf("%v, not %v", given, want)
			}
		})
	}
}
