package fault

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/host"
	"sirocco/agents/nomad/internal/worker"
)

// The test binary is also the program of the workers that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		err := worker.Main(host.Default(), os.Args[2], os.Stdin, os.Stdout)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(int(fail.CodeOf(err)))
	}
	flag.Parse()
	// They wait more than they work.
	_ = flag.Set("test.parallel", "6")
	os.Exit(m.Run())
}
