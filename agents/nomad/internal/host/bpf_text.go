package host

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// Fields of the kernel's struct __sk_buff.
const (
	skbLen      = 0
	skbMark     = 8
	skbProtocol = 16
	skbIfindex  = 40
)

// Where the program keeps things on its stack, below the frame pointer.
const (
	atKey    = -24 // trieKey
	atAddr   = atKey + 8
	atHeader = -40 // the first bytes of the network header
	atPorts  = -48 // source and destination
)

// What a filter answers: go on with the next filter, or drop.
const (
	actNext = -1
	actShot = 2
)

// duplicateMark is on a copy while it passes the filter, which takes it off again.
const duplicateMark = 0x51c0d0b1

// programMaps by descriptor; -1: none.
type programMaps struct{ counts, hosts, spare int }

// instructions of the program. R6 is the packet, R7 where its transport header begins within its network header, R8 its
// protocol.
func (p Program) instructions(clock asm.BuiltinFunc, deadline int64, maps programMaps) asm.Instructions {
	text := asm.Instructions{asm.Mov.Reg(asm.R6, asm.R1)}
	if p.Act == Duplicate {
		text = append(text,
			asm.LoadMem(asm.R1, asm.R6, skbMark, asm.Word),
			asm.LoadImm(asm.R2, duplicateMark, asm.DWord),
			asm.JNE.Reg(asm.R1, asm.R2, "first"),
			asm.Mov.Imm(asm.R1, 0),
			asm.StoreMem(asm.R6, skbMark, asm.R1, asm.Word),
			asm.Ja.Label("pass"),
			asm.Mov.Imm(asm.R1, 0).WithSymbol("first"),
		)
	}
	text = append(text,
		clock.Call(),
		asm.LoadImm(asm.R1, deadline, asm.DWord),
		asm.JGE.Reg(asm.R0, asm.R1, "pass"),
		asm.StoreImm(asm.RFP, atKey, familyBits+128, asm.Word),
		asm.Mov.Imm(asm.R1, 0),
		asm.StoreMem(asm.RFP, atAddr, asm.R1, asm.DWord),
		asm.StoreMem(asm.RFP, atAddr+8, asm.R1, asm.DWord),
		asm.LoadMem(asm.R1, asm.R6, skbProtocol, asm.Word),
		asm.JEq.Imm(asm.R1, int32(networkOrder(unix.ETH_P_IP)), "ip4"),
		asm.JEq.Imm(asm.R1, int32(networkOrder(unix.ETH_P_IPV6)), "ip6"),
		asm.Ja.Label("pass"),
	)
	text = append(text, p.readIP4()...)
	text = append(text, p.readIP6()...)
	text = append(text, p.match(maps)...)
	text = append(text, p.act(clock, maps)...)
	return append(text, asm.Mov.Imm(asm.R0, actNext).WithSymbol("pass"), asm.Return())
}

func networkOrder(value uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, value))
}

// loadNet copies bytes of the network header to the stack; where the packet is too short, it passes.
func loadNet(offset asm.Instruction, to, length int32) asm.Instructions {
	const fromNetworkHeader = 1
	return asm.Instructions{
		asm.Mov.Reg(asm.R1, asm.R6),
		offset,
		asm.Mov.Reg(asm.R3, asm.RFP), asm.Add.Imm(asm.R3, to),
		asm.Mov.Imm(asm.R4, length),
		asm.Mov.Imm(asm.R5, fromNetworkHeader),
		asm.FnSkbLoadBytesRelative.Call(),
		asm.JNE.Imm(asm.R0, 0, "pass"),
	}
}

func at(offset int32) asm.Instruction { return asm.Mov.Imm(asm.R2, offset) }

// otherEnd is where the other end's address is in a header.
func (p Program) otherEnd(source, destination int32) asm.Instruction {
	if p.Egress {
		return at(destination)
	}
	return at(source)
}

