package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// refusal is a document that is no policy, and the words of the refusal.
type refusal struct {
	document string
	want     string
}

// refusals are documents as they are.
var refusals = []refusal{
	{``, `not JSON at byte 0`},
	{`{`, `not JSON at byte 1`},
	{`{"Version":"1",}`, `not JSON at byte 16`},
	{`{"Version":"1"} {}`, `not JSON at byte 17`},
	{"\ufeff{}", `not JSON at byte 1`},
	{"{\"Version\":\"\xff\"}", `not UTF-8`},
	{`{"Version":"\ud800"}`, `a string holds U+FFFD or half a surrogate pair`},
	{`{"\ud800":"1"}`, `a string holds U+FFFD or half a surrogate pair`},
	{strings.Repeat("[", MaxDocument) + "]", `6145 bytes, more than 6144`},
	{strings.Repeat("[", MaxDocument/2) + strings.Repeat("]", MaxDocument/2), `a list where an object belongs`},
	{`null`, `null where an object belongs`},
	{`"1"`, `a string where an object belongs`},
	{`true`, `a boolean where an object belongs`},
	{`{}`, `Version: missing`},
	{`{"Version":"1"}`, `Statement: missing`},
	{`{"Version":1,"Statement":[]}`, `Version: a number where a string belongs`},
	{`{"Version":"2012-10-17","Statement":[]}`, `Version: "2012-10-17" is not "1"`},
	{`{"Version":"1","Statement":[]}`, `Statement: the list is empty`},
	{`{"Version":"1","Statement":"x"}`, `Statement: a string where a list of objects belongs`},
	{`{"Version":"1","Statement":null}`, `Statement: null where a list of objects belongs`},
	{`{"Version":"1","Statement":["x"]}`, `statement 1: a string where an object belongs`},
	{`{"Version":"1","Statement":[[]]}`, `statement 1: a list where an object belongs`},
	{`{"Version":"1","Id":"x","Statement":[]}`, `key "Id" is unknown`},
	{`{"version":"1","Statement":[]}`, `key "version" is unknown`},
	{`{"Version":"1","Version":"1","Statement":[]}`, `key "Version" appears twice`},
	{`{"Version":"1","V\u0065rsion":"1","Statement":[]}`, `key "Version" appears twice`},
	{`{"Version":"1","Statement":` + allowAll + `,"Statement":` + denyAll + `}`, `key "Statement" appears twice`},
	{`{"Version":"1","Statement":{}}`, `statement 1: Effect: missing`},
}

// statementRefusals are second statements, after one that is right.
var statementRefusals = []refusal{
	{`{"Action":"*","Resource":"*"}`, `Effect: missing`},
	{`{"Effect":"allow","Action":"*","Resource":"*"}`, `Effect: "allow" is neither "Allow" nor "Deny"`},
	{`{"Effect":true,"Action":"*","Resource":"*"}`, `Effect: a boolean where a string belongs`},
	{`{"Effect":"Allow","Resource":"*"}`, `Action: missing`},
	{`{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`, `both Action and NotAction`},
	{`{"Effect":"Allow","Action":[],"Resource":"*"}`, `Action: the list is empty`},
	{`{"Effect":"Allow","Action":null,"Resource":"*"}`, `Action: null where a string belongs`},
	{`{"Effect":"Allow","Action":{},"Resource":"*"}`, `Action: an object where a string belongs`},
	{`{"Effect":"Allow","Action":["ice:*",7],"Resource":"*"}`, `Action: a number where a string belongs`},
	{`{"Effect":"Allow","Action":[["ice:*"]],"Resource":"*"}`, `Action: a list where a string belongs`},
	{`{"Effect":"Allow","Action":"","Resource":"*"}`, `Action: "" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":"SubmitMediaInfoJob","Resource":"*"}`, `Action: "SubmitMediaInfoJob" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","NotAction":["*","ice:"],"Resource":"*"}`, `NotAction: "ice:" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":":Get","Resource":"*"}`, `Action: ":Get" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":"ice:a:b","Resource":"*"}`, `Action: "ice:a:b" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":"ice: Get","Resource":"*"}`, `Action: "ice: Get" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":"ice:é","Resource":"*"}`, `Action: "ice:é" is not "*" or an action, service:name`},
	{`{"Effect":"Allow","Action":"*"}`, `Resource: missing`},
	{`{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}`, `both Resource and NotResource`},
	{`{"Effect":"Allow","Action":"*","Resource":["*",""]}`, `Resource: "" is not "*" or a resource, acs:service:region:account:id`},
	{`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b"}`, `NotResource: "arn:aws:s3:::b" is not "*" or a resource, acs:service:region:account:id`},
	{`{"Effect":"Allow","Action":"*","Resource":false}`, `Resource: a boolean where a string belongs`},
	{`{"Effect":"Allow","Action":"*","Resource":"*","Sid":"x"}`, `key "Sid" is unknown`},
	{`{"Effect":"Allow","Action":"*","Resource":"*","Effect":"Deny"}`, `key "Effect" appears twice`},
	{`{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"RAM":"acs:ram::1:root"}}`, `key "Principal" is unknown`},
}

