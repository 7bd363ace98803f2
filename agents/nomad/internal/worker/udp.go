package worker

import (
	"encoding/binary"
)

const udpHeader, udpProtocol = 8, 17

// datagram of UDP in a packet that begins with its network header.
type datagram struct {
	packet []byte
	// transport is where the UDP header begins.
	transport int
}

// udpOf a packet; false: it is none, or not whole.
func udpOf(packet []byte) (datagram, bool) {
	d := datagram{packet: packet}
	if len(packet) < 1 {
		return d, false
	}
	switch packet[0] >> 4 {
	case 4:
		d.transport = int(packet[0]&0xf) * 4
		const header, fragmented = 20, 0x3fff
		if d.transport < header || len(packet) < d.transport || packet[9] != udpProtocol ||
			binary.BigEndian.Uint16(packet[6:])&fragmented != 0 {
			return d, false
		}
	case 6:
		d.transport = 40
		if len(packet) < d.transport || packet[6] != udpProtocol {
			return d, false
		}
	default:
		return d, false
	}
	return d, len(packet) >= d.transport+udpHeader
}

func (d datagram) payload() []byte { return d.packet[d.transport+udpHeader:] }

// with another payload: lengths and checksums follow it.
func (d datagram) with(payload []byte) []byte {
	made := make([]byte, d.transport+udpHeader, d.transport+udpHeader+len(payload))
	copy(made, d.packet)
	made = append(made, payload...)
	udp := made[d.transport:]
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	binary.BigEndian.PutUint16(udp[6:], 0)
	var pseudo uint32
	if made[0]>>4 == 4 {
		binary.BigEndian.PutUint16(made[2:], uint16(len(made)))
		binary.BigEndian.PutUint16(made[10:], 0)
		binary.BigEndian.PutUint16(made[10:], ^fold(sum(made[:d.transport])))
		pseudo = sum(made[12:20])
	} else {
		binary.BigEndian.PutUint16(made[4:], uint16(len(udp)))
		pseudo = sum(made[8:40])
	}
	checksum := ^fold(pseudo + udpProtocol + uint32(len(udp)) + sum(udp))
	if checksum == 0 {
		// 0 would say that there is none.
		checksum = 0xffff
	}
	binary.BigEndian.PutUint16(udp[6:], checksum)
	return made
}

// sum of 16-bit words, as the internet checksum has it (RFC 1071).
func sum(bytes []byte) uint32 {
	total := uint32(0)
	for ; len(bytes) >= 2; bytes = bytes[2:] {
		total += uint32(binary.BigEndian.Uint16(bytes))
	}
	if len(bytes) == 1 {
		total += uint32(bytes[0]) << 8
	}
	return total
}

func fold(total uint32) uint16 {
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
