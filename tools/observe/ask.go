package main

import (
	"context"
	"fmt"
	"sync"
)

// batch is how many tracks we put into a file: ffprobe takes its time to start.
const batch = 12_000

// ask asks which codec each of codes is in a track with the given handler.
func (p *prober) ask(ctx context.Context, handler string, codes []string) ([]stream, error) {
	all := make([]stream, len(codes))
	errs := make([]error, (len(codes)+batch-1)/batch)
	var wg sync.WaitGroup
	for i := range errs {
		from, to := i*batch, min(i*batch+batch, len(codes))
		wg.Go(func() { errs[i] = p.askSome(ctx, handler, codes[from:to], all[from:to]) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// askSome asks in one file.
func (p *prober) askSome(ctx context.Context, handler string, codes []string, into []stream) error {
	var tracks []byte
	for _, code := range codes {
		tracks = append(tracks, track(handler[:4], 0, entry(handler, code))...)
	}
	got, err := p.codecs(ctx, tracks)
	if err == nil && len(got) != len(codes) {
		err = fmt.Errorf("%d tracks for %d codes from %q", len(got), len(codes), codes[0])
	}
	copy(into, got)
	return err
}

// deepSound stands for the handler of sound whose entry says 24 bits.
const deepSound = "soun of 24 bits"

// entry is a sample entry as tracks with a handler have.
func entry(handler, code string) []byte {
	switch handler {
	case "vide":
		return visual(code)
	case "soun":
		return sound(code, 2, 0)
	case deepSound:
		return sound(code, 2, 24)
	}
	return either(code)
}
