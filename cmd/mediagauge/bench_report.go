package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// result is what a load came to. Times are milliseconds.
type result struct {
	Seconds float64 // that were counted
	Asked   float64 `json:",omitempty"` // calls per second; 0 for a closed loop
	Reached float64 // calls per second
	Failed  int64

	Calls  map[string]measured
	Errors map[string]int64 `json:",omitempty"`

	Jobs map[string]int64 `json:",omitempty"` // followed, by how they ended
	Done *measured        `json:",omitempty"` // submission to end

	LateP99 float64 `json:",omitempty"` // how far behind their time calls were made: the generator's own share
}

// measured is a distribution.
type measured struct {
	Count                          int64
	Failed                         int64 `json:",omitempty"`
	PerSecond                      float64
	Mean, P50, P90, P99, P999, Max float64
}

func measure(h *histogram, seconds float64, failed int64) measured {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return measured{
		Count: h.total(), Failed: failed, PerSecond: float64(h.total()) / seconds, Mean: ms(h.mean()),
		P50: ms(h.quantile(0.5)), P90: ms(h.quantile(0.9)), P99: ms(h.quantile(0.99)), P999: ms(h.quantile(0.999)), Max: ms(h.largest()),
	}
}

func (g *generator) result() result {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := result{Seconds: g.took.Seconds(), Asked: g.rate, Calls: map[string]measured{}, Errors: g.errors}
	for name, k := range g.kinds {
		m := measure(&k.times, r.Seconds, k.failed.Load())
		r.Calls[name] = m
		r.Reached += m.PerSecond
		r.Failed += m.Failed
	}
	if g.rate > 0 {
		r.LateP99 = float64(g.late.quantile(0.99).Microseconds()) / 1000
	}
	if g.wait {
		m := measure(&g.ended, r.Seconds, 0)
		r.Jobs, r.Done = g.states, &m
	}
	return r
}

func (r result) json() []byte {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain numbers and strings always marshal
	}
	return data
}

// print writes the result for people.
func (r result) print(w io.Writer) error {
	asked := ""
	if r.Asked > 0 {
		asked = fmt.Sprintf(" of %.0f asked for", r.Asked)
	}
	fmt.Fprintf(w, "%.1f calls/s%s over %.1f s, %d failed\n\n", r.Reached, asked, r.Seconds, r.Failed)
	t := newTable(w)
	row(t, "CALL", "COUNT", "FAILED", "PER S", "MEAN MS", "P50", "P90", "P99", "P99.9", "MAX")
	line := func(name string, m measured) {
		row(t, name, fmt.Sprint(m.Count), fmt.Sprint(m.Failed), fmt.Sprintf("%.1f", m.PerSecond), milli(m.Mean), milli(m.P50), milli(m.P90), milli(m.P99), milli(m.P999), milli(m.Max))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Calls)) {
		line(name, r.Calls[name])
	}
	if r.Done != nil {
		line("submit to end", *r.Done)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, list := range []struct {
		title string
		of    map[string]int64
	}{{"Errors", r.Errors}, {"Jobs", r.Jobs}} {
		if len(list.of) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s:\n", list.title)
		for _, name := range slices.Sorted(maps.Keys(list.of)) {
			fmt.Fprintf(w, "  %-24s %d\n", safe(name), list.of[name])
		}
	}
	if r.Asked > 0 && r.Reached < 0.95*r.Asked {
		fmt.Fprintf(w, "\nThe rate was not reached: the server or --concurrency is the bound. Calls were made up to %.0f ms late (p99).\n", r.LateP99)
	}
	return nil
}

func milli(v float64) string { return fmt.Sprintf("%.2f", v) }
