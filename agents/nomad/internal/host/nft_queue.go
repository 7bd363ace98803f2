package host

import (
	"encoding/binary"
	"errors"

	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
)

// ToQueue gives coming packets to a process that reads a queue, and lets them pass where none does. Never leaving ones:
// while they wait, they count as their sender's unsent, and TCP would all but stop. The kernel's own expression where it
// has it, else the one of xtables.
func ToQueue(h Host, number uint16) (NFTAct, error) {
	act := filtering(&expr.Counter{}, &expr.Queue{Num: number, Total: 1, Flag: expr.QueueFlagBypass})
	act.egress = nil
	plain := TryTable(act)(h)
	if plain == nil {
		return act, nil
	}
	const bypass = 1
	info := make(xt.Unknown, 8)
	binary.NativeEndian.PutUint16(info, number)
	binary.NativeEndian.PutUint16(info[2:], 1)
	binary.NativeEndian.PutUint16(info[4:], bypass)
	act.exprs = []expr.Any{&expr.Counter{}, &expr.Target{Name: "NFQUEUE", Rev: 3, Info: &info}}
	act.families = oneEach
	if err := TryTable(act)(h); err != nil {
		return act, errors.Join(plain, err)
	}
	return act, nil
}

// TryQueue opens a queue in a network namespace of its own; the answer says why it can't be opened.
func TryQueue(h Host) error {
	if _, err := ToQueue(h, 1); err != nil {
		return err
	}
	return InNewNet(func() error {
		q, err := OpenQueue(1, false)
		if err != nil {
			return err
		}
		return q.Close()
	})
}
