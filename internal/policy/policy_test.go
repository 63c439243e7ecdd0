package policy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// doc makes a policy of statements.
func doc(statements ...string) string {
	return `{"Version": "1", "Statement": [` + strings.Join(statements, ", ") + `]}`
}

// st makes a statement; condition is "" or what stands in "Condition".
func st(effect, action, resource, condition string) string {
	s := fmt.Sprintf(`{"Effect": %q, "Action": %s, "Resource": %s`, effect, action, resource)
	if condition != "" {
		s += `, "Condition": ` + condition
	}
	return s + "}"
}

func allow(action string) string { return doc(st("Allow", quote(action), `"*"`, "")) }
func deny(action string) string  { return doc(st("Deny", quote(action), `"*"`, "")) }
func on(resource string) string  { return doc(st("Allow", `"*"`, quote(resource), "")) }
func when(operator, rest string) string {
	return doc(st("Allow", `"*"`, `"*"`, `{`+quote(operator)+`: {`+rest+`}}`))
}
func unless(operator, rest string) string {
	return doc(st("Deny", `"*"`, `"*"`, `{`+quote(operator)+`: {`+rest+`}}`))
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var (
	get = Request{Action: "ice:GetMediaInfoJob", Resource: "acs:ice:cn-shanghai:123:*", Context: map[string]string{
		CurrentTime: "2026-11-27T12:00:00Z", SecureTransport: "true", SourceIP: "10.1.2.3", MFAPresent: "false",
		PrincipalARN: "acs:ram::123:user/ann", "x:Number": "10", "x:Text": "Hello", "x:Empty": "", "x:V6": "2001:db8::1", "x:Mapped": "::ffff:10.1.2.3",
	}}
	submit = Request{Action: "ice:SubmitMediaInfoJob", Resource: "acs:ice:cn-shanghai:123:pipeline/abc", Context: map[string]string{SourceIP: "192.0.2.9"}}
)

// cases is the table of verdicts.
var cases = []struct {
	name     string
	policies []string
	request  Request
	want     Verdict
}{
	{"no policy", nil, get, ImplicitDeny},
	{"everything", []string{allow("*")}, get, Allow},
	{"a service", []string{allow("ice:*")}, get, Allow},
	{"another service", []string{allow("mts:*")}, get, ImplicitDeny},
	{"the action", []string{allow("ice:GetMediaInfoJob")}, get, Allow},
	{"the action in another case", []string{allow("ICE:getmediainfojob")}, get, Allow},
	{"another action", []string{allow("ice:GetMediaInfo")}, get, ImplicitDeny},
	{"an action that is longer", []string{allow("ice:GetMediaInfoJobs")}, get, ImplicitDeny},
	{"a suffix", []string{allow("ice:*Job")}, get, Allow},
	{"a middle", []string{allow("ice:*Media*")}, get, Allow},
	{"a prefix", []string{allow("ice:Get*")}, get, Allow},
	{"a prefix of others", []string{allow("ice:Get*")}, submit, ImplicitDeny},
	{"question marks", []string{allow("ice:???MediaInfoJob")}, get, Allow},
	{"too few question marks", []string{allow("ice:??MediaInfoJob")}, get, ImplicitDeny},
	{"a star for nothing", []string{allow("ice:GetMediaInfoJob*")}, get, Allow},
	{"the service by pattern", []string{allow("i?e:*")}, get, Allow},
	{"a list", []string{doc(st("Allow", `["ice:ListPipelines", "ice:GetMediaInfoJob"]`, `"*"`, ""))}, get, Allow},
	{"a list without it", []string{doc(st("Allow", `["ice:ListPipelines", "ice:GetPipeline"]`, `"*"`, ""))}, get, ImplicitDeny},
	{"one statement without a list", []string{`{"Version": "1", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`}, get, Allow},

	{"deny alone", []string{deny("*")}, get, ExplicitDeny},
	{"deny of others", []string{deny("ice:Submit*")}, get, ImplicitDeny},
	{"deny after allow", []string{allow("*"), deny("ice:Get*")}, get, ExplicitDeny},
	{"deny before allow", []string{deny("ice:Get*"), allow("*")}, get, ExplicitDeny},
	{"deny in the same policy", []string{doc(st("Allow", `"*"`, `"*"`, ""), st("Deny", `"ice:*"`, `"*"`, ""))}, get, ExplicitDeny},
	{"deny of something else", []string{allow("*"), deny("ice:Submit*")}, get, Allow},
	{"two that allow", []string{allow("ice:Get*"), allow("ice:*")}, get, Allow},
	{"the second allows", []string{allow("mts:*"), allow("ice:*")}, get, Allow},

	{"not another action", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "NotAction": "ice:Submit*", "Resource": "*"}]}`}, get, Allow},
	{"not this action", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "NotAction": "ice:Get*", "Resource": "*"}]}`}, get, ImplicitDeny},
	{"not these actions", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "NotAction": ["ice:Get*", "ice:List*"], "Resource": "*"}]}`}, submit, Allow},
	{"deny all but", []string{allow("*"), `{"Version": "1", "Statement": [{"Effect": "Deny", "NotAction": "ice:Get*", "Resource": "*"}]}`}, submit, ExplicitDeny},
	{"deny all but this", []string{allow("*"), `{"Version": "1", "Statement": [{"Effect": "Deny", "NotAction": "ice:Get*", "Resource": "*"}]}`}, get, Allow},
	{"not everything", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}]}`}, get, ImplicitDeny},

	{"the pipeline", []string{on("acs:ice:cn-shanghai:123:pipeline/abc")}, submit, Allow},
	{"any region and account", []string{on("acs:ice:*:*:pipeline/abc")}, submit, Allow},
	{"any pipeline", []string{on("acs:ice:*:123:pipeline/*")}, submit, Allow},
	{"another pipeline", []string{on("acs:ice:*:*:pipeline/abd")}, submit, ImplicitDeny},
	{"another account", []string{on("acs:ice:*:124:*")}, submit, ImplicitDeny},
	{"another region", []string{on("acs:ice:cn-beijing:*:*")}, submit, ImplicitDeny},
	{"another case", []string{on("acs:ice:*:*:Pipeline/abc")}, submit, ImplicitDeny},
	{"one character", []string{on("acs:ice:*:*:pipeline/a?c")}, submit, Allow},
	{"one pipeline for what is about all", []string{on("acs:ice:*:*:pipeline/abc")}, get, ImplicitDeny},
	{"all for all", []string{on("acs:ice:*:*:*")}, get, Allow},
	{"a list of resources", []string{doc(st("Allow", `"*"`, `["acs:ice:*:*:pipeline/x", "acs:ice:*:*:pipeline/abc"]`, ""))}, submit, Allow},
	{"deny one pipeline", []string{allow("*"), doc(st("Deny", `"*"`, `"acs:ice:*:*:pipeline/abc"`, ""))}, submit, ExplicitDeny},
	{"deny one pipeline, asked for all", []string{allow("*"), doc(st("Deny", `"*"`, `"acs:ice:*:*:pipeline/abc"`, ""))}, get, Allow},
	{"not another resource", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "NotResource": "acs:ice:*:*:pipeline/x"}]}`}, submit, Allow},
	{"not this resource", []string{`{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "NotResource": "acs:ice:*:*:pipeline/abc"}]}`}, submit, ImplicitDeny},

	{"text equal", []string{when("StringEquals", `"x:Text": "Hello"`)}, get, Allow},
	{"text in another case", []string{when("StringEquals", `"x:Text": "hello"`)}, get, ImplicitDeny},
	{"text is no pattern", []string{when("StringEquals", `"x:Text": "H*"`)}, get, ImplicitDeny},
	{"text one of", []string{when("StringEquals", `"x:Text": ["a", "Hello"]`)}, get, Allow},
	{"text of an absent key", []string{when("StringEquals", `"x:None": "Hello"`)}, get, ImplicitDeny},
	{"text not equal", []string{when("StringNotEquals", `"x:Text": "a"`)}, get, Allow},
	{"text not equal, but equal", []string{when("StringNotEquals", `"x:Text": "Hello"`)}, get, ImplicitDeny},
	{"text none of", []string{when("StringNotEquals", `"x:Text": ["a", "b"]`)}, get, Allow},
	{"text none of, but one", []string{when("StringNotEquals", `"x:Text": ["a", "Hello"]`)}, get, ImplicitDeny},
	{"text not equal of an absent key", []string{when("StringNotEquals", `"x:None": "a"`)}, get, Allow},
	{"text equal but for case", []string{when("StringEqualsIgnoreCase", `"x:Text": "hELLO"`)}, get, Allow},
	{"text not equal but for case", []string{when("StringNotEqualsIgnoreCase", `"x:Text": "hELLO"`)}, get, ImplicitDeny},
	{"text like", []string{when("StringLike", `"x:Text": "H*o"`)}, get, Allow},
	{"text like nothing", []string{when("StringLike", `"x:Empty": "*"`)}, get, Allow},
	{"text like one character", []string{when("StringLike", `"x:Empty": "?"`)}, get, ImplicitDeny},
	{"text like, another case", []string{when("StringLike", `"x:Text": "h*"`)}, get, ImplicitDeny},
	{"text not like", []string{when("StringNotLike", `"x:Text": "h*"`)}, get, Allow},
	{"text not like, but like", []string{when("StringNotLike", `"x:Text": "?ello"`)}, get, ImplicitDeny},
	{"the caller's name", []string{when("StringLike", `"acs:PrincipalARN": "acs:ram::123:user/*"`)}, get, Allow},

	{"number equal", []string{when("NumericEquals", `"x:Number": "10.0"`)}, get, Allow},
	{"number not equal", []string{when("NumericNotEquals", `"x:Number": "11"`)}, get, Allow},
	{"number less", []string{when("NumericLessThan", `"x:Number": "10"`)}, get, ImplicitDeny},
	{"number less, truly", []string{when("NumericLessThan", `"x:Number": "10.5"`)}, get, Allow},
	{"number at most", []string{when("NumericLessThanEquals", `"x:Number": "10"`)}, get, Allow},
	{"number more", []string{when("NumericGreaterThan", `"x:Number": "-3"`)}, get, Allow},
	{"number at least", []string{when("NumericGreaterThanEquals", `"x:Number": "10"`)}, get, Allow},
	{"number at least, too few", []string{when("NumericGreaterThanEquals", `"x:Number": "11"`)}, get, ImplicitDeny},
	{"no number", []string{when("NumericEquals", `"x:Text": "10"`)}, get, ImplicitDeny},
	{"no number is not equal", []string{when("NumericNotEquals", `"x:Text": "10"`)}, get, Allow},
	{"numbers are not compared as text", []string{when("NumericLessThan", `"x:Number": "9"`)}, get, ImplicitDeny},

	{"before", []string{when("DateLessThan", `"acs:CurrentTime": "2026-11-27T12:00:01Z"`)}, get, Allow},
	{"not before itself", []string{when("DateLessThan", `"acs:CurrentTime": "2026-11-27T12:00:00Z"`)}, get, ImplicitDeny},
	{"until", []string{when("DateLessThanEquals", `"acs:CurrentTime": "2026-11-27T12:00:00Z"`)}, get, Allow},
	{"after", []string{when("DateGreaterThan", `"acs:CurrentTime": "2026-11-27T11:59:59Z"`)}, get, Allow},
	{"since", []string{when("DateGreaterThanEquals", `"acs:CurrentTime": "2026-11-28T00:00:00Z"`)}, get, ImplicitDeny},
	{"the same moment elsewhere", []string{when("DateEquals", `"acs:CurrentTime": "2026-11-27T20:00:00+08:00"`)}, get, Allow},
	{"another moment", []string{when("DateNotEquals", `"acs:CurrentTime": "2026-11-27T20:00:00Z"`)}, get, Allow},
	{"no time", []string{when("DateEquals", `"x:Text": "2026-11-27T20:00:00Z"`)}, get, ImplicitDeny},

	{"over TLS", []string{when("Bool", `"acs:SecureTransport": "true"`)}, get, Allow},
	{"over TLS, unknown", []string{when("Bool", `"acs:SecureTransport": "true"`)}, submit, ImplicitDeny},
	{"not with a second factor", []string{when("Bool", `"acs:MFAPresent": "true"`)}, get, ImplicitDeny},
	{"truth in another case", []string{when("Bool", `"acs:SecureTransport": "True"`)}, get, Allow},
	{"no truth", []string{when("Bool", `"x:Text": "true"`)}, get, ImplicitDeny},

	{"an address", []string{when("IpAddress", `"acs:SourceIp": "10.1.2.3"`)}, get, Allow},
	{"another address", []string{when("IpAddress", `"acs:SourceIp": "10.1.2.4"`)}, get, ImplicitDeny},
	{"a network", []string{when("IpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, get, Allow},
	{"a network with bits to spare", []string{when("IpAddress", `"acs:SourceIp": "10.9.9.9/8"`)}, get, Allow},
	{"one of the networks", []string{when("IpAddress", `"acs:SourceIp": ["192.0.2.0/24", "10.0.0.0/8"]`)}, submit, Allow},
	{"outside", []string{when("IpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, submit, ImplicitDeny},
	{"not an address", []string{when("NotIpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, submit, Allow},
	{"not an address, but it is", []string{when("NotIpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, get, ImplicitDeny},
	{"version 6", []string{when("IpAddress", `"x:V6": "2001:db8::/32"`)}, get, Allow},
	{"version 4 in version 6", []string{when("IpAddress", `"x:Mapped": "10.0.0.0/8"`)}, get, Allow},
	{"everything of version 4 has no version 6", []string{when("IpAddress", `"x:V6": "0.0.0.0/0"`)}, get, ImplicitDeny},
	{"no address", []string{when("IpAddress", `"x:Text": "0.0.0.0/0"`)}, get, ImplicitDeny},
	{"no address is not one", []string{when("NotIpAddress", `"x:Text": "0.0.0.0/0"`)}, get, Allow},

	{"two keys", []string{when("StringEquals", `"x:Text": "Hello", "acs:SecureTransport": "true"`)}, get, Allow},
	{"two keys, one wrong", []string{when("StringEquals", `"x:Text": "Hello", "acs:SecureTransport": "false"`)}, get, ImplicitDeny},
	{"two operators", []string{doc(st("Allow", `"*"`, `"*"`, `{"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}, "Bool": {"acs:SecureTransport": "true"}}`))}, get, Allow},
	{"two operators, one wrong", []string{doc(st("Allow", `"*"`, `"*"`, `{"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}, "Bool": {"acs:SecureTransport": "false"}}`))}, get, ImplicitDeny},
	{"deny from outside", []string{allow("*"), unless("NotIpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, submit, ExplicitDeny},
	{"deny from outside, from inside", []string{allow("*"), unless("NotIpAddress", `"acs:SourceIp": "10.0.0.0/8"`)}, get, Allow},
	{"deny without TLS, which is unknown", []string{allow("*"), unless("Bool", `"acs:SecureTransport": "false"`)}, submit, Allow},
	{"no condition at all", []string{doc(st("Allow", `"*"`, `"*"`, `{}`))}, get, Allow},
}

func parseAll(t testing.TB, documents []string) []*Policy {
	t.Helper()
	var all []*Policy
	for _, d := range documents {
		p, err := Parse([]byte(d))
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		all = append(all, p)
	}
	return all
}

// TestVerdicts holds the table against the package and against the reference.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	if len(cases) < 100 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Evaluate(parseAll(t, c.policies), c.request); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
			if got := refVerdict(c.policies, c.request); got != c.want {
				t.Errorf("the reference: %v, want %v", got, c.want)
			}
		})
	}
}

