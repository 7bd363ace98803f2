package host

import "net/netip"

// TryTable makes a table with an act in a network namespace of its own; the answer says why it can't be made.
func TryTable(act NFTAct) func(Host) error {
	return func(Host) error {
		return InNewNet(func() error {
			everywhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
			return Table{
				Name: ownPrefix + "try", Act: act,
				Packets: Packets{
					Hosts: everywhere, Ports: []Ports{{1, 9}}, Links: []string{"lo"}, Spare: everywhere,
					Egress: act.egress != nil, Ingress: act.ingress != nil,
				},
			}.Add(Now().After(trial))
		})
	}
}

// TryBPF attaches a program to a link in a network namespace of its own; the answer says why it can't be done.
func TryBPF(act BPFAct) func(Host) error {
	return func(Host) error {
		return InNewNet(func() error {
			link, err := pair()
			if err != nil {
				return err
			}
			for _, egress := range []bool{true, false} {
				try := Program{Egress: egress, Act: act, Percent: 50, Rate: 1_000_000, Burst: 65_536}
				if err := try.Attach(ownPrefix+"try", link.Attrs().Name, Now().After(trial)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