func (p Program) readIP4() asm.Instructions {
	text := asm.Instructions{asm.StoreImm(asm.RFP, atKey+4, unix.AF_INET, asm.Word).WithSymbol("ip4")}
	text = append(text, loadNet(p.otherEnd(12, 16), atAddr, 4)...)
	text = append(text, loadNet(at(0), atHeader, 12)...)
	text = append(text,
		asm.LoadMem(asm.R7, asm.RFP, atHeader, asm.Byte), asm.And.Imm(asm.R7, 0xf), asm.LSh.Imm(asm.R7, 2),
		asm.LoadMem(asm.R8, asm.RFP, atHeader+9, asm.Byte),
	)
	if len(p.Packets.Ports) > 0 {
		// Only the first fragment has ports.
		text = append(text,
			asm.LoadMem(asm.R1, asm.RFP, atHeader+6, asm.Half),
			asm.And.Imm(asm.R1, int32(networkOrder(0x1fff))), asm.JNE.Imm(asm.R1, 0, "pass"))
	}
	return append(text, asm.Ja.Label("match"))
}

func (p Program) readIP6() asm.Instructions {
	const headerLength = 40
	text := asm.Instructions{asm.StoreImm(asm.RFP, atKey+4, unix.AF_INET6, asm.Word).WithSymbol("ip6")}
	text = append(text, loadNet(p.otherEnd(8, 24), atAddr, 16)...)
	text = append(text, loadNet(at(0), atHeader, 8)...)
	text = append(text,
		asm.Mov.Imm(asm.R7, headerLength),
		asm.LoadMem(asm.R8, asm.RFP, atHeader+6, asm.Byte),
		asm.JNE.Imm(asm.R8, unix.IPPROTO_ICMPV6, "match"))
	text = append(text, loadNet(at(headerLength), atHeader, 1)...)
	return append(text,
		asm.LoadMem(asm.R1, asm.RFP, atHeader, asm.Byte),
		asm.JLT.Imm(asm.R1, firstNeighbourType, "match"),
		asm.JLE.Imm(asm.R1, lastNeighbourType, "pass"))
}

// match goes on where the packet is one of those meant, and else passes it.
func (p Program) match(maps programMaps) asm.Instructions {
	text := asm.Instructions{asm.Mov.Imm(asm.R0, 0).WithSymbol("match")}
	if maps.spare >= 0 {
		text = append(append(text, inTrie(maps.spare)...), asm.JNE.Imm(asm.R0, 0, "pass"))
	}
	if maps.hosts >= 0 {
		text = append(append(text, inTrie(maps.hosts)...), asm.JEq.Imm(asm.R0, 0, "pass"))
	}
	if protocols := p.Packets.protocols(); protocols != nil {
		for _, protocol := range protocols {
			text = append(text, asm.JEq.Imm(asm.R8, int32(protocol), "protocol"))
		}
		text = append(text, asm.Ja.Label("pass"), asm.Mov.Imm(asm.R0, 0).WithSymbol("protocol"))
	}
	if len(p.Packets.Ports) == 0 {
		return text
	}
	text = append(text, loadNet(asm.Mov.Reg(asm.R2, asm.R7), atPorts, 4)...)
	for n, offset := range []int16{atPorts, atPorts + 2} {
		text = append(text, asm.LoadMem(asm.R1, asm.RFP, offset, asm.Half), asm.HostTo(asm.BE, asm.R1, asm.Half))
		for each, ports := range p.Packets.Ports {
			next := fmt.Sprintf("port%d_%d", n, each)
			text = append(text,
				asm.JLT.Imm(asm.R1, int32(ports.First), next),
				asm.JLE.Imm(asm.R1, int32(ports.Last), "port"),
				asm.Mov.Imm(asm.R0, 0).WithSymbol(next))
		}
	}
	return append(text, asm.Ja.Label("pass"), asm.Mov.Imm(asm.R0, 0).WithSymbol("port"))
}

func inTrie(fd int) asm.Instructions {
	return asm.Instructions{
		asm.LoadMapPtr(asm.R1, fd),
		asm.Mov.Reg(asm.R2, asm.RFP), asm.Add.Imm(asm.R2, atKey),
		asm.FnMapLookupElem.Call(),
	}
}

// draw passes a packet unless chance has it hit. All packets need no chance.
func (p Program) draw() asm.Instructions {
	if p.Percent >= 100 || p.Act == Police {
		return nil
	}
	return asm.Instructions{
		asm.FnGetPrandomU32.Call(),
		asm.LoadImm(asm.R1, int64(p.Percent/100*(math.MaxUint32+1)), asm.DWord),
		asm.JGE.Reg(asm.R0, asm.R1, "pass"),
	}
}
