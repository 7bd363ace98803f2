package phase

import (
	"errors"
	"io/fs"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/event"
	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/fault"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/journal"
)

// guard starts the guardian of a fault that only the journal ends. It is there before the first change.
func (s Scene) guard(found ready, j *journal.Journal) error {
	if found.mechanism.Certainty != fault.Journal {
		return nil
	}
	cmd := exec.Command(s.Program, "guardian", j.First().Intent)
	cmd.Env = []string{"SIROCCO_AGENT_STATE=" + s.Host.State}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = "/"
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fail.Wrap(fail.Bug, err, "the guardian")
	}
	if err := cmd.Start(); err != nil {
		return fail.Wrap(fail.Unsupported, err, "the guardian")
	}
	// Its first byte says that it stands where nobody kills it by killing this task.
	if n, err := out.Read(make([]byte, 1)); n == 0 {
		_ = cmd.Process.Kill()
		return errors.Join(fail.Wrap(fail.Unsupported, err, "the guardian did not come up"), cmd.Wait())
	}
	go func() { _ = cmd.Wait() }()
	return nil
}

// watchEvery a guardian looks whether its journal has ended or is overdue.
const watchEvery = 100 * time.Millisecond

// Guardian waits for the end of a fault and puts it back where nobody did: at the deadline, or when who held it died. It
// needs neither Nomad nor a controller.
func (s Scene) Guardian(intent string, up func()) error {
	j, err := journal.Find(s.Host, intent)
	if errors.Is(err, fs.ErrNotExist) {
		return fail.New(fail.Bug, "there is no journal of %s", intent)
	}
	if err != nil {
		return fail.Wrap(fail.Stuck, err, "the journal")
	}
	defer j.Close()
	leave, err := s.Host.LeaveTask()
	if err != nil {
		return fail.Wrap(fail.NoRights, err, "a cgroup for the guardian")
	}
	defer leave()
	boot, err := s.Host.BootID()
	if err != nil {
		return fail.Wrap(fail.Unsupported, err, "the id of this boot")
	}
	// Who started it may be gone: what is told then is lost, and must not end it.
	signal.Ignore(unix.SIGPIPE, unix.SIGHUP)
	up()
	for {
		if err := j.Reload(); err != nil {
			return fail.Wrap(fail.Stuck, err, "the journal")
		}
		if _, ended := j.Ended(); ended {
			return nil
		}
		if why := j.Overdue(s.Host, boot); why != "" {
			s.about(j).Tell(event.Terminated, why, nil)
			return s.putBackUntil(j, why, host.Now().After(time.Minute))
		}
		time.Sleep(watchEvery)
	}
}

// putBackUntil tries again what could not be put back: who else would.
func (s Scene) putBackUntil(j *journal.Journal, why string, end host.Instant) error {
	for {
		err := s.putBack(j, why)
		if err == nil || end.Left() <= 0 {
			return err
		}
		j.Unlock()
		time.Sleep(time.Second)
	}
}