// conditionRefusals are what stands behind "Condition".
var conditionRefusals = []refusal{
	{`null`, `Condition: null where an object belongs`},
	{`[]`, `Condition: a list where an object belongs`},
	{`{"StringMatches":{"acs:SourceIp":"x"}}`, `Condition: operator "StringMatches" is unknown`},
	{`{"stringEquals":{"acs:SourceIp":"x"}}`, `Condition: operator "stringEquals" is unknown`},
	{`{"BoolIfExists":{"acs:MFAPresent":"true"}}`, `Condition: operator "BoolIfExists" is unknown`},
	{`{"NotBool":{"acs:MFAPresent":"true"}}`, `Condition: operator "NotBool" is unknown`},
	{`{"Bool":{"acs:MFAPresent":"true"},"Bool":{"acs:SecureTransport":"true"}}`, `Condition: key "Bool" appears twice`},
	{`{"Bool":"true"}`, `Condition.Bool: a string where an object belongs`},
	{`{"Bool":{}}`, `Condition.Bool: no keys`},
	{`{"Bool":{"acs:MFAPresent":"true","acs:MFAPresent":"false"}}`, `Condition.Bool: key "acs:MFAPresent" appears twice`},
	{`{"Bool":{"MFAPresent":"true"}}`, `Condition.Bool: "MFAPresent" is not a key, prefix:name`},
	{`{"Bool":{"acs:":"true"}}`, `Condition.Bool: "acs:" is not a key, prefix:name`},
	{`{"Bool":{"acs:MfaPresent":"true"}}`, `Condition.Bool: key "acs:MfaPresent" is spelt "acs:MFAPresent"`},
	{`{"Bool":{"acs:MFAPresent":true}}`, `Condition.Bool.acs:MFAPresent: a boolean where a string belongs`},
	{`{"Bool":{"acs:MFAPresent":[]}}`, `Condition.Bool.acs:MFAPresent: the list is empty`},
	{`{"Bool":{"acs:MFAPresent":"yes"}}`, `Condition.Bool.acs:MFAPresent: "yes" is not "true" or "false"`},
	{`{"Bool":{"acs:MFAPresent":["true","True"]}}`, `Condition.Bool.acs:MFAPresent: "True" is not "true" or "false"`},
	{`{"StringEquals":{"ice:Key":{"a":"b"}}}`, `Condition.StringEquals.ice:Key: an object where a string belongs`},
	{`{"NumericEquals":{"ice:Key":5}}`, `Condition.NumericEquals.ice:Key: a number where a string belongs`},
	{`{"NumericEquals":{"ice:Key":""}}`, `Condition.NumericEquals.ice:Key: "" is not a number`},
	{`{"NumericLessThan":{"ice:Key":["5","0x10"]}}`, `Condition.NumericLessThan.ice:Key: "0x10" is not a number`},
	{`{"NumericLessThanEquals":{"ice:Key":"1e9"}}`, `Condition.NumericLessThanEquals.ice:Key: "1e9" is not a number`},
	{`{"NumericGreaterThan":{"ice:Key":"1."}}`, `Condition.NumericGreaterThan.ice:Key: "1." is not a number`},
	{`{"NumericGreaterThanEquals":{"ice:Key":".5"}}`, `Condition.NumericGreaterThanEquals.ice:Key: ".5" is not a number`},
	{`{"NumericNotEquals":{"ice:Key":"-"}}`, `Condition.NumericNotEquals.ice:Key: "-" is not a number`},
	{`{"NumericEquals":{"ice:Key":"NaN"}}`, `Condition.NumericEquals.ice:Key: "NaN" is not a number`},
	{`{"NumericEquals":{"ice:Key":"٣"}}`, `Condition.NumericEquals.ice:Key: "٣" is not a number`},
	{`{"DateEquals":{"acs:CurrentTime":"2012-11-11"}}`, `Condition.DateEquals.acs:CurrentTime: "2012-11-11" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateNotEquals":{"acs:CurrentTime":"2012-11-11T23:59:59"}}`, `Condition.DateNotEquals.acs:CurrentTime: "2012-11-11T23:59:59" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateLessThan":{"acs:CurrentTime":"2011-02-29T00:00:00Z"}}`, `Condition.DateLessThan.acs:CurrentTime: "2011-02-29T00:00:00Z" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateLessThanEquals":{"acs:CurrentTime":"2012-11-11T3:59:59Z"}}`, `Condition.DateLessThanEquals.acs:CurrentTime: "2012-11-11T3:59:59Z" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateGreaterThan":{"acs:CurrentTime":"2012-11-11T23:59:59+24:00"}}`, `Condition.DateGreaterThan.acs:CurrentTime: "2012-11-11T23:59:59+24:00" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateGreaterThanEquals":{"acs:CurrentTime":"2012-11-11t23:59:59z"}}`, `Condition.DateGreaterThanEquals.acs:CurrentTime: "2012-11-11t23:59:59z" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateEquals":{"acs:CurrentTime":"2012-11-11T23:59:59,5Z"}}`, `Condition.DateEquals.acs:CurrentTime: "2012-11-11T23:59:59,5Z" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateEquals":{"acs:CurrentTime":"2012-11-11T23:59:59+00:60"}}`, `Condition.DateEquals.acs:CurrentTime: "2012-11-11T23:59:59+00:60" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"DateEquals":{"acs:CurrentTime":"2012-11-11T23:59:60Z"}}`, `Condition.DateEquals.acs:CurrentTime: "2012-11-11T23:59:60Z" is not a date, yyyy-MM-ddTHH:mm:ssZ`},
	{`{"IpAddress":{"acs:SourceIp":"10.0.0.0/33"}}`, `Condition.IpAddress.acs:SourceIp: "10.0.0.0/33" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"10.0.0"}}`, `Condition.IpAddress.acs:SourceIp: "10.0.0" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"10.0.0.0/08"}}`, `Condition.IpAddress.acs:SourceIp: "10.0.0.0/08" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"010.0.0.1"}}`, `Condition.IpAddress.acs:SourceIp: "010.0.0.1" is not an address or a CIDR`},
	{`{"NotIpAddress":{"acs:SourceIp":["10.0.0.1","*"]}}`, `Condition.NotIpAddress.acs:SourceIp: "*" is not an address or a CIDR`},
	{`{"NotIpAddress":{"acs:SourceIp":"10.0.0.0/255.0.0.0"}}`, `Condition.NotIpAddress.acs:SourceIp: "10.0.0.0/255.0.0.0" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"2001:db8::/129"}}`, `Condition.IpAddress.acs:SourceIp: "2001:db8::/129" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"::ffff:10.0.0.0/95"}}`, `Condition.IpAddress.acs:SourceIp: "::ffff:10.0.0.0/95" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIp":"fe80::1%eth0"}}`, `Condition.IpAddress.acs:SourceIp: "fe80::1%eth0" is not an address or a CIDR`},
	{`{"IpAddress":{"acs:SourceIP":"10.0.0.1"}}`, `Condition.IpAddress: key "acs:SourceIP" is spelt "acs:SourceIp"`},
}