// TestTrust: a trust policy is about who, and what they may take on.
func TestTrust(t *testing.T) {
	t.Parallel()
	p, err := ParseTrust([]byte(`{"Version": "1", "Statement": [
		{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["acs:ram::1:root", "acs:ram::2:user/*"], "Service": "ecs.example.com"}},
		{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"RAM": "acs:ram::2:user/mallory"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for principal, want := range map[string]Verdict{
		"acs:ram::1:root": Allow, "acs:ram::2:user/ann": Allow, "acs:ram::2:user/mallory": ExplicitDeny,
		"acs:ram::3:root": ImplicitDeny, "ecs.example.com": Allow, "": ImplicitDeny,
	} {
		if got := Evaluate([]*Policy{p}, Request{Action: "sts:AssumeRole", Principal: principal}); got != want {
			t.Errorf("%q: %v, want %v", principal, got, want)
		}
	}
	if got := Evaluate([]*Policy{p}, Request{Action: "sts:GetCallerIdentity", Principal: "acs:ram::1:root"}); got != ImplicitDeny {
		t.Errorf("another action: %v", got)
	}
}

func TestRefusedDocuments(t *testing.T) {
	t.Parallel()
	one := func(s string) string { return doc(s) }
	cond := func(c string) string { return one(st("Allow", `"*"`, `"*"`, c)) }
	for _, c := range []struct{ document, want string }{
		{``, "not JSON: byte 0"},
		{`{`, "not JSON: byte 1"},
		{`[]`, "not a JSON object"},
		{`{"Version": "1"} {}`, "more than one JSON value"},
		{`{"Version": "1", "Version": "1"}`, `element "Version" is there twice`},
		{`{"Version": "1", "Statement": [], "Id": "x"}`, `unknown element "Id"`},
		{`{"Version": "2012-10-17", "Statement": []}`, `Version: must be "1"`},
		{`{"Version": 1, "Statement": []}`, `Version: must be "1"`},
		{`{"Version": "1", "Statement": []}`, "Statement: must be a list of at least one object"},
		{`{"Version": "1", "Statement": "x"}`, "Statement: must be a list of at least one object"},
		{`{"Version": "1", "Statement": ["x"]}`, "statement 1: not an object"},
		{one(`{"Effect": "allow", "Action": "*", "Resource": "*"}`), `statement 1: Effect: must be "Allow" or "Deny"`},
		{doc(st("Allow", `"*"`, `"*"`, ""), `{"Effect": "Allow", "Resource": "*"}`), "statement 2: neither Action nor NotAction"},
		{one(`{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}`), "statement 1: both Action and NotAction"},
		{one(`{"Effect": "Allow", "Action": "*"}`), "statement 1: neither Resource nor NotResource"},
		{one(`{"Effect": "Allow", "Action": [], "Resource": "*"}`), "statement 1: Action: the list is empty"},
		{one(`{"Effect": "Allow", "Action": 5, "Resource": "*"}`), "statement 1: Action: must be a string or a list of strings"},
		{one(`{"Effect": "Allow", "Action": "", "Resource": "*"}`), "statement 1: Action: must not be empty"},
		{one(`{"Effect": "Allow", "Action": "Get*", "Resource": "*"}`), `statement 1: Action: "Get*" is not "*" or service:Action`},
		{one(`{"Effect": "Allow", "Action": "*", "Resource": "pipeline/x"}`), `statement 1: Resource: "pipeline/x" is not "*" or acs:service:region:account:resource`},
		{one(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"RAM": "*"}}`), `statement 1: unknown element "Principal"`},
		{one(`{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}`), "statement 1: Condition: not an object"},
		{cond(`{"IpAdress": {"acs:SourceIp": "1.2.3.4"}}`), `statement 1: Condition: there is no operator "IpAdress"`},
		{cond(`{"Bool": {}}`), "statement 1: Condition.Bool: must be an object with at least one key"},
		{cond(`{"Bool": {"k": true}}`), "statement 1: Condition.Bool.k: must be a string or a list of strings"},
		{cond(`{"Bool": {"k": "yes"}}`), `statement 1: Condition.Bool.k: "yes" is not "true" or "false"`},
		{cond(`{"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "10.0.0.0/33"]}}`), `statement 1: Condition.IpAddress.acs:SourceIp: "10.0.0.0/33" is not an address or a CIDR`},
		{cond(`{"NumericLessThan": {"k": "1e9"}}`), `statement 1: Condition.NumericLessThan.k: "1e9" is not a number`},
		{cond(`{"DateLessThan": {"k": "2026-01-31"}}`), `statement 1: Condition.DateLessThan.k: "2026-01-31" is not a time such as 2026-01-31T23:59:59Z`},
		{`{"Version": "1", "Statement": ` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `}`, "nested too deeply"},
		{strings.Repeat(" ", MaxDocument+1), "longer than 6144 bytes"},
	} {
		if _, err := Parse([]byte(c.document)); err == nil || err.Error() != c.want {
			t.Errorf("%.200s\n got %v\nwant %s", c.document, err, c.want)
		}
	}
	for _, c := range []struct{ document, want string }{
		{allow("*"), `statement 1: unknown element "Resource"`},
		{one(`{"Effect": "Allow", "Action": "sts:AssumeRole"}`), `statement 1: Principal: must be an object with "RAM" or "Service"`},
		{one(`{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {}}`), `statement 1: Principal: must be an object with "RAM" or "Service"`},
		{one(`{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}`), `statement 1: Principal: unknown element "AWS"`},
	} {
		if _, err := ParseTrust([]byte(c.document)); err == nil || err.Error() != c.want {
			t.Errorf("%s\n got %v\nwant %s", c.document, err, c.want)
		}
	}
}

