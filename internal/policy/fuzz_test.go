package policy

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzEvaluate: the package and the reference take the same documents for policies, and give
// the same verdict on them. The context is lines of key=value.
func FuzzEvaluate(f *testing.F) {
	for _, row := range evaluations() {
		for _, d := range row.documents() {
			r := row.request
			f.Add(d, row.trust, r.Action, r.Resource, r.Principal, printContext(r.Context))
		}
	}
	identity, trust := allRefusals()
	for _, row := range identity {
		f.Add(row.document, false, submit, line, alice, printContext(inOffice))
	}
	for _, row := range trust {
		f.Add(row.document, true, "sts:AssumeRole", "", alice, printContext(inOffice))
	}
	f.Fuzz(func(t *testing.T, document string, trust bool, action, resource, principal, context string) {
		r := Request{action, resource, principal, readContext(context)}
		want, refOK := referenceVerdict([]string{document}, trust, r)
		if p, err := parser(trust)([]byte(document)); err == nil {
			if !refOK {
				t.Fatalf("accepted; the reference refuses:\n%s", document)
			}
			if got := Evaluate([]*Policy{p}, r).String(); got != want {
				t.Fatalf("%s, the reference says %s:\n%s\n%+v", got, want, document, r)
			}
			return
		} else if !refOK {
			if err.Error() == "" {
				t.Fatal("refused without a word")
			}
			return
		}
		// Only what the reference cannot see is left: keys that are repeated. Printed from its
		// maps, the document has none.
		again := withoutRepeats(t, document)
		if len(again) > MaxDocument {
			return
		}
		want, refOK = referenceVerdict([]string{again}, trust, r)
		p, err := parser(trust)([]byte(again))
		if err != nil || !refOK {
			t.Fatalf("refused, %v; the reference %t:\n%s", err, refOK, again)
		}
		if got := Evaluate([]*Policy{p}, r).String(); got != want {
			t.Fatalf("%s, the reference says %s:\n%s\n%+v", got, want, again, r)
		}
		if _, err := parser(trust)([]byte(document)); !strings.Contains(err.Error(), "twice") {
			t.Fatalf("refused, %v; the reference accepts:\n%s", err, document)
		}
	})
}

func withoutRepeats(t *testing.T, document string) string {
	var v any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func printContext(context map[string]string) string {
	var lines []string
	for key, value := range context {
		lines = append(lines, key+"="+value)
	}
	return strings.Join(lines, "\n")
}

func readContext(s string) map[string]string {
	context := map[string]string{}
	for l := range strings.SplitSeq(s, "\n") {
		if key, value, ok := strings.Cut(l, "="); ok {
			context[key] = value
		}
	}
	return context
}

// FuzzCondition reaches deeper than whole documents do: values of a policy and of a request under
// every operator, and the same two as patterns of resources.
func FuzzCondition(f *testing.F) {
	for _, c := range conditionCases {
		for _, want := range strings.Split(strings.Trim(c.values, `[]"`), `","`) {
			f.Add(want, c.value)
		}
	}
	for _, c := range resourceCases {
		f.Add(strings.Trim(c.pattern, `[]"`), c.value)
	}
	f.Fuzz(func(t *testing.T, want, got string) {
		if len(want)+len(got) > 256 {
			return // the regular expressions of the reference would take all the time
		}
		quoted, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		statements := []string{`"Resource":` + string(quoted), `"NotResource":["acs:*:no",` + string(quoted) + `]`}
		for operator := range operators {
			statements = append(statements, `"Resource":"*","Condition":{"`+operator+`":{"ice:Key":`+string(quoted)+`}}`)
		}
		r := Request{Resource: got, Context: map[string]string{"ice:Key": got}}
		for _, s := range statements {
			document := `{"Version":"1","Statement":{"Effect":"Allow","Action":"*",` + s + `}}`
			verdict, refOK := referenceVerdict([]string{document}, false, r)
			p, err := Parse([]byte(document))
			if refOK != (err == nil) {
				t.Fatalf("%v, the reference %t:\n%s", err, refOK, document)
			}
			if err == nil && Evaluate([]*Policy{p}, r).String() != verdict {
				t.Fatalf("not %s, as the reference says:\n%s\n%q", verdict, document, got)
			}
		}
	})
}