// trustRefusals are statements of trust policies.
var trustRefusals = []refusal{
	{`{"Effect":"Allow","Action":"sts:AssumeRole"}`, `Principal: missing`},
	{`{"Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}`, `Effect: missing`},
	{`{"Effect":"Allow","Principal":{"RAM":"acs:ram::1:root"}}`, `Action: missing`},
	{`{"Effect":"Allow","NotAction":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}`, `key "NotAction" is unknown`},
	{`{"Effect":"Allow","Action":"sts:*","Principal":{"RAM":"acs:ram::1:root"}}`, `Action: "sts:*" is not "sts:AssumeRole", the only action of a trust policy`},
	{`{"Effect":"Allow","Action":["sts:AssumeRole","*"],"Principal":{"RAM":"acs:ram::1:root"}}`, `Action: "*" is not "sts:AssumeRole", the only action of a trust policy`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Principal":{"RAM":"acs:ram::1:root"}}`, `key "Resource" is unknown`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}`, `Principal: a string where an object belongs`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{}}`, `Principal: neither RAM nor Service`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Federated":"x"}}`, `Principal: key "Federated" is unknown`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":[]}}`, `Principal.RAM: the list is empty`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":[1]}}`, `Principal.RAM: a number where a string belongs`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}`, `Principal.RAM: "*" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::*:root"}}`, `Principal.RAM: "acs:ram::*:root" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram:::root"}}`, `Principal.RAM: "acs:ram:::root" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:user/*"}}`, `Principal.RAM: "acs:ram::1:user/*" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:role/"}}`, `Principal.RAM: "acs:ram::1:role/" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:group/g"}}`, `Principal.RAM: "acs:ram::1:group/g" is not acs:ram::account: and root, user/name or role/name`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"*"}}`, `Principal.Service: "*" is not the name of a service`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root","Service":["ice.aliyuncs.com",""]}}`, `Principal.Service: "" is not the name of a service`},
	{`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"},"Condition":{"Bool":{"acs:MFAPresent":"1"}}}`, `Condition.Bool.acs:MFAPresent: "1" is not "true" or "false"`},
}

