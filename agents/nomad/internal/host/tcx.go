package host

import (
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// programQuery of bpf(2), as BPF_PROG_QUERY takes it.
type programQuery struct {
	ifindex, attachType, queryFlags, attachFlags uint32
	programs                                     uint64
	count                                        uint32
	_                                            uint32
	_                                            [3]uint64
}

// tcxPrograms is how many programs a link has in the way that kernels have since 6.6, before all filters; older ones
// have none.
func tcxPrograms(index int, egress bool) uint32 {
	query := programQuery{ifindex: uint32(index), attachType: uint32(ebpf.AttachTCXIngress)}
	if egress {
		query.attachType = uint32(ebpf.AttachTCXEgress)
	}
	_, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_QUERY, uintptr(unsafe.Pointer(&query)), unsafe.Sizeof(query))
	if errno != 0 {
		return 0
	}
	return query.count
}
