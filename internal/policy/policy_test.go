package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func parser(trust bool) func([]byte) (*Policy, error) {
	if trust {
		return ParseTrust
	}
	return Parse
}

func parseAll(t testing.TB, trust bool, documents []string) []*Policy {
	t.Helper()
	var all []*Policy
	for _, d := range documents {
		p, err := parser(trust)([]byte(d))
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		all = append(all, p)
	}
	return all
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	rows := evaluations()
	if len(rows) < 100 {
		t.Errorf("only %d rows", len(rows))
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			documents := row.documents()
			if got := Evaluate(parseAll(t, row.trust, documents), row.request); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
			if got, ok := referenceVerdict(documents, row.trust, row.request); !ok || got != row.want.String() {
				t.Errorf("the reference says %q, %t", got, ok)
			}
		})
	}
}

// TestDenyMirrorsAllow: what an Allow permits, the same statement with Deny forbids, and no more.
func TestDenyMirrorsAllow(t *testing.T) {
	t.Parallel()
	for _, row := range evaluations() {
		if len(row.policies) != 1 || strings.Contains(row.policies[0], `"Deny"`) {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := ImplicitDeny
			if row.want == Allow {
				want = ExplicitDeny
			}
			row.policies = []string{strings.ReplaceAll(row.policies[0], `"Allow"`, `"Deny"`)}
			if got := Evaluate(parseAll(t, row.trust, row.documents()), row.request); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// TestEveryOperator: no operator is left out of the table of rows.
func TestEveryOperator(t *testing.T) {
	t.Parallel()
	rows := map[string]int{}
	for _, c := range conditionCases {
		rows[c.operator]++
	}
	for name := range operators {
		if rows[name] < 2 {
			t.Errorf("%s has %d rows", name, rows[name])
		}
	}
}

func TestSingleStatement(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(" {\"Statement\":" + allowAll + ",\"Version\":\"1\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := Evaluate([]*Policy{p}, Request{Action: submit, Resource: line}); got != Allow {
		t.Errorf("got %v", got)
	}
}

func TestLargestDocument(t *testing.T) {
	t.Parallel()
	document := `{"Version":"1","Statement":` + allowAll + `}`
	document += strings.Repeat(" ", MaxDocument-len(document))
	if _, err := Parse([]byte(document)); err != nil {
		t.Error(err)
	}
	var malformed *MalformedError
	if _, err := Parse([]byte(document + " ")); !errors.As(err, &malformed) || malformed.Where != "" {
		t.Errorf("one byte more: %v", err)
	}
}

// TestWildcardsStayCheap: patterns that make a backtracking matcher try for ever, as large as a
// document takes, against a resource longer than any URL.
func TestWildcardsStayCheap(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"a*", "*a", "**", "?*", "*?a", "a"} {
		pattern := "acs:*" + strings.Repeat(unit, 5500/len(unit)) + "b"
		p := parseAll(t, false, []string{fmt.Sprintf(`{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":%q}}`, pattern)})
		began := time.Now()
		if got := Evaluate(p, Request{Resource: "acs:" + strings.Repeat("a", 16<<10)}); got != ImplicitDeny {
			t.Errorf("%s…: got %v", pattern[:10], got)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s…: took %v", pattern[:10], took)
		}
	}
}

func TestVerdictString(t *testing.T) {
	t.Parallel()
	var zero Verdict
	if got := fmt.Sprint(zero, Allow, ExplicitDeny, Verdict(9)); got != "ImplicitDeny Allow ExplicitDeny ImplicitDeny" {
		t.Error(got)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	// No Deny holds, and each fails only at its last condition.
	deny := strings.NewReplacer("Allow", "Deny", `"true"`, `"false"`).Replace(vendorExample)
	full := `{"Version":"1","Statement":[` + strings.Repeat(deny+",", 24) + allowAll + `]}`
	for _, c := range []struct {
		name      string
		documents []string
	}{
		{"example", []string{`{"Version":"1","Statement":[` + vendorExample + `]}`}},
		{"full document", []string{full}},
		{"ten full documents", slices.Repeat([]string{full}, 10)},
	} {
		b.Run(c.name, func(b *testing.B) {
			policies := parseAll(b, false, c.documents)
			r := Request{Action: submit, Resource: line, Context: inOffice}
			b.ReportAllocs()
			for b.Loop() {
				if Evaluate(policies, r) != Allow {
					b.Fatal("denied")
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	document := []byte(`{"Version":"1","Statement":[` + vendorExample + `]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}