const allowRoot = `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}`

// allRefusals are the tables as whole documents, those of identities and those of trust.
func allRefusals() (identity, trust []refusal) {
	second := func(first string, rows []refusal, around string) (all []refusal) {
		for _, r := range rows {
			statement := fmt.Sprintf(around, r.document)
			all = append(all, refusal{`{"Version":"1","Statement":[` + first + `,` + statement + `]}`, `statement 2: ` + r.want})
		}
		return all
	}
	identity = append(identity, refusals...)
	identity = append(identity, second(allowAll, statementRefusals, "%s")...)
	identity = append(identity, second(allowAll, conditionRefusals, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":%s}`)...)
	trust = append(trust, refusals...)
	return identity, append(trust, second(allowRoot, trustRefusals, "%s")...)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	identity, trust := allRefusals()
	for i, rows := range [][]refusal{identity, trust} {
		trust := i == 1
		for _, row := range rows {
			t.Run(row.want, func(t *testing.T) {
				t.Parallel()
				p, err := parser(trust)([]byte(row.document))
				var malformed *MalformedError
				if p != nil || !errors.As(err, &malformed) || err.Error() != row.want {
					t.Errorf("%s\ngot  %v\nwant %s", row.document, err, row.want)
				}
				if strings.Contains(row.want, "twice") {
					return // a map has forgotten it
				}
				if got, ok := referenceVerdict([]string{row.document}, trust, Request{}); ok {
					t.Errorf("%s\nthe reference says %s", row.document, got)
				}
			})
		}
	}
}
