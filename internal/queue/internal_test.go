package queue

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/s2"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// serve plays n rounds of one job each and returns how many each pipeline got.
func serve(f *fair, rounds int, ms map[int64]float64) map[int64]int {
	got := map[int64]int{}
	for range rounds {
		want := f.plan(1)
		if len(want) == 0 {
			break
		}
		no := want[0].PipelineNo
		f.settle(want, map[int64]int{no: 1})
		f.took(no, f.charged(no), ms[no])
		got[no]++
	}
	return got
}

func TestFairShares(t *testing.T) {
	t.Parallel()
	type pipe struct {
		no      int64
		account job.AccountID
		weight  job.Priority
		ms      float64
		want    float64 // share of jobs
	}
	for name, pipes := range map[string][]pipe{
		"alone":    {{1, 1, 1, 10, 1}},
		"weights":  {{1, 1, 9, 10, 0.75}, {2, 1, 3, 10, 0.25}},
		"accounts": {{1, 1, 10, 10, 0.25}, {2, 1, 10, 10, 0.25}, {3, 2, 1, 10, 0.5}},
		"time":     {{1, 1, 5, 30, 0.25}, {2, 1, 5, 10, 0.75}},
		"both":     {{1, 1, 10, 40, 1. / 3}, {2, 2, 1, 20, 2. / 3}},
	} {
		var f fair
		ms := map[int64]float64{}
		for _, p := range pipes {
			f.add(p.no, p.account, p.weight, 10_000)
			ms[p.no] = p.ms
		}
		const rounds = 4000
		got := serve(&f, rounds, ms)
		for _, p := range pipes {
			if share := float64(got[p.no]) / rounds; math.Abs(share-p.want) > 0.02 {
				t.Errorf("%s: pipeline %d got %.3f of the jobs, want %.3f", name, p.no, share, p.want)
			}
		}
	}
}

// TestIdlingEarnsNoCredit lets one pipeline work alone for long. One that comes back must
// then get its share, and not everything.
func TestIdlingEarnsNoCredit(t *testing.T) {
	t.Parallel()
	var f fair
	ms := map[int64]float64{1: 10, 2: 10}
	f.add(1, 1, 5, 100_000)
	f.add(2, 2, 5, 1)
	serve(&f, 5000, ms)
	f.add(2, 2, 5, 10_000)
	if got := serve(&f, 100, ms); got[2] < 48 || got[2] > 52 {
		t.Errorf("got %d of 100 after idling, want half", got[2])
	}
}

// TestPlanKeepsEveryoneBusy checks against a plain count that a plan gives out as many turns
// as there are jobs and takers, and that no work is lost from sight.
func TestPlanKeepsEveryoneBusy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var f fair
		ready := map[int64]int{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			no := rapid.Int64Range(1, 6).Draw(t, "pipeline")
			if rapid.Bool().Draw(t, "add") {
				n := rapid.IntRange(1, 5).Draw(t, "jobs")
				f.add(no, job.AccountID(no%3), job.Priority(no), n)
				ready[no] += n
				continue
			}
			if rapid.Bool().Draw(t, "refresh") {
				var list []store.ReadyPipeline
				for no, n := range ready {
					if n > 0 {
						list = append(list, store.ReadyPipeline{No: no, Account: job.AccountID(no % 3), Weight: job.Priority(no)})
					}
				}
				f.refresh(list, f.changes)
			}
			takers := rapid.IntRange(0, 10).Draw(t, "takers")
			total := 0
			for _, n := range ready {
				total += n
			}
			took := 0
			for took < takers { // as the dispatcher does: until a plan is empty
				want := f.plan(takers - took)
				if len(want) == 0 {
					break
				}
				got := map[int64]int{}
				for _, w := range want {
					n := min(w.Max, ready[w.PipelineNo])
					got[w.PipelineNo] = n
					ready[w.PipelineNo] -= n
					took += n
				}
				f.settle(want, got)
			}
			if took != min(takers, total) {
				t.Fatalf("%d takers and %d jobs met %d times", takers, total, took)
			}
		}
	})
}

