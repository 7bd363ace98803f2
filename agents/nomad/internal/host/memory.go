package host

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// MemoryTotal of the node in bytes.
func (h Host) MemoryTotal() (uint64, error) {
	for _, line := range strings.Split(readText(filepath.Join(h.Proc, "meminfo")), "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			kib, err := strconv.ParseUint(fields[1], 10, 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("%s/meminfo has no MemTotal", h.Proc)
}
