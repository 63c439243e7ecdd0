package policy

import "slices"

// evaluation is a row of the table that the tests, the fuzz target and the benchmark share.
type evaluation struct {
	name     string
	trust    bool
	policies []string // each the statements of one document, without what is around them
	request  Request
	want     Verdict
}

func (e evaluation) documents() []string {
	var all []string
	for _, p := range e.policies {
		all = append(all, `{"Version":"1","Statement":[`+p+`]}`)
	}
	return all
}

const (
	submit = "ice:SubmitMediaInfoJob"
	line   = "acs:ice:cn-shanghai:1234567890123456:pipeline/fast"
	alice  = "acs:ram::1234567890123456:user/alice"

	allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	denyAll  = `{"Effect":"Deny","Action":"*","Resource":"*"}`
)

// evaluations are all rows, those for actions, resources and so on first.
func evaluations() []evaluation {
	all := slices.Clone(composed)
	for _, c := range actionCases {
		all = append(all, evaluation{"action " + c.pattern + " for " + c.value, false,
			[]string{`{"Effect":"Allow","Action":` + c.pattern + `,"Resource":"*"}`}, Request{Action: c.value, Resource: line}, c.allowed()})
	}
	for _, c := range resourceCases {
		all = append(all, evaluation{"resource " + c.pattern + " for " + c.value, false,
			[]string{`{"Effect":"Allow","Action":"*","Resource":` + c.pattern + `}`}, Request{Action: submit, Resource: c.value}, c.allowed()})
	}
	for _, c := range principalCases {
		all = append(all, evaluation{"principal " + c.pattern + " for " + c.value, true,
			[]string{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + c.pattern + `}`}, Request{Action: "sts:AssumeRole", Principal: c.value}, c.allowed()})
	}
	for _, c := range conditionCases {
		e := evaluation{c.operator + " " + c.values + " for " + c.value, false,
			[]string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"` + c.operator + `":{"ice:Key":` + c.values + `}}}`},
			Request{Action: submit, Resource: line, Context: map[string]string{"ice:Key": c.value}}, ImplicitDeny}
		if c.value == absent {
			e.request.Context = nil
		}
		if c.holds {
			e.want = Allow
		}
		all = append(all, e)
	}
	return all
}

type patternCase struct {
	pattern string // JSON
	value   string
	matches bool
}

func (c patternCase) allowed() Verdict {
	if c.matches {
		return Allow
	}
	return ImplicitDeny
}

var actionCases = []patternCase{
	{`"*"`, submit, true},
	{`"*"`, "", true},
	{`"ice:SubmitMediaInfoJob"`, submit, true},
	{`"ICE:submitmediainfojob"`, submit, true},
	{`"ice:SubmitMediaInfoJob"`, "ICE:SUBMITMEDIAINFOJOB", true},
	{`"ice:SubmitMediaInfoJob"`, "mts:SubmitMediaInfoJob", false},
	{`"ice:SubmitMediaInfoJob"`, "ice:SubmitMediaInfoJobs", false},
	{`"ice:SubmitMediaInfoJob"`, "ice:SubmitMediaInfoJo", false},
	{`"ice:*"`, submit, true},
	{`"ice:*"`, "ice:", true},
	{`"ice:*"`, "ice", false},
	{`"ice:*"`, "live:Add", false},
	{`"ice:*Job"`, submit, true},
	{`"ice:*Job"`, "ice:ListMediaInfoJobs", false},
	{`"ice:*MediaInfo*"`, "ice:ListMediaInfoJobs", true},
	{`"ice:Get*Job"`, submit, false},
	{`"ice:ListMediaInfoJob?"`, "ice:ListMediaInfoJobs", true},
	{`"ice:ListMediaInfoJob?"`, "ice:ListMediaInfoJob", false},
	{`"ice:ListMediaInfoJob??"`, "ice:ListMediaInfoJobs", false},
	{`"*:*Job"`, submit, true},
	{`"?c?:*"`, submit, true},
	{`["mts:*","ice:SubmitMediaInfoJob"]`, submit, true},
	{`["mts:*","ice:GetMediaInfoJob"]`, submit, false},
	{`"ice:Key"`, "ice:\u212aey", false}, // the sign of the kelvin, whose lower case is k
	{`"ice:?ey"`, "ice:\u212aey", true},
}

var resourceCases = []patternCase{
	{`"*"`, line, true},
	{`"*"`, "", true},
	{`"acs:ice:cn-shanghai:1234567890123456:pipeline/fast"`, line, true},
	{`"acs:ice:cn-shanghai:1234567890123456:pipeline/Fast"`, line, false},
	{`"acs:ICE:cn-shanghai:1234567890123456:pipeline/fast"`, line, false},
	{`"acs:ice:*:*:pipeline/*"`, line, true},
	{`"acs:ice:*:*:template/*"`, line, false},
	{`"acs:ice:cn-?????hai:*"`, line, true},
	{`"acs:ice:cn-??????hai:*"`, line, false},
	{`"acs:ice:cn-????????:*"`, line, true},
	{`"acs:ice:*fast"`, line, true},
	{`"acs:ice:*fas"`, line, false},
	{`"*pipeline*"`, line, true},
	{`"*pipeline"`, line, false},
	{`"acs:*:*:*:*:*:*"`, line, false},
	{`["acs:oss:*","acs:ice:*"]`, line, true},
	{`["acs:oss:*","acs:mts:*"]`, line, false},
	{`"acs:oss:::b/a*a*a*b"`, "acs:oss:::b/aaaaaaaaab", true},
	{`"acs:oss:::b/a*a*a*b"`, "acs:oss:::b/aab", false},
	{`"acs:oss:::b/ab*abc"`, "acs:oss:::b/ababcababc", true},
	{`"acs:oss:::b/?"`, "acs:oss:::b/é", true},
	{`"acs:oss:::b/??"`, "acs:oss:::b/é", false},
	{`"acs:oss:::b/*??"`, "acs:oss:::b/視", false},
	{`"acs:oss:::b/*??bc"`, "acs:oss:::b/視bc", false},
	{`"acs:oss:::b/*??bc"`, "acs:oss:::b/視視bc", true},
	{`"acs:oss:::b/\u00e9*"`, "acs:oss:::b/é视频.mp4", true},
	{`"acs:oss:::b/?"`, "acs:oss:::b/\xff", true},
	{`"acs:oss:::b/?"`, "acs:oss:::b/\n", true},
	{`"acs:oss:::b/[a-z]+.$"`, "acs:oss:::b/abcd", false},
	{`"acs:oss:::b/[a-z]+.$"`, "acs:oss:::b/[a-z]+.$", true},
	{`"acs:oss:::b/\\*"`, `acs:oss:::b/\any`, true},
}

var principalCases = []patternCase{
	{`{"RAM":"acs:ram::1234567890123456:user/alice"}`, alice, true},
	{`{"RAM":"acs:ram::1234567890123456:user/Alice"}`, alice, false},
	{`{"RAM":"acs:ram::1234567890123456:root"}`, alice, true},
	{`{"RAM":"acs:ram::1234567890123456:root"}`, "acs:ram::1234567890123456:root", true},
	{`{"RAM":"acs:ram::1234567890123456:root"}`, "acs:ram::1234567890123456:assumed-role/r/s", true},
	{`{"RAM":"acs:ram::123456789012345:root"}`, alice, false},
	{`{"RAM":"acs:ram::1234567890123456:root"}`, "", false},
	{`{"RAM":["acs:ram::1:root","acs:ram::1234567890123456:role/r"]}`, "acs:ram::1234567890123456:role/r", true},
	{`{"RAM":["acs:ram::1:root"],"Service":["ice.aliyuncs.com"]}`, "ice.aliyuncs.com", true},
	{`{"Service":["ice.aliyuncs.com","mts.aliyuncs.com"]}`, "mts.aliyuncs.com", true},
	{`{"Service":"ice.aliyuncs.com"}`, "ice.aliyuncs.com.example", false},
	{`{"Service":"ice.aliyuncs.com"}`, alice, false},
}

// absent stands for a context without the key.
const absent = "(absent)"

var conditionCases = []struct {
	operator, values, value string
	holds                   bool
}{
	{"StringEquals", `"a"`, "a", true},
	{"StringEquals", `"a"`, "A", false},
	{"StringEquals", `["a","b"]`, "b", true},
	{"StringEquals", `["a","b"]`, "c", false},
	{"StringEquals", `"a*"`, "ab", false},
	{"StringEquals", `""`, "", true},
	{"StringEquals", `""`, absent, false},
	{"StringNotEquals", `"a"`, "a", false},
	{"StringNotEquals", `"a"`, "b", true},
	{"StringNotEquals", `["a","b"]`, "b", false},
	{"StringNotEquals", `["a","b"]`, "c", true},
	{"StringNotEquals", `"a"`, absent, true},
	{"StringEqualsIgnoreCase", `"Straße"`, "sTRAßE", true},
	{"StringEqualsIgnoreCase", `"Straße"`, "STRASSE", false},
	{"StringEqualsIgnoreCase", `"k"`, "\u212a", true},
	{"StringEqualsIgnoreCase", `"a"`, absent, false},
	{"StringNotEqualsIgnoreCase", `["a","b"]`, "B", false},
	{"StringNotEqualsIgnoreCase", `["a","b"]`, "C", true},
	{"StringNotEqualsIgnoreCase", `"a"`, absent, true},
	{"StringLike", `"a*c"`, "abc", true},
	{"StringLike", `"a*c"`, "ac", true},
	{"StringLike", `"a*c"`, "aBC", false},
	{"StringLike", `"a?c"`, "ac", false},
	{"StringLike", `["x*","*z"]`, "yz", true},
	{"StringLike", `"*"`, "", true},
	{"StringLike", `"*"`, absent, false},
	{"StringNotLike", `["x*","*z"]`, "yz", false},
	{"StringNotLike", `["x*","*z"]`, "zy", true},
	{"StringNotLike", `"*"`, absent, true},
	{"NumericEquals", `"10"`, "10", true},
	{"NumericEquals", `"10"`, "010.00", true},
	{"NumericEquals", `"10"`, "10.01", false},
	{"NumericEquals", `"0"`, "-0.0", true},
	{"NumericEquals", `["1","2"]`, "2", true},
	{"NumericEquals", `"10"`, "ten", false},
	{"NumericEquals", `"10"`, "1e1", false},
	{"NumericEquals", `"10"`, "+10", false},
	{"NumericEquals", `"10"`, " 10", false},
	{"NumericEquals", `"10"`, "", false},
	{"NumericEquals", `"0"`, absent, false},
	{"NumericEquals", `"9007199254740993"`, "9007199254740992", false},
	{"NumericNotEquals", `"10"`, "10.0", false},
	{"NumericNotEquals", `["1","2"]`, "3", true},
	{"NumericNotEquals", `["1","2"]`, "2", false},
	{"NumericNotEquals", `"10"`, "ten", true},
	{"NumericNotEquals", `"10"`, absent, true},
	{"NumericLessThan", `"10"`, "9.999", true},
	{"NumericLessThan", `"10"`, "10", false},
	{"NumericLessThan", `"-1"`, "-2", true},
	{"NumericLessThan", `"-1"`, "1", false},
	{"NumericLessThan", `"-1.5"`, "-1.25", false},
	{"NumericLessThan", `["1","100"]`, "50", true},
	{"NumericLessThanEquals", `"10"`, "10", true},
	{"NumericLessThanEquals", `"10"`, "10.000000000000000000001", false},
	{"NumericGreaterThan", `"9"`, "10", true},
	{"NumericGreaterThan", `"10"`, "10", false},
	{"NumericGreaterThan", `"0.05"`, "0.1", true},
	{"NumericGreaterThan", `"-0.5"`, "0", true},
	{"NumericGreaterThanEquals", `"10"`, "10", true},
	{"NumericGreaterThanEquals", `"10"`, "9", false},
	{"NumericGreaterThanEquals", `"10"`, "ten", false},
	{"DateEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59Z", true},
	{"DateEquals", `"2012-11-12T07:59:59+08:00"`, "2012-11-11T23:59:59Z", true},
	{"DateEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59.5Z", false},
	{"DateEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11", false},
	{"DateEquals", `"2012-11-11T23:59:59Z"`, absent, false},
	{"DateNotEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59.000Z", false},
	{"DateNotEquals", `["2012-11-11T23:59:59Z","2013-11-11T23:59:59Z"]`, "2012-11-11T23:59:58Z", true},
	{"DateNotEquals", `"2012-11-11T23:59:59Z"`, "yesterday", true},
	{"DateNotEquals", `"2012-11-11T23:59:59Z"`, absent, true},
	{"DateLessThan", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:58Z", true},
	{"DateLessThan", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59Z", false},
	{"DateLessThan", `"2012-11-11T23:59:59Z"`, "2012-11-12T00:00:00+08:00", true},
	{"DateLessThanEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59Z", true},
	{"DateLessThanEquals", `"2012-11-11T23:59:59Z"`, "2012-11-12T00:00:00Z", false},
	{"DateGreaterThan", `"2012-11-11T23:59:59Z"`, "2012-11-12T00:00:00Z", true},
	{"DateGreaterThan", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59Z", false},
	{"DateGreaterThanEquals", `"2012-11-11T23:59:59Z"`, "2012-11-11T23:59:59Z", true},
	{"DateGreaterThanEquals", `"2012-11-11T23:59:59Z"`, "2012-02-30T23:59:59Z", false},
	{"Bool", `"true"`, "true", true},
	{"Bool", `"true"`, "false", false},
	{"Bool", `"false"`, "false", true},
	{"Bool", `["true","false"]`, "false", true},
	{"Bool", `["true","false"]`, "maybe", false},
	{"Bool", `"true"`, "True", false},
	{"Bool", `"false"`, absent, false},
	{"IpAddress", `"10.0.0.1"`, "10.0.0.1", true},
	{"IpAddress", `"10.0.0.1"`, "10.0.0.2", false},
	{"IpAddress", `"10.0.0.0/8"`, "10.255.255.255", true},
	{"IpAddress", `"10.0.0.0/8"`, "11.0.0.0", false},
	{"IpAddress", `"10.1.2.3/8"`, "10.9.9.9", true},
	{"IpAddress", `"0.0.0.0/0"`, "203.0.113.9", true},
	{"IpAddress", `"0.0.0.0/0"`, "2001:db8::1", false},
	{"IpAddress", `"::/0"`, "2001:db8::1", true},
	{"IpAddress", `"::/0"`, "203.0.113.9", false},
	{"IpAddress", `"::/0"`, "::ffff:203.0.113.9", false},
	{"IpAddress", `"10.0.0.0/8"`, "::ffff:10.1.1.1", true},
	{"IpAddress", `"::ffff:10.0.0.0/104"`, "10.1.1.1", true},
	{"IpAddress", `"::ffff:10.0.0.0/104"`, "11.1.1.1", false},
	{"IpAddress", `"::ffff:a00:1"`, "10.0.0.1", true},
	{"IpAddress", `"2001:db8::/32"`, "2001:DB8:ffff::1", true},
	{"IpAddress", `"2001:db8::/32"`, "2001:db9::", false},
	{"IpAddress", `["192.168.0.0/16","2001:db8::1"]`, "2001:db8:0:0::1", true},
	{"IpAddress", `"10.0.0.0/8"`, "10.0.0.0/8", false},
	{"IpAddress", `"10.0.0.0/8"`, "010.0.0.1", false},
	{"IpAddress", `"fe80::/10"`, "fe80::1%eth0", false},
	{"IpAddress", `"0.0.0.0/0"`, absent, false},
	{"NotIpAddress", `"10.0.0.0/8"`, "10.1.1.1", false},
	{"NotIpAddress", `"10.0.0.0/8"`, "203.0.113.9", true},
	{"NotIpAddress", `["10.0.0.0/8","203.0.113.0/24"]`, "203.0.113.9", false},
	{"NotIpAddress", `"10.0.0.0/8"`, "nonsense", true},
	{"NotIpAddress", `"10.0.0.0/8"`, absent, true},
}

// inOffice is the context of a user at work.
var inOffice = map[string]string{
	CurrentTime:     "2026-03-02T09:30:00Z",
	SecureTransport: "true",
	SourceIP:        "10.20.30.40",
	MFAPresent:      "false",
	PrincipalARN:    alice,
}

const vendorExample = `{"Effect":"Allow","Action":["ice:SubmitMediaInfoJob","ice:GetMediaInfoJob","ice:ListMediaInfoJobs"],"Resource":"*",` +
	`"Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8"]},"Bool":{"acs:SecureTransport":"true"}}}`

var composed = []evaluation{
	{"no policies", false, nil, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"allow", false, []string{allowAll}, Request{Action: submit, Resource: line}, Allow},
	{"deny", false, []string{denyAll}, Request{Action: submit, Resource: line}, ExplicitDeny},
	{"allow then deny", false, []string{allowAll + "," + denyAll}, Request{Action: submit, Resource: line}, ExplicitDeny},
	{"deny then allow", false, []string{denyAll + "," + allowAll}, Request{Action: submit, Resource: line}, ExplicitDeny},
	{"deny in another policy", false, []string{allowAll, allowAll, denyAll}, Request{Action: submit, Resource: line}, ExplicitDeny},
	{"deny of something else", false, []string{allowAll, `{"Effect":"Deny","Action":"ice:Delete*","Resource":"*"}`}, Request{Action: submit, Resource: line}, Allow},
	{"second statement allows", false, []string{`{"Effect":"Allow","Action":"mts:*","Resource":"*"},` + allowAll}, Request{Action: submit, Resource: line}, Allow},
	{"not action", false, []string{`{"Effect":"Allow","NotAction":"ram:*","Resource":"*"}`}, Request{Action: submit, Resource: line}, Allow},
	{"not action, the one", false, []string{`{"Effect":"Allow","NotAction":["mts:*","ice:submit*"],"Resource":"*"}`}, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"deny not action", false, []string{allowAll, `{"Effect":"Deny","NotAction":"ice:*","Resource":"*"}`}, Request{Action: "mts:QueryJobList", Resource: line}, ExplicitDeny},
	{"not everything is nothing", false, []string{`{"Effect":"Deny","NotAction":"*","Resource":"*"}`}, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"not resource", false, []string{`{"Effect":"Allow","Action":"*","NotResource":"acs:oss:*"}`}, Request{Action: submit, Resource: line}, Allow},
	{"not resource, the one", false, []string{`{"Effect":"Allow","Action":"*","NotResource":["acs:oss:*","acs:ice:*:pipeline/fast"]}`}, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"action matches, resource does not", false, []string{`{"Effect":"Deny","Action":"ice:*","Resource":"acs:oss:*"}`}, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"principal is no matter", false, []string{allowAll}, Request{Action: submit, Resource: line, Principal: alice}, Allow},
	{"vendor's example", false, []string{vendorExample}, Request{Action: submit, Resource: line, Context: inOffice}, Allow},
	{"vendor's example, another action", false, []string{vendorExample}, Request{Action: "ice:DeletePipeline", Resource: line, Context: inOffice}, ImplicitDeny},
	{"vendor's example, from outside", false, []string{vendorExample}, Request{Action: submit, Resource: line, Context: map[string]string{SourceIP: "203.0.113.9", SecureTransport: "true"}}, ImplicitDeny},
	{"vendor's example, in the clear", false, []string{vendorExample}, Request{Action: submit, Resource: line, Context: map[string]string{SourceIP: "10.0.0.1", SecureTransport: "false"}}, ImplicitDeny},
	{"vendor's example, no context", false, []string{vendorExample}, Request{Action: submit, Resource: line}, ImplicitDeny},
	{"keys are and", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"ice:A":"1","ice:B":"2"}}}`}, Request{Context: map[string]string{"ice:A": "1", "ice:B": "2"}}, Allow},
	{"keys are and, one fails", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"ice:A":"1","ice:B":"2"}}}`}, Request{Context: map[string]string{"ice:A": "1", "ice:B": "1"}}, ImplicitDeny},
	{"operators are and", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"ice:A":"a*"},"StringNotLike":{"ice:A":"*z"}}}`}, Request{Context: map[string]string{"ice:A": "abc"}}, Allow},
	{"operators are and, one fails", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"ice:A":"a*"},"StringNotLike":{"ice:A":"*z"}}}`}, Request{Context: map[string]string{"ice:A": "az"}}, ImplicitDeny},
	{"empty condition", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}`}, Request{}, Allow},
	{"keys are exact", false, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"ice:Key":"1"}}}`}, Request{Context: map[string]string{"ice:key": "1"}}, ImplicitDeny},
	{"deny without MFA", false, []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"false"}}}`}, Request{Action: submit, Resource: line, Context: inOffice}, ExplicitDeny},
	{"deny without MFA, not known", false, []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"false"}}}`}, Request{Action: submit, Resource: line}, Allow},
	{"deny for want of the key", false, []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"acs:MFAPresent":"true"}}}`}, Request{Action: submit, Resource: line}, ExplicitDeny},
	{"office hours", false, []string{`{"Effect":"Allow","Action":"ice:*","Resource":"*","Condition":{"DateGreaterThan":{"acs:CurrentTime":"2026-03-02T17:00:00+08:00"},"DateLessThan":{"acs:CurrentTime":"2026-03-02T18:00:00+08:00"}}}`}, Request{Action: submit, Resource: line, Context: inOffice}, Allow},
	{"users of a path", false, []string{`{"Effect":"Allow","Action":"ice:*","Resource":"*","Condition":{"StringLike":{"acs:PrincipalARN":"acs:ram::*:user/a*"}}}`}, Request{Action: submit, Resource: line, Context: inOffice}, Allow},
	{"trust, another action", true, []string{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"}}`}, Request{Action: "sts:GetCallerIdentity", Principal: alice}, ImplicitDeny},
	{"trust, resource is no matter", true, []string{`{"Effect":"Allow","Action":["sts:AssumeRole"],"Principal":{"RAM":"acs:ram::1234567890123456:root"}}`}, Request{Action: "STS:assumerole", Principal: alice, Resource: line}, Allow},
	{"trust, all but one", true, []string{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"}},{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"RAM":"` + alice + `"}}`}, Request{Action: "sts:AssumeRole", Principal: alice}, ExplicitDeny},
	{"trust, with a condition", true, []string{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Condition":{"IpAddress":{"acs:SourceIp":"10.20.30.40"}}}`}, Request{Action: "sts:AssumeRole", Principal: alice, Context: inOffice}, Allow},
	{"trust, condition fails", true, []string{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Condition":{"Bool":{"acs:MFAPresent":"true"}}}`}, Request{Action: "sts:AssumeRole", Principal: alice, Context: inOffice}, ImplicitDeny},
}
