package probe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// format is a Format that claims sources starting with magic.
func format(name, magic string, err error) probe.Format {
	return probe.Format{
		Name: name,
		Sniff: func(head []byte) error {
			if !bytes.HasPrefix(head, []byte(magic)) {
				return errors.New("no " + magic)
			}
			return nil
		},
		Probe: func(context.Context, *probe.Reader) (*media.Info, error) {
			if err != nil {
				return nil, err
			}
			return &media.Info{Format: media.Format{Name: name}}, nil
		},
	}
}

func TestProbe(t *testing.T) {
	p := probe.New(
		format("first", "AB", nil),
		format("second", "A", nil),
		format("broken", "X", probe.Errorf(probe.Malformed, "bad")),
		format("named", "Y", &probe.Error{Kind: probe.Limit, Format: "inner", Offset: -1}),
	)
	cases := []struct {
		name, content, format, text string
		kind                        error
	}{
		{name: "the first that claims it", content: "ABC", format: "first"},
		{name: "order decides", content: "AC", format: "second"},
		{name: "an error gets the format's name", content: "X", kind: probe.Malformed, text: "broken: malformed: bad"},
		{name: "a name given inside stays", content: "Y", kind: probe.Limit, text: "inner: limit"},
		{name: "nobody", content: "Z", kind: probe.ErrUnknownFormat, text: "second: no A"},
		{name: "nothing to read", content: "", kind: probe.ErrUnknownFormat, text: "first: no AB"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			info, err := p.Probe(t.Context(), probe.NewBytes([]byte(c.content)))
			if c.kind == nil {
				if err != nil || info.Format.Name != c.format {
					t.Errorf("got %+v, %v", info, err)
				}
				return
			}
			if info != nil || !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %+v, %v", info, err)
			}
		})
	}
}

func TestProbeWithoutFormats(t *testing.T) {
	if _, err := probe.New().Probe(t.Context(), probe.NewBytes([]byte("A"))); !errors.Is(err, probe.ErrUnknownFormat) {
		t.Errorf("got %v", err)
	}
}

func TestProbeWithLimits(t *testing.T) {
	p := probe.New(format("a", "A", nil))
	if _, err := p.WithLimits(probe.Limits{MaxBytes: 2}).Probe(t.Context(), probe.NewBytes([]byte("ABC"))); !errors.Is(err, probe.Limit) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Probe(t.Context(), probe.NewBytes([]byte("ABC"))); err != nil {
		t.Errorf("the original is bound too: %v", err)
	}
}

// TestTagged: a format that may stand behind ID3v2 blocks is shown what follows them, others the
// block itself.
func TestTagged(t *testing.T) {
	long := append([]byte("ID3\x04\x00\x00\x00\x00\x40\x00"), make([]byte, 1<<13)...)
	for name, front := range map[string][]byte{
		"none": nil, "one": []byte("ID3\x03\x00\x00\x00\x00\x00\x02ab"), "long": long, "two": append(long, "ID3\x03\x00\x00\x00\x00\x00\x00"...),
		"a footer": append([]byte("ID3\x04\x00\x10\x00\x00\x00\x02ab"), make([]byte, 10)...),
	} {
		seen := map[bool]string{}
		var formats []probe.Format
		for _, tagged := range []bool{false, true} {
			formats = append(formats, probe.Format{Name: "x", Tagged: tagged, Sniff: func(head []byte) error {
				seen[tagged] = string(head[:min(len(head), 4)])
				return errors.New("not mine")
			}})
		}
		file := append(slices.Clone(front), "BODY"...)
		if _, err := probe.New(formats...).Probe(t.Context(), probe.NewBytes(file)); !errors.Is(err, probe.ErrUnknownFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if seen[true] != "BODY" || seen[false] != string(file[:4]) {
			t.Errorf("%s: shown %v", name, seen)
		}
	}
}

// TestDecline: a format that declines after reading passes the source on to the next.
func TestDecline(t *testing.T) {
	yes := func([]byte) error { return nil }
	first := probe.Format{Name: "first", Sniff: yes, Probe: func(context.Context, *probe.Reader) (*media.Info, error) {
		return nil, fmt.Errorf("%w: no second frame", probe.ErrUnknownFormat)
	}}
	second := probe.Format{Name: "second", Sniff: yes, Probe: func(context.Context, *probe.Reader) (*media.Info, error) {
		return &media.Info{Size: 7}, nil
	}}
	info, err := probe.New(first, second).Probe(t.Context(), probe.NewBytes([]byte("x")))
	if err != nil || info.Size != 7 {
		t.Errorf("got %v, %v", info, err)
	}
	if _, err := probe.New(first).Probe(t.Context(), probe.NewBytes([]byte("x"))); !errors.Is(err, probe.ErrUnknownFormat) || !strings.Contains(err.Error(), "no second frame") {
		t.Errorf("got %v", err)
	}
}
