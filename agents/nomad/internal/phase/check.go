package phase

import (
	"runtime"

	"sirocco/agents/nomad/internal/fault"
	"sirocco/agents/nomad/internal/payload"
)

// Ability is what this node's kernel and this process's rights allow of one fault.
type Ability struct {
	Fault   string          `json:"fault"`
	Summary string          `json:"summary"`
	Scopes  []payload.Scope `json:"scopes"`
	Can     bool            `json:"can"`
	// Of the mechanism that would be taken.
	Mechanism string          `json:"mechanism,omitempty"`
	Certainty fault.Certainty `json:"certainty,omitempty"`
	// All mechanisms, the preferred one first.
	Mechanisms []MechanismAbility `json:"mechanisms"`
}

// MechanismAbility is whether one mechanism works here, and why not.
type MechanismAbility struct {
	Name      string          `json:"name"`
	Certainty fault.Certainty `json:"certainty"`
	Can       bool            `json:"can"`
	Why       string          `json:"why,omitempty"`
}

// Report of a node.
type Report struct {
	V      int       `json:"v"`
	Arch   string    `json:"arch"`
	Faults []Ability `json:"faults"`
}

// Check finds out what this node can do, by trying each mechanism in a place of its own.
func (s Scene) Check() Report {
	report := Report{V: 1, Arch: runtime.GOARCH}
	for _, one := range fault.All {
		ability := Ability{Fault: one.Name, Summary: one.Summary, Scopes: one.Scopes}
		for _, mechanism := range one.Mechanisms {
			tried := MechanismAbility{Name: mechanism.Name, Certainty: mechanism.Certainty}
			if err := mechanism.Check(s.Host); err != nil {
				tried.Why = err.Error()
			} else {
				tried.Can = true
				if !ability.Can {
					ability.Can, ability.Mechanism, ability.Certainty = true, mechanism.Name, mechanism.Certainty
				}
			}
			ability.Mechanisms = append(ability.Mechanisms, tried)
		}
		report.Faults = append(report.Faults, ability)
	}
	return report
}
