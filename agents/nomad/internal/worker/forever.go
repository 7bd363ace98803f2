package worker

import "time"

// forever holds what the worker has until the kernel, or its parent, kills it.
func forever() {
	for {
		time.Sleep(time.Hour)
	}
}
