package host

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestPrefixesAreMergedToSpans(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"10.0.0.1/32":                         "10.0.0.1-10.0.0.1",
		"10.0.0.0/24 10.0.0.7/32":             "10.0.0.0-10.0.0.255",
		"10.0.1.0/24 10.0.0.0/24":             "10.0.0.0-10.0.1.255",
		"10.0.0.0/24 10.0.2.0/24":             "10.0.0.0-10.0.0.255 10.0.2.0-10.0.2.255",
		"0.0.0.0/0 10.0.0.0/8":                "0.0.0.0-255.255.255.255",
		"10.0.0.9/24":                         "10.0.0.0-10.0.0.255",
		"10.0.0.0/8 fd00::/8":                 "10.0.0.0-10.255.255.255",
		"128.0.0.0/1 0.0.0.0/1":               "0.0.0.0-255.255.255.255",
		"192.0.2.1/32 192.0.2.1/32 fe80::/64": "192.0.2.1-192.0.2.1",
	} {
		var prefixes []netip.Prefix
		for _, each := range strings.Fields(text) {
			prefixes = append(prefixes, netip.MustParsePrefix(each))
		}
		var got []string
		for _, each := range spans(prefixes, false) {
			got = append(got, fmt.Sprintf("%s-%s", each.first, each.last))
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%q gives %q, not %q", text, joined, want)
		}
	}
}

func TestPortsAreAnInterval(t *testing.T) {
	for name, one := range map[string]struct {
		ports []Ports
		want  string
	}{
		"one":         {[]Ports{{80, 80}}, "80 81e"},
		"overlapping": {[]Ports{{80, 90}, {85, 99}, {443, 443}}, "80 100e 443 444e"},
		"neighbours":  {[]Ports{{81, 81}, {80, 80}}, "80 82e"},
		"to the last": {[]Ports{{65000, 65535}}, "65000"},
	} {
		var got []string
		for _, each := range portElements(one.ports) {
			text := fmt.Sprint(int(each.Key[0])<<8 | int(each.Key[1]))
			if each.IntervalEnd {
				text += "e"
			}
			got = append(got, text)
		}
		if joined := strings.Join(got, " "); joined != one.want {
			t.Errorf("%s: %q, not %q", name, joined, one.want)
		}
	}
}

// What was tried is gone with its namespace, and nothing of it is seen from here.
func TestWhatIsTriedStaysInItsOwnNamespace(t *testing.T) {
	own, err := namespaceAt("/proc/self/ns/net", "net")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var inside Namespace
		err := InNewNet(func() (err error) {
			inside, err = namespaceAt("/proc/thread-self/ns/net", "net")
			return err
		})
		if err != nil {
			t.Skipf("no network namespace: %v", err)
		}
		if inside == own {
			t.Fatal("it was done in this process's own namespace")
		}
		if now, err := namespaceAt("/proc/self/ns/net", "net"); err != nil || now != own {
			t.Fatalf("this process is in %v now (%v), not in %v", now, err, own)
		}
	}
}
