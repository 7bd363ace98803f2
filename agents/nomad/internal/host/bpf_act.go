package host

import (
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"
)

// What is kept where in the map of counts.
const matched, hit, horizon = 0, 8, 16

// act counts the packet, draws, and does what the fault is to do.
func (p Program) act(clock asm.BuiltinFunc, maps programMaps) asm.Instructions {
	text := append(count(maps.counts, matched), p.draw()...)
	switch p.Act {
	case Lose, Police:
		if p.Act == Police {
			text = append(text, p.police(clock, maps.counts)...)
		}
		text = append(text, count(maps.counts, hit)...)
		return append(text, asm.Mov.Imm(asm.R0, actShot), asm.Return())
	case Duplicate:
		text = append(text, p.duplicate()...)
	case Corrupt:
		text = append(text, p.corrupt()...)
	}
	text = append(text, asm.JNE.Imm(asm.R0, 0, "pass"))
	return append(text, count(maps.counts, hit)...)
}

func count(fd int, offset uint32) asm.Instructions {
	return asm.Instructions{
		asm.LoadMapValue(asm.R1, fd, offset),
		asm.Mov.Imm(asm.R2, 1),
		asm.AddAtomic.Mem(asm.R1, asm.R2, asm.DWord, 0),
	}
}

// police passes a packet unless it comes too soon. The horizon is when all that passed will have gone by at the rate; a
// packet may be ahead of it by what may come at once. Processors that ask at the same time may each let one pass.
func (p Program) police(clock asm.BuiltinFunc, counts int) asm.Instructions {
	const bitNanoseconds = 8_000_000_000
	return asm.Instructions{
		clock.Call(),
		asm.Mov.Reg(asm.R8, asm.R0),
		asm.LoadMem(asm.R9, asm.R6, skbLen, asm.Word),
		asm.LoadImm(asm.R1, bitNanoseconds, asm.DWord), asm.Mul.Reg(asm.R9, asm.R1),
		asm.LoadImm(asm.R1, int64(p.Rate), asm.DWord), asm.Div.Reg(asm.R9, asm.R1),
		asm.LoadMapValue(asm.R1, counts, horizon),
		asm.LoadMem(asm.R2, asm.R1, 0, asm.DWord),
		asm.JGE.Reg(asm.R2, asm.R8, "ahead"),
		asm.Mov.Reg(asm.R2, asm.R8),
		asm.StoreMem(asm.R1, 0, asm.R8, asm.DWord),
		asm.LoadImm(asm.R4, int64(uint64(p.Burst)*bitNanoseconds/p.Rate), asm.DWord).WithSymbol("ahead"),
		asm.Add.Reg(asm.R4, asm.R8),
		asm.JGT.Reg(asm.R2, asm.R4, "late"),
		asm.AddAtomic.Mem(asm.R1, asm.R9, asm.DWord, 0),
		asm.Ja.Label("pass"),
		asm.Mov.Imm(asm.R0, 0).WithSymbol("late"),
	}
}

// duplicate sends a copy by the same link, in the same direction. The copy comes by this filter once more: its mark
// tells it apart. The answer is in R0.
func (p Program) duplicate() asm.Instructions {
	const flagIngress = 1
	flags := int32(flagIngress)
	if p.Egress {
		flags = 0
	}
	return asm.Instructions{
		asm.LoadMem(asm.R9, asm.R6, skbMark, asm.Word),
		asm.LoadImm(asm.R1, duplicateMark, asm.DWord),
		asm.StoreMem(asm.R6, skbMark, asm.R1, asm.Word),
		asm.Mov.Reg(asm.R1, asm.R6),
		asm.LoadMem(asm.R2, asm.R6, skbIfindex, asm.Word),
		asm.Mov.Imm(asm.R3, flags),
		asm.FnCloneRedirect.Call(),
		asm.StoreMem(asm.R6, skbMark, asm.R9, asm.Word),
	}
}

// corrupt inverts one byte behind the transport header, wherever chance has it. A packet that carries nothing passes.
// The answer is in R0.
func (p Program) corrupt() asm.Instructions {
	const tcpDataOffset = 12
	text := asm.Instructions{
		asm.Mov.Imm(asm.R9, 8),
		asm.JNE.Imm(asm.R8, unix.IPPROTO_TCP, "behind"),
		asm.Mov.Reg(asm.R9, asm.R7), asm.Add.Imm(asm.R9, tcpDataOffset),
	}
	text = append(text, loadNet(asm.Mov.Reg(asm.R2, asm.R9), atHeader, 1)...)
	text = append(text,
		asm.LoadMem(asm.R9, asm.RFP, atHeader, asm.Byte), asm.RSh.Imm(asm.R9, 4), asm.LSh.Imm(asm.R9, 2),
		asm.Add.Reg(asm.R9, asm.R7).WithSymbol("behind"),
		asm.Add.Imm(asm.R9, p.linkHeader),
		// R8 is what it carries, from R9 on.
		asm.LoadMem(asm.R8, asm.R6, skbLen, asm.Word),
		asm.JLE.Reg(asm.R8, asm.R9, "pass"),
		asm.Sub.Reg(asm.R8, asm.R9),
		asm.FnGetPrandomU32.Call(),
		asm.Mod.Reg(asm.R0, asm.R8),
		asm.Add.Reg(asm.R9, asm.R0),
		asm.Mov.Reg(asm.R1, asm.R6), asm.Mov.Reg(asm.R2, asm.R9),
		asm.Mov.Reg(asm.R3, asm.RFP), asm.Add.Imm(asm.R3, atHeader),
		asm.Mov.Imm(asm.R4, 1),
		asm.FnSkbLoadBytes.Call(),
		asm.JNE.Imm(asm.R0, 0, "pass"),
		asm.LoadMem(asm.R1, asm.RFP, atHeader, asm.Byte), asm.Xor.Imm(asm.R1, 0xff),
		asm.StoreMem(asm.RFP, atHeader, asm.R1, asm.Byte),
		asm.Mov.Reg(asm.R1, asm.R6), asm.Mov.Reg(asm.R2, asm.R9),
		asm.Mov.Reg(asm.R3, asm.RFP), asm.Add.Imm(asm.R3, atHeader),
		asm.Mov.Imm(asm.R4, 1),
		asm.Mov.Imm(asm.R5, 0),
		asm.FnSkbStoreBytes.Call(),
	)
	return text
}
