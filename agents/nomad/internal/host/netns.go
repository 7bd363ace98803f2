package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Net is a network namespace by its number, with the process by which it was found.
type Net struct {
	Namespace Namespace `json:"namespace"`
	Pid       int       `json:"pid"`
}

// ErrNetGone: no process and no mount has the namespace any more, so that all in it is gone too.
var ErrNetGone = errors.New("the network namespace is gone")

// NetOf a process.
func (h Host) NetOf(pid int) (Net, error) {
	namespace, err := h.NamespaceOf(pid, "net")
	return Net{Namespace: namespace, Pid: pid}, err
}

// InNet does something in a network namespace, wherever that can still be reached. ErrNetGone: nowhere.
func (h Host) InNet(n Net, do func() error) error {
	fd, err := h.openNet(n)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return onOwnThread(func() error {
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("setns to %s: %w", n.Namespace, err)
		}
		return do()
	})
}

// openNet by the process it was found by, by any other, or by where `ip netns`, CNI and docker mount them.
func (h Host) openNet(n Net) (int, error) {
	paths := []string{filepath.Join(h.Proc, strconv.Itoa(n.Pid), "ns/net")}
	pids, err := h.Pids()
	if err != nil {
		return 0, err
	}
	for _, pid := range pids {
		paths = append(paths, filepath.Join(h.Proc, strconv.Itoa(pid), "ns/net"))
	}
	for _, folder := range []string{"/run/netns", "/var/run/netns", "/run/docker/netns"} {
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			paths = append(paths, filepath.Join(folder, entry.Name()))
		}
	}
	var denied error
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
				denied = fmt.Errorf("%s: %w", path, err)
			}
			continue
		}
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) == nil && stat.Ino == n.Namespace.Inode && stat.Dev == n.Namespace.Dev {
			return fd, nil
		}
		unix.Close(fd)
	}
	if denied != nil {
		// It may be behind what could not be opened: not seen is not gone.
		return 0, fmt.Errorf("looking for %s: %w", n.Namespace, denied)
	}
	return 0, ErrNetGone
}

// InNewNet does something in a network namespace of its own, which ends with it.
func InNewNet(do func() error) error {
	return onOwnThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("a network namespace of its own: %w", err)
		}
		return do()
	})
}

// onOwnThread runs on a thread that ends afterwards, so that nothing else ever runs in the namespace it went to. The
// first thread can't end, and /proc/self is that of the first thread: it is kept out of the way.
func onOwnThread(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			err := onOwnThread(do)
			runtime.UnlockOSThread()
			done <- err
			return
		}
		done <- do()
	}()
	return <-done
}
