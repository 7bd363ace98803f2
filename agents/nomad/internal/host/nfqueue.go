package host

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Numbers of the kernel's nfnetlink_queue.h.
const (
	queueSubsystem = 3 << 8
	queuePacket    = queueSubsystem | 0
	queueVerdict   = queueSubsystem | 1
	queueConfig    = queueSubsystem | 2

	configCommand   = 1
	configParams    = 2
	configMaxLength = 3
	configMask      = 4
	configFlags     = 5
	commandBind     = 1

	attrPacketHeader  = 1
	attrVerdictHeader = 2
	attrPayload       = 10

	copyMeta, copyPacket = 1, 2
	flagFailOpen         = 1
	flagGSO              = 4

	verdictAccept = 1
)

// Queue of packets that wait for a verdict of this process. Those that wait when it ends are lost; all others pass.
type Queue struct {
	fd     int
	number uint16
	buffer []byte
}

// Queued is a packet that waits.
type Queued struct {
	ID uint32
	// Payload from its network header on; only where it was asked for.
	Payload []byte
}

// OpenQueue in the calling thread's network namespace; it stays there, whatever thread reads it.
func OpenQueue(number uint16, payload bool) (*Queue, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	q := &Queue{fd: fd, number: number, buffer: make([]byte, 256<<10)}
	if err := q.configure(payload); err != nil {
		return nil, errors.Join(fmt.Errorf("queue %d: %w", number, err), unix.Close(fd))
	}
	return q, nil
}

func (q *Queue) configure(payload bool) error {
	if err := unix.Bind(q.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	const room, most = 8 << 20, 200_000
	_ = unix.SetsockoptInt(q.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room)
	// A burst must not end the queue: what does not fit is let pass.
	if err := unix.SetsockoptInt(q.fd, unix.SOL_NETLINK, unix.NETLINK_NO_ENOBUFS, 1); err != nil {
		return err
	}
	mode := byte(copyMeta)
	length := uint32(0)
	if payload {
		mode, length = copyPacket, 0xffff
	}
	flags := binary.BigEndian.AppendUint32(nil, flagFailOpen|flagGSO)
	if err := q.ask(attr(configCommand, []byte{commandBind, 0, 0, 0})); err != nil {
		return fmt.Errorf("another process may have it: %w", err)
	}
	text := attr(configParams, append(binary.BigEndian.AppendUint32(nil, length), mode))
	text = append(text, attr(configMaxLength, binary.BigEndian.AppendUint32(nil, most))...)
	text = append(text, attr(configMask, flags)...)
	return q.ask(append(text, attr(configFlags, flags)...))
}

// ask for a configuration, and wait for the kernel's yes.
func (q *Queue) ask(attrs []byte) error {
	if err := q.send(queueConfig, unix.NLM_F_REQUEST|unix.NLM_F_ACK, attrs); err != nil {
		return err
	}
	const within = time.Second
	if ready, err := q.Wait(within); err != nil || !ready {
		return errors.Join(err, errors.New("the kernel does not answer"))
	}
	n, _, err := unix.Recvfrom(q.fd, q.buffer, 0)
	if err != nil {
		return err
	}
	const header = 16
	if n < header+4 || binary.NativeEndian.Uint16(q.buffer[4:]) != unix.NLMSG_ERROR {
		return errors.New("the kernel's answer can not be read")
	}
	if code := int32(binary.NativeEndian.Uint32(q.buffer[header:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}

func (q *Queue) send(kind uint16, flags uint16, attrs []byte) error {
	const headers = 20
	text := make([]byte, headers, headers+len(attrs))
	binary.NativeEndian.PutUint32(text, uint32(headers+len(attrs)))
	binary.NativeEndian.PutUint16(text[4:], kind)
	binary.NativeEndian.PutUint16(text[6:], flags)
	text[16] = unix.AF_UNSPEC
	binary.BigEndian.PutUint16(text[18:], q.number)
	return unix.Sendto(q.fd, append(text, attrs...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

func attr(kind uint16, value []byte) []byte {
	const header = 4
	length := header + len(value)
	text := make([]byte, (length+3)/4*4)
	binary.NativeEndian.PutUint16(text, uint16(length))
	binary.NativeEndian.PutUint16(text[2:], kind)
	copy(text[header:], value)
	return text
}

// Wait until a packet comes; false: none came in time.
func (q *Queue) Wait(most time.Duration) (bool, error) {
	wait := unix.NsecToTimespec(max(most.Nanoseconds(), 0))
	n, err := unix.Ppoll([]unix.PollFd{{Fd: int32(q.fd), Events: unix.POLLIN}}, &wait, nil)
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, err
}

// Read those that have come; none: it would have to wait. Their payloads are good until the next read.
func (q *Queue) Read() ([]Queued, error) {
	n, _, err := unix.Recvfrom(q.fd, q.buffer, 0)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENOBUFS) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Queued
	for rest := q.buffer[:n]; len(rest) >= 20; {
		length := int(binary.NativeEndian.Uint32(rest))
		if length < 20 || length > len(rest) {
			break
		}
		if binary.NativeEndian.Uint16(rest[4:]) == queuePacket {
			all = append(all, queuedOf(rest[20:length]))
		}
		rest = rest[min((length+3)/4*4, len(rest)):]
	}
	return all, nil
}

func queuedOf(attrs []byte) Queued {
	var found Queued
	for len(attrs) >= 4 {
		length := int(binary.NativeEndian.Uint16(attrs))
		if length < 4 || length > len(attrs) {
			break
		}
		value := attrs[4:length]
		switch binary.NativeEndian.Uint16(attrs[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER) {
		case attrPacketHeader:
			if len(value) >= 4 {
				found.ID = binary.BigEndian.Uint32(value)
			}
		case attrPayload:
			found.Payload = value
		}
		attrs = attrs[min((length+3)/4*4, len(attrs)):]
	}
	return found
}

// Pass lets a packet go on.
func (q *Queue) Pass(id uint32) error { return q.Replace(id, nil) }

// Replace a packet, from its network header on, and let that go on; nil: as it was. Its checksums are the caller's.
func (q *Queue) Replace(id uint32, packet []byte) error {
	value := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, verdictAccept), id)
	attrs := attr(attrVerdictHeader, value)
	if packet != nil {
		attrs = append(attrs, attr(attrPayload, packet)...)
	}
	return q.send(queueVerdict, unix.NLM_F_REQUEST, attrs)
}

// Close gives the queue up: what waits is lost.
func (q *Queue) Close() error { return unix.Close(q.fd) }
