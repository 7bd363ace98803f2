package host

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"
)

// BPFAct is what a program does with the packets that it is about.
type BPFAct string

const (
	// Lose drops them.
	Lose BPFAct = "lose"
	// Duplicate sends each once more.
	Duplicate BPFAct = "duplicate"
	// Corrupt changes one byte of what they carry, and no checksum.
	Corrupt BPFAct = "corrupt"
	// Police drops those that come faster than a rate.
	Police BPFAct = "police"
)

// Program is one of our own on one direction of a link. From the deadline on it does nothing, with nobody alive to say
// so: the deadline is a constant in it, compared with the kernel's clock.
type Program struct {
	Packets Packets
	Egress  bool
	Act     BPFAct
	// Percent of them, each by its own chance. All of them are policed.
	Percent float64
	// Rate in bits a second, and how many bytes may come at once.
	Rate  uint64
	Burst uint32
	// linkHeader is the length of the link's own header.
	linkHeader int32
}

const countsMap = "sirocco_counts"

// key of the tries: the family comes first, so that no prefix of one holds an address of the other.
type trieKey struct {
	Bits   uint32
	Family uint32
	Addr   [16]byte
}

const familyBits = 32

// trie of prefixes; nil: there are none.
func trie(name string, prefixes []netip.Prefix) (*ebpf.Map, error) {
	if len(prefixes) == 0 {
		return nil, nil
	}
	made, err := ebpf.NewMap(&ebpf.MapSpec{
		Name: name, Type: ebpf.LPMTrie, KeySize: uint32(binary.Size(trieKey{})), ValueSize: 1,
		MaxEntries: uint32(len(prefixes)), Flags: unix.BPF_F_NO_PREALLOC,
	})
	if err != nil {
		return nil, fmt.Errorf("a BPF map: %w", err)
	}
	for _, prefix := range prefixes {
		key := trieKey{Bits: familyBits + uint32(prefix.Bits()), Family: unix.AF_INET6}
		if prefix.Addr().Is4() {
			key.Family = unix.AF_INET
		}
		copy(key.Addr[:], prefix.Masked().Addr().AsSlice())
		if err := made.Put(key, uint8(1)); err != nil {
			return nil, errors.Join(fmt.Errorf("a BPF map: %w", err), made.Close())
		}
	}
	return made, nil
}

// load into the kernel; the program goes when nothing refers to it any more.
func (p Program) load(deadline Instant) (*ebpf.Program, error) {
	// Only kernels before 5.11 count the memory so; where the limit can't be raised, the map says so.
	_ = rlimit.RemoveMemlock()
	counts, err := ebpf.NewMap(&ebpf.MapSpec{Name: countsMap, Type: ebpf.Array, KeySize: 4, ValueSize: 24, MaxEntries: 1})
	if err != nil {
		return nil, fmt.Errorf("a BPF map: %w", err)
	}
	defer counts.Close()
	hosts, err := trie("sirocco_hosts", p.Packets.Hosts)
	if err != nil {
		return nil, err
	}
	defer hosts.Close()
	spare, err := trie("sirocco_spare", p.Packets.Spare)
	if err != nil {
		return nil, err
	}
	defer spare.Close()
	maps := programMaps{counts: counts.FD(), hosts: -1, spare: -1}
	if hosts != nil {
		maps.hosts = hosts.FD()
	}
	if spare != nil {
		maps.spare = spare.FD()
	}
	var loaded *ebpf.Program
	for _, clock := range clocks {
		loaded, err = ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: "sirocco", Type: ebpf.SchedCLS, License: "Dual BSD/GPL",
			Instructions: p.instructions(clock.helper, clock.at(deadline), maps),
		})
		if err == nil {
			return loaded, nil
		}
	}
	return nil, fmt.Errorf("loading a BPF program: %w", err)
}

// clock that a program can ask: the boot-time one where the kernel has it (5.8), else the monotonic one.
type clock struct {
	helper asm.BuiltinFunc
	at     func(Instant) int64
}

var clocks = []clock{
	{asm.FnKtimeGetBootNs, func(at Instant) int64 { return int64(at) }},
	{asm.FnKtimeGetNs, func(at Instant) int64 {
		var now unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
		return now.Nano() + int64(at.Left())
	}},
}

// ProgramCounts of a program: packets that it was about, and those of them that were hit.
type ProgramCounts struct{ Matched, Hit uint64 }

// countsOf a loaded program by its number.
func countsOf(id int) (ProgramCounts, error) {
	var counts ProgramCounts
	program, err := ebpf.NewProgramFromID(ebpf.ProgramID(id))
	if err != nil {
		return counts, fmt.Errorf("BPF program %d: %w", id, err)
	}
	defer program.Close()
	info, err := program.Info()
	if err != nil {
		return counts, fmt.Errorf("BPF program %d: %w", id, err)
	}
	ids, _ := info.MapIDs()
	for _, id := range ids {
		found, err := ebpf.NewMapFromID(id)
		if err != nil {
			continue
		}
		about, err := found.Info()
		if err == nil && about.Name == countsMap {
			var values [3]uint64
			err = found.Lookup(uint32(0), &values)
			counts.Matched, counts.Hit = values[0], values[1]
			return counts, errors.Join(err, found.Close())
		}
		_ = found.Close()
	}
	return counts, fmt.Errorf("BPF program %d has no counters", id)
}