// TestPatternsEnd: a pattern made to be slow is not.
func TestPatternsEnd(t *testing.T) {
	t.Parallel()
	if match(strings.Repeat("*a", 2000)+"b", strings.Repeat("a", 4000)) {
		t.Error("matched")
	}
}

// FuzzEvaluate holds the package against the reference, with documents and requests of any kind.
func FuzzEvaluate(f *testing.F) {
	for _, c := range cases {
		for _, d := range c.policies {
			f.Add(d, c.request.Action, c.request.Resource, "x:Text", c.request.Context["x:Text"], SourceIP, c.request.Context[SourceIP])
		}
	}
	f.Fuzz(func(t *testing.T, document, action, resource, key, value, key2, value2 string) {
		p, err := Parse([]byte(document))
		if err != nil {
			return
		}
		r := Request{Action: action, Resource: resource, Context: map[string]string{key: value, key2: value2}}
		if got, want := Evaluate([]*Policy{p}, r), refVerdict([]string{document}, r); got != want {
			t.Errorf("%s\n%+v\n%v, the reference %v", document, r, got, want)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p := parseAll(b, []string{
		doc(st("Deny", `"*"`, `"*"`, `{"NotIpAddress": {"acs:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}`)),
		doc(st("Allow", `["ice:Get*", "ice:List*", "ice:Submit*"]`, `"acs:ice:*:*:*"`, "")),
	})
	b.ReportAllocs()
	for b.Loop() {
		if Evaluate(p, get) != Allow {
			b.Fatal("denied")
		}
	}
}