func TestEncodingIsVersioned(t *testing.T) {
	t.Parallel()
	b, err := encode(job.Spec{Name: "x<"})
	if err != nil || b[0] != encodingCBOR {
		t.Fatalf("got %q, error %v", b, err)
	}
	var back job.Spec
	if err := decode(b, &back); err != nil || back.Name != "x<" {
		t.Errorf("came back as %+v, error %v", back, err)
	}
	for _, bad := range [][]byte{nil, {}, {0}, {3, '{', '}'}, []byte(`{}`), {4}, {4, 0}, {4, 9, 1}} {
		var s job.Spec
		if err := decode(bad, &s); !errors.Is(err, errEncoding) {
			t.Errorf("%q: got %v, want errEncoding", bad, err)
		}
	}
}

func TestLongValuesAreCompressed(t *testing.T) {
	t.Parallel()
	long := outcome{Failure: &job.Failure{Message: strings.Repeat("the same again; ", 200)}}
	b, err := encode(long)
	if err != nil || b[0] != encodingDictionary || b[1] != newestDictionary || len(b) > 1000 {
		t.Fatalf("encoding %d, %d bytes, error %v", b[0], len(b), err)
	}
	var back outcome
	if err := decode(b, &back); err != nil || back.Failure.Message != long.Failure.Message {
		t.Errorf("came back as %+v, error %v", back, err)
	}
	// A long value need not be compressed, nor with a dictionary.
	plain, _ := cbor.Marshal(long)
	if err := decode(append([]byte{encodingS2}, s2.Encode(nil, plain)...), &back); err != nil {
		t.Error(err)
	}
	if err := decode(append([]byte{encodingCBOR}, plain...), &back); err != nil {
		t.Error(err)
	}
	for i := range b { // damage is an error or another value, never a panic
		damaged := slices.Clone(b)
		damaged[i] ^= 0xff
		_ = decode(damaged, &back)
		_ = decode(b[:i], &back)
	}
	huge := append([]byte{encodingS2}, 0xff, 0xff, 0xff, 0xff, 0x07)
	if err := decode(huge, &back); err == nil {
		t.Error("a block that claims 2 GB was accepted")
	}
}

// TestEverythingComesBack fills every field that a stored value has, now and later, and wants
// it back as it was.
func TestEverythingComesBack(t *testing.T) {
	t.Parallel()
	var full outcome
	n := 0
	fill(reflect.ValueOf(&full).Elem(), &n)
	b, err := encode(full)
	if err != nil {
		t.Fatal(err)
	}
	var back outcome
	if err := decode(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(full, back) {
		t.Errorf("%d values went in\n%+v\ncame back as\n%+v", n, full, back)
	}
	var spec, again job.Spec
	fill(reflect.ValueOf(&spec).Elem(), &n)
	if b, err = encode(spec); err != nil {
		t.Fatal(err)
	}
	if err := decode(b, &again); err != nil || spec != again {
		t.Errorf("spec %+v came back as %+v, error %v", spec, again, err)
	}
}

// fill sets whatever v holds to values that are all different.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1_700_000_000, int64(*n)).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n % 100))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n % 100))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	default:
		panic("cannot fill " + v.Type().String())
	}
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the zero config: %v", err)
	}
	for name, c := range map[string]Config{
		"lease":    {LeaseFor: 5e9, HeartbeatEvery: 4e9},
		"attempts": {MaxAttempts: -1},
		"open":     {MaxOpen: -1},
		"deadline": {JobDeadline: -1},
		"jitter":   {RetryJitter: 1},
	} {
		if _, err := New(nil, c); err == nil {
			t.Errorf("%s: accepted %+v", name, c)
		}
	}
}
