package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
)

// Started is a worker that waits for its go.
type Started struct {
	Process host.Process
	in      io.WriteCloser
	ready   chan error
	ended   chan error
	stderr  bytes.Buffer
}

// Start a worker from the calling thread, which must not end before it: the worker dies with it. It does nothing yet.
func Start(h host.Host, program string, spec Spec) (*Started, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	s := &Started{ready: make(chan error, 1), ended: make(chan error, 1)}
	cmd := exec.Command(program, "worker", string(text))
	cmd.Stderr = &s.stderr
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL, Setpgid: true}
	if s.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if s.Process, err = h.Pid(cmd.Process.Pid); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fail.Wrap(fail.Bug, err, "worker %s: %s", spec.Kind, strings.TrimSpace(s.stderr.String()))
	}
	go func() {
		line, readErr := bufio.NewReader(out).ReadString('\n')
		if strings.TrimSpace(line) == readyLine {
			s.ready <- nil
		}
		_, _ = io.Copy(io.Discard, out)
		err := cmd.Wait()
		if strings.TrimSpace(line) != readyLine {
			s.ready <- s.why(spec.Kind, err, readErr)
		}
		s.ended <- err
	}()
	return s, nil
}

func (s *Started) why(kind string, err, readErr error) error {
	words := strings.TrimSpace(s.stderr.String())
	if words == "" {
		words = fmt.Sprintf("it ended without a word (%v, %v)", err, readErr)
	}
	code := fail.Unsupported
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() > 0 {
		code = fail.Code(exit.ExitCode())
	}
	return fail.New(code, "worker %s: %s", kind, words)
}

// Go has it begin, and waits until its fault is in force.
func (s *Started) Go(within time.Duration) error {
	// One that has ended already can't be told: why it ended comes below.
	_, _ = io.WriteString(s.in, "go\n")
	select {
	case err := <-s.ready:
		return err
	case <-time.After(within):
		return fail.New(fail.Unsupported, "the worker was not ready within %s", within)
	}
}

// Ended tells once it has: nil where it ended by itself.
func (s *Started) Ended() <-chan error { return s.ended }
