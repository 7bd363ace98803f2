package fault

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"

	"sirocco/agents/nomad/internal/worker"
)

type dnsSpoofParams struct {
	dnsFilter
	// Answers are the addresses that are answered: to A those of IPv4, to AAAA those of IPv6. A question of a kind that
	// has none is answered with nothing, and so is every other.
	Answers answerList `json:"answers"`

	answers []netip.Addr
}

// answerList is a list, or one word with commas.
type answerList []string

// UnmarshalJSON takes both forms.
func (l *answerList) UnmarshalJSON(raw []byte) error {
	words, err := wordsOf("answers", raw)
	*l = words
	return err
}

var dnsSpoof = Fault{
	Name:    "dns-spoof",
	Summary: "Has resolvers answer the target with other addresses.",
	Scopes:  bothScopes,
	Lasts:   true,
	Params: func(raw json.RawMessage) (any, error) {
		const most = 16
		var params dnsSpoofParams
		if err := read(raw, &params); err != nil {
			return nil, err
		}
		if len(params.Answers) == 0 || len(params.Answers) > most {
			return nil, bad("answers", strconv.Itoa(len(params.Answers)), "1 to "+strconv.Itoa(most)+" addresses")
		}
		for _, text := range params.Answers {
			addr, err := netip.ParseAddr(text)
			if err != nil || addr.Zone() != "" {
				return nil, bad("answers", strconv.Quote(text), "an address such as 10.0.0.1")
			}
			params.answers = append(params.answers, addr.Unmap())
		}
		return params, params.check()
	},
	Mechanisms: dnsMechanisms(func(params any) (dnsFilter, string, worker.DNS) {
		p := params.(dnsSpoofParams)
		return p.dnsFilter, "answers " + strings.Join(p.Answers, ", "), worker.DNS{Answers: p.answers}
	}),
}
