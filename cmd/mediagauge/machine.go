package main

import (
	"context"
	"os"
	"time"

	"golang.org/x/term"
)

// machine is what the commands take from the computer they run on. Tests bring their own.
type machine struct {
	getenv     func(string) string
	home       func() (string, error)
	isTerminal func(stream any) bool
	width      func(stream any) int // columns of a terminal
	now        func() time.Time
	pause      func(context.Context, time.Duration) error // ends early, with an error, when ctx does
	retryPause time.Duration                              // before a call is made once more; 0 is the client's default
	redraw     time.Duration                              // between two pictures of a progress line; 0 draws each step
}

// thisMachine is the real one.
func thisMachine() *machine {
	return &machine{
		getenv:     os.Getenv,
		home:       os.UserHomeDir,
		isTerminal: isTerminal,
		width:      terminalWidth,
		now:        time.Now,
		pause:      pause,
		redraw:     200 * time.Millisecond,
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func terminalWidth(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
