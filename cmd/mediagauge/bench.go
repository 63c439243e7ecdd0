package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// loadTest is the command "bench".
type loadTest struct {
	conn *connection
	out  output

	rate             float64 // calls per second; 0 is a closed loop
	concurrency      int
	duration, warmup time.Duration
	count            int
	mixText          string
	media, pipelines []string
	priorityText     string
	wait             bool
	timeout          time.Duration
	maxErrors        int
	report           string

	mix        []share
	priorities [2]int // from, to
}

// share is one kind of call and its weight.
type share struct {
	call   string // submit, get or list
	weight int
}

func newLoadTest() *cobra.Command { return loadTestCommand(thisMachine()) }

func loadTestCommand(m *machine) *cobra.Command {
	b := &loadTest{conn: &connection{m: m}}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Put a load on a running server and measure it",
		Long: "Put a load on a running server and measure it.\n\n" +
			"With --rate, calls are made at their times whether or not earlier ones have come back (an open loop, as\n" +
			"many clients are), and each is measured from the time at which it was due: a stall of the server is not left\n" +
			"out. Without it, --concurrency calls are under way at any time (a closed loop). Nothing is tried twice.\n\n" +
			"Exit codes: 0 done, 1 more calls failed than --max-errors, 2 usage, 130 interrupted (what was measured is printed).",
		Example: "  mediagauge bench --media https://example.com/movie.mp4 --rate 200 --duration 30s --wait\n" +
			"  mediagauge bench --media oss://bucket/a.mp4 --mix submit=70,get=25,list=5 --concurrency 64 --report report.json",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd) },
	}
	b.conn.addFlags(cmd)
	f := cmd.Flags()
	f.Float64Var(&b.rate, "rate", 0, "calls per second; 0 makes each call when one before it has come back")
	f.IntVar(&b.concurrency, "concurrency", 64, "calls under way at any time, at most")
	f.DurationVar(&b.duration, "duration", 10*time.Second, "how long to go on after the warm-up")
	f.DurationVar(&b.warmup, "warmup", time.Second, "how long to go on before anything is counted")
	f.IntVar(&b.count, "count", 0, "calls to count at most; 0 for as many as --duration brings")
	f.StringVar(&b.mixText, "mix", "submit=1", "kinds of calls and their weights: submit, get, list")
	f.StringArrayVar(&b.media, "media", nil, "input of submitted jobs; may be given several times, they take turns")
	f.StringArrayVar(&b.pipelines, "pipeline", nil, "id of a pipeline to submit to; may be given several times, they take turns")
	f.StringVar(&b.priorityText, "priority", "", "priority of submitted jobs, 1 to 10, or a range such as 1-10 to draw from")
	f.BoolVar(&b.wait, "wait", false, "follow every submitted job and measure from its submission to its end, by the server's own times")
	f.DurationVar(&b.timeout, "timeout", time.Minute, "how long to wait for jobs that have not ended when the last call was made")
	f.IntVar(&b.maxErrors, "max-errors", 0, "calls that may fail")
	f.StringVar(&b.report, "report", "", "also write the result to this file, as JSON")
	b.out.addFlag(cmd, "text", "json")
	return cmd
}

func (b *loadTest) check() error {
	if err := b.out.check(); err != nil {
		return err
	}
	switch {
	case b.rate < 0 || b.rate > 1e6:
		return usageErrorf("--rate %v: want 0 to 1000000 calls per second", b.rate)
	case b.concurrency < 1 || b.concurrency > 10_000:
		return usageErrorf("--concurrency %d: want 1 to 10000", b.concurrency)
	case b.duration <= 0, b.warmup < 0, b.timeout < 0, b.count < 0, b.maxErrors < 0:
		return usageErrorf("--duration must be positive; --warmup, --timeout, --count and --max-errors must not be negative")
	}
	var err error
	if b.mix, err = parseMix(b.mixText); err != nil {
		return err
	}
	submits := slices.ContainsFunc(b.mix, func(s share) bool { return s.call == "submit" })
	if submits && len(b.media) == 0 {
		return usageErrorf("--media is needed to submit: give an input that the server can read")
	}
	if b.wait && !submits {
		return usageErrorf("--wait: nothing is submitted")
	}
	b.priorities, err = parsePriorities(b.priorityText)
	return err
}

// parseMix reads kinds and weights, such as "submit=80,get=15,list=5".
func parseMix(text string) ([]share, error) {
	var mix []share
	for part := range strings.SplitSeq(text, ",") {
		call, weight, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(weight)
		if err != nil || n < 1 || n > 1e6 || !slices.Contains([]string{"submit", "get", "list"}, call) {
			return nil, usageErrorf("--mix %q: want submit, get or list with a whole weight, such as submit=80,get=15,list=5", part)
		}
		if slices.ContainsFunc(mix, func(s share) bool { return s.call == call }) {
			return nil, usageErrorf("--mix: %s is there twice", call)
		}
		mix = append(mix, share{call, n})
	}
	return mix, nil
}

// pick returns the kind of the n-th call. As many calls as the weights have in sum hold each kind exactly
// as often as it weighs, well mixed.
func pick(mix []share, n int) string {
	total := 0
	for _, s := range mix {
		total += s.weight
	}
	step := total*618/1000 + 1 // about the golden section, and without a common divisor
	for gcd(step, total) > 1 {
		step++
	}
	at := n % total * step % total
	for _, s := range mix {
		if at -= s.weight; at < 0 {
			return s.call
		}
	}
	return mix[0].call
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

func parsePriorities(text string) ([2]int, error) {
	if text == "" {
		return [2]int{}, nil
	}
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	lo, err1 := strconv.Atoi(from)
	hi, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || lo < 1 || hi > 10 || lo > hi {
		return [2]int{}, usageErrorf("--priority %q: want 1 to 10, or a range such as 1-10", text)
	}
	return [2]int{lo, hi}, nil
}

func (b *loadTest) run(cmd *cobra.Command) error {
	if err := b.check(); err != nil {
		return err
	}
	cl, err := b.conn.dialWith(cmd, client.Config{Once: true, Connections: b.concurrency})
	if err != nil {
		return err
	}
	defer cl.Close()
	// A server that is not there, or a wrong key, is found out before the load.
	if err := cl.Call(cmd.Context(), ims.VersionICE, ims.ListMediaInfoJobs, map[string]string{"PageSize": "1"}, new(json.RawMessage)); err != nil {
		return interrupted(err)
	}
	g := newGenerator(b, cl)
	interruptedRun := g.run(cmd.Context())
	r := g.result()
	if b.report != "" {
		if err := writeReport(b.report, r); err != nil {
			return err
		}
	}
	if b.out.form == "json" {
		err = printJSON(b.conn.m, cmd.OutOrStdout(), r.json())
	} else {
		err = r.print(cmd.OutOrStdout())
	}
	switch {
	case err != nil:
		return err
	case interruptedRun != nil:
		return interrupted(interruptedRun)
	case r.Failed > int64(b.maxErrors):
		return fmt.Errorf("%d calls failed, %d may", r.Failed, b.maxErrors)
	}
	return nil
}

func writeReport(path string, r result) error {
	err := os.WriteFile(path, append(r.json(), '\n'), 0o644)
	if err != nil {
		return errors.Join(errors.New("the report was not written"), err)
	}
	return nil
}
