package worker

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// Numbers of RFC 1035.
const (
	dnsHeader   = 12
	dnsResponse = 0x8000
	// dnsKept of the flags: what it is, and what was asked for; not whether it is whole, or proven, or an error.
	dnsKept   = 0xf910
	mostLabel = 63

	typeA, typeAAAA, classIN = 1, 28, 1
)

// response of a resolver to one question.
type response struct {
	header [dnsHeader]byte
	// question as it stands in the message, and the name in it, without its last point.
	question []byte
	name     string
	kind     uint16
}

// responseOf a payload; false: it is none, or not one that can be read.
func responseOf(text []byte) (response, bool) {
	var r response
	if len(text) < dnsHeader {
		return r, false
	}
	copy(r.header[:], text)
	if binary.BigEndian.Uint16(text[2:])&dnsResponse == 0 || binary.BigEndian.Uint16(text[4:]) != 1 {
		return r, false
	}
	var labels []string
	for at := dnsHeader; at < len(text); {
		length := int(text[at])
		at++
		if length == 0 {
			const kindAndClass = 4
			if at+kindAndClass > len(text) {
				return r, false
			}
			r.question, r.kind = text[dnsHeader:at+kindAndClass], binary.BigEndian.Uint16(text[at:])
			r.name = strings.Join(labels, ".")
			return r, true
		}
		// A first name has nothing to point back to.
		if length > mostLabel || at+length > len(text) {
			return r, false
		}
		labels = append(labels, string(text[at:at+length]))
		at += length
	}
	return r, false
}

// with an error and other answers in place of its own: those of the kind that was asked for.
func (r response) with(rcode byte, addrs []netip.Addr) []byte {
	made := make([]byte, dnsHeader, dnsHeader+len(r.question)+len(addrs)*28)
	copy(made, r.header[:2])
	binary.BigEndian.PutUint16(made[2:], binary.BigEndian.Uint16(r.header[2:])&dnsKept|0x80|uint16(rcode))
	binary.BigEndian.PutUint16(made[4:], 1)
	made = append(made, r.question...)
	count := uint16(0)
	for _, addr := range addrs {
		if addr.Is4() && r.kind != typeA || addr.Is6() && r.kind != typeAAAA {
			continue
		}
		count++
		const toQuestion = 0xc000 | dnsHeader
		made = binary.BigEndian.AppendUint16(made, toQuestion)
		made = binary.BigEndian.AppendUint16(made, r.kind)
		made = binary.BigEndian.AppendUint16(made, classIN)
		// It may not be kept: it is wrong after the deadline.
		made = binary.BigEndian.AppendUint32(made, 0)
		made = binary.BigEndian.AppendUint16(made, uint16(addr.BitLen()/8))
		made = append(made, addr.AsSlice()...)
	}
	binary.BigEndian.PutUint16(made[6:], count)
	return made
}
