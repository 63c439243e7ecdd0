package main

import (
	"context"
	"errors"
	"fmt"
)

// Exit codes of the commands that talk to a server, beside 2 for wrong usage.
const (
	exitFailed      = 1   // something that was asked for failed
	exitTimeout     = 3   // --timeout passed first
	exitInterrupted = 130 // 128 + SIGINT, as shells count
)

// exitError is an error that chooses the exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// ExitCode returns the code to exit with.
func (e *exitError) ExitCode() int { return e.code }

func exitErrorf(code int, format string, args ...any) error {
	return &exitError{code: code, err: fmt.Errorf(format, args...)}
}

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// interrupted gives err the exit code of an interrupt when it is one.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return exitErrorf(exitInterrupted, "interrupted")
	}
	return err
}
