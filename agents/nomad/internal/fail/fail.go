// Package fail has the errors that end the agent, each with the exit code that the controller reads.
package fail

import (
	"errors"
	"fmt"
)

// Code is an exit code of the agent.
type Code int

const (
	// BadPayload: the payload or the command line can't be taken; nothing was changed.
	BadPayload Code = 64
	// Unsupported: this node can't do the fault, or its target isn't here; nothing was changed.
	Unsupported Code = 69
	// Bug: something that should not happen; what was changed is in the journal.
	Bug Code = 70
	// Stuck: not all could be put back; the journal stays open.
	Stuck Code = 73
	// TooLate: the payload's not_after is over; nothing was changed.
	TooLate Code = 75
	// NoRights: a right is missing that the fault or the journal takes.
	NoRights Code = 77
	// Conflict: another run holds what this one would change; nothing was changed.
	Conflict Code = 78
)

// Error is what ends a task of the agent.
type Error struct {
	Code Code
	// Words for people: what, where, what is allowed.
	Words string
	// Run that holds what a conflict is about.
	Run string
	Err error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Words
	}
	return fmt.Sprintf("%s: %v", e.Words, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// New makes an error from a format.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Words: fmt.Sprintf(format, args...)}
}

// Wrap adds words to an error and gives it a code, unless it has one.
func Wrap(code Code, err error, format string, args ...any) *Error {
	var known *Error
	if errors.As(err, &known) {
		code = known.Code
	}
	return &Error{Code: code, Words: fmt.Sprintf(format, args...), Err: err}
}

// CodeOf is the exit code of an error: 0 of none, Bug where none was given.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	var known *Error
	if errors.As(err, &known) {
		return known.Code
	}
	return Bug
}
