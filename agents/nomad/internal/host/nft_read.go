package host

import (
	"fmt"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// DelTable deletes a table of the calling thread's network namespace, in every family that has it; false: none has.
func DelTable(name string) (bool, error) {
	conn, err := nftables.New()
	if err != nil {
		return false, fmt.Errorf("nftables: %w", err)
	}
	found, err := tables(conn, name)
	if err != nil || len(found) == 0 {
		return false, err
	}
	for _, table := range found {
		conn.DelTable(table)
	}
	if err := conn.Flush(); err != nil {
		return true, fmt.Errorf("deleting nftables table %s: %w", name, err)
	}
	return true, nil
}

// HasTable tells whether any family has a table of that name.
func HasTable(name string) (bool, error) {
	conn, err := nftables.New()
	if err != nil {
		return false, fmt.Errorf("nftables: %w", err)
	}
	found, err := tables(conn, name)
	return len(found) > 0, err
}

func tables(conn *nftables.Conn, name string) ([]*nftables.Table, error) {
	all, err := conn.ListTables()
	if err != nil {
		return nil, fmt.Errorf("listing the nftables tables: %w", err)
	}
	var found []*nftables.Table
	for _, table := range all {
		if table.Name == name {
			found = append(found, table)
		}
	}
	return found, nil
}

// TableCounts of a table of ours.
type TableCounts struct {
	// Matched packets, and those of them that the act took.
	Matched, Hit uint64
	// Left until the gate closes; 0: it is closed.
	Left time.Duration
}

// CountTable reads the counters of a table of ours.
func CountTable(name string) (TableCounts, error) {
	var counts TableCounts
	conn, err := nftables.New()
	if err != nil {
		return counts, fmt.Errorf("nftables: %w", err)
	}
	found, err := tables(conn, name)
	if err != nil {
		return counts, err
	}
	if len(found) == 0 {
		return counts, fmt.Errorf("there is no nftables table %s", name)
	}
	for _, table := range found {
		rules, err := conn.GetRules(table, &nftables.Chain{Name: hitChain, Table: table})
		if err != nil {
			return counts, fmt.Errorf("reading nftables table %s: %w", name, err)
		}
		for _, rule := range rules {
			first := true
			last := uint64(0)
			for _, each := range rule.Exprs {
				if counter, ok := each.(*expr.Counter); ok {
					if first {
						counts.Matched += counter.Packets
					}
					first, last = false, counter.Packets
				}
			}
			counts.Hit += last
		}
		elements, err := conn.GetSetElements(&nftables.Set{Name: gateSet, Table: table})
		if err != nil {
			return counts, fmt.Errorf("reading nftables table %s: %w", name, err)
		}
		for _, element := range elements {
			counts.Left = max(counts.Left, element.Expires)
		}
	}
	return counts, nil
}
