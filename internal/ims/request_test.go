package ims

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

const (
	okInput  = `{"Type":"OSS","Media":"oss://bucket/a.mp4"}`
	okID     = "ab4802364a2e49208c99efab82dfa8e8"
	dotted   = "Input.Type=OSS&Input.Media=oss://bucket/a.mp4"
	formCode = "application/x-www-form-urlencoded"
)

// submit builds a query for SubmitMediaInfoJob from an Input and more parameters.
func submit(input string, more ...string) string {
	v := url.Values{"Input": {input}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v.Encode()
}

func parse(t *testing.T, query string) *Request {
	t.Helper()
	r, err := ParseRequest(httptest.NewRequest("POST", "/?"+query, nil), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func code(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestDecodeSubmit(t *testing.T) {
	t.Parallel()
	const pipeline = "e37ebee5d98b4781897f6086e89f9c56"
	want := job.Spec{
		Name: "a*b~c+d e", UserData: `{"NotifyAddress":"https://example.com/cb","k":1}`, Async: true, Trigger: "API",
		Input:      job.Input{Type: job.InputOSS, Media: "OSS://bucket/<视频> 1.mp4?a=1&b=2"},
		PipelineID: pipeline, Priority: 5, NotifyAddress: "https://example.com/cb",
	}
	input := `{"Media":"OSS://bucket/<视频> 1.mp4?a=1&b=2","Type":"OSS","Other":[{}]}`
	for name, query := range map[string]string{
		"number": submit(input, "Name", want.Name, "UserData", want.UserData, "ScheduleConfig", `{"PipelineId":"`+pipeline+`","Priority":5}`),
		"string": submit(" "+input+" ", "Name", want.Name, "UserData", want.UserData, "ScheduleConfig", `{"Priority":"5","PipelineId":"`+pipeline+`"}`),
		"dotted": submit("", "Input.Type", "OSS", "Input.Media", want.Input.Media, "Name", want.Name, "UserData", want.UserData,
			"ScheduleConfig.PipelineId", pipeline, "ScheduleConfig.Priority", "5"),
	} {
		got, err := DecodeSubmitMediaInfoJob(parse(t, query))
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	got, err := DecodeSubmitSyncMediaInfoJob(parse(t, submit(okInput, "ScheduleConfig", "", "UserData", "plain {text")))
	if err != nil || got.Async || got.PipelineID != "" || got.Priority != 0 || got.NotifyAddress != "" {
		t.Errorf("defaults: got %+v, %v", got, err)
	}
	escaped := `{"Type":"OSS","Media":"oss:\/\/b\/\ud83d\ude00.mp4"}`
	if got, err := DecodeSubmitMediaInfoJob(parse(t, submit(escaped))); err != nil || got.Input.Media != "oss://b/😀.mp4" {
		t.Errorf("escapes: got %+v, %v", got, err)
	}
	queue := `{"NotifyAddress":"ice-callback-1"}`
	if got, err := DecodeSubmitMediaInfoJob(parse(t, submit(okInput, "UserData", queue))); err != nil || got.NotifyAddress != "ice-callback-1" {
		t.Errorf("queue: got %+v, %v", got, err)
	}
}

// Every refusal names the parameter and, when a value is bad, says why.
func TestDecodeSubmitRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 20) + strings.Repeat("]", 20)
	for query, want := range map[string]string{
		"":                                   `MissingParameter: The input parameter "Input" that`,
		submit(`{}`):                         `MissingParameter: The input parameter "Input.Type" that`,
		submit(`{"type":"OSS"}`):             `MissingParameter: The input parameter "Input.Type" that`,
		submit(`{"Type":null}`):              `MissingParameter: The input parameter "Input.Type" that`,
		submit(`{"Type":"OSS","Media":""}`):  `MissingParameter: The input parameter "Input.Media" that`,
		submit(`{"Type":"URL","Media":"x"}`): `InvalidParameter: The specified parameter "Input.Type" is not valid. It must be one of OSS, Media.`,
		submit(`{"Type":5,"Media":"x"}`):     `InvalidParameter: The specified parameter "Input.Type" is not valid. It must be a string.`,
		submit(`[object Object]`):            `InvalidParameter: The specified parameter "Input" is not valid. It is the text "[object Object]"`,
		submit(`[]`):                         `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: it is another kind`,
		submit(`null`):                       `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object`,
		submit(okInput + "x"):                `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: there is more`,
		submit(okInput + okInput):            `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: there is more`,
		submit(okInput[:20]):                 `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: it ends too early`,
		submit(`{"Type":"OSS","Type":"OSS","Media":"oss://b/k"}`):                              `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: the key "Type" is repeated`,
		submit(`{"Type":"OSS","type":"x","Media":"oss://b/k"}`):                                `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: the key "type" is repeated`,
		submit(`{"Type":"OSS","Media":"oss://b/k","x":` + deep + `}`):                          `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: it is nested`,
		submit(`{"Type":"OSS","Media":"oss://b/\ud800"}`):                                      `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: a \u escape is half`,
		submit(`{"Type":"OSS","Media":"oss://b/\u0000"}`):                                      `InvalidParameter: The specified parameter "Input" is not valid. It must be one JSON object: it contains a zero byte`,
		submit(`{"Type":"OSS","Media":"oss://b/\n"}`):                                          `InvalidParameter: The specified parameter "Input.Media" is not valid. It contains a control`,
		submit(`{"Type":"OSS","Media":"/etc/passwd"}`):                                         `InvalidParameter: The specified parameter "Input.Media" is not valid. It must be a URL`,
		submit(`{"Type":"OSS","Media":"file:///etc/passwd"}`):                                  `InvalidParameter: The specified parameter "Input.Media" is not valid. The URL's scheme`,
		submit(`{"Type":"Media","Media":"XYZ"}`):                                               `ResourceNotFound: Resource not found. The media asset "XYZ" does not exist.`,
		submit(okInput) + "&" + dotted:                                                         `InvalidParameter: The specified parameter "Input" is not valid. It is given both`,
		submit(okInput, "Name", strings.Repeat("n", 1025)):                                     `InvalidParameter: The specified parameter "Name" is not valid. It is longer than 1024 bytes.`,
		submit(okInput, "UserData", strings.Repeat("n", 1025)):                                 `InvalidParameter: The specified parameter "UserData" is not valid. It is longer`,
		submit(okInput, "UserData", `{"NotifyAddress":"ftp://x"}`):                             `InvalidParameter: The specified parameter "UserData.NotifyAddress" is not valid.`,
		submit(okInput, "UserData", `{"NotifyAddress":7}`):                                     `InvalidParameter: The specified parameter "UserData.NotifyAddress" is not valid. It must be a string.`,
		submit(okInput, "UserData", `{"NotifyAddress":"http://a","notifyaddress":"http://b"}`): `InvalidParameter: The specified parameter "UserData" is not valid.`,
		submit(okInput, "ScheduleConfig", `{"Priority":11}`):                                   `InvalidParameter: The specified parameter "ScheduleConfig.Priority" is not valid. It must be a whole number from 1 to 10.`,
		submit(okInput, "ScheduleConfig", `{"Priority":5.5}`):                                  `InvalidParameter: The specified parameter "ScheduleConfig.Priority" is not valid.`,
		submit(okInput, "ScheduleConfig", `{"Priority":[5]}`):                                  `InvalidParameter: The specified parameter "ScheduleConfig.Priority" is not valid.`,
		submit(okInput, "ScheduleConfig", `{"PipelineId":5}`):                                  `InvalidParameter: The specified parameter "ScheduleConfig.PipelineId" is not valid. It must be a string.`,
		submit(okInput, "ScheduleConfig", `{"PipelineId":"x"}`):                                `ResourceNotFound: Resource not found. The pipeline "x" does not exist.`,
		submit(okInput, "ScheduleConfig", `7`):                                                 `InvalidParameter: The specified parameter "ScheduleConfig" is not valid. It must be one JSON object`,
	} {
		_, err := DecodeSubmitMediaInfoJob(parse(t, query))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", query, err, want)
		}
	}
}

func TestParseRequestUnion(t *testing.T) {
	t.Parallel()
	hr := httptest.NewRequest("POST", "/?Name=a+b&Empty=&Bare", strings.NewReader("JobId=%2B&Action=GetMediaInfoJob"))
	hr.Header.Set("Content-Type", formCode+"; charset=utf-8")
	hr.Header.Set("X-Acs-Action", GetMediaInfoJob)
	hr.Header.Set("X-Acs-Version", VersionICE)
	r, err := ParseRequest(hr, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if r.Query["Name"] != "a b" || r.Form["JobId"] != "+" || len(r.Query) != 3 || len(r.Params) != 5 || !r.HasBody {
		t.Errorf("got %+v", r)
	}
	if r.Action != GetMediaInfoJob || r.Version != VersionICE || r.Format != JSON {
		t.Errorf("got %s %s %s", r.Action, r.Version, r.Format)
	}
	sum := sha256.Sum256([]byte("JobId=%2B&Action=GetMediaInfoJob"))
	if r.BodySHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("body hash %q", r.BodySHA256)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"Signature=x": XML, "Signature=x&Format=": XML, "Signature=x&Format=json": JSON, "Signature=x&Format=JSON": JSON,
		"Signature=x&Format=xMl": XML, "Format=xml": XML, "": JSON,
	} {
		if got := parse(t, query).Format; got != want {
			t.Errorf("%q: got %s, want %s", query, got, want)
		}
	}
	r, err := ParseRequest(httptest.NewRequest("GET", "/?Format=yaml&Signature=x", nil), 1<<20)
	if code(err) != InvalidFormat || r.Format != JSON {
		t.Errorf("yaml: %v in %s", err, r.Format)
	}
}

func TestDecodeList(t *testing.T) {
	t.Parallel()
	r := parse(t, "StartOfCreateTime=2026-01-02T03:04:05Z&EndOfCreateTime=2026-01-02T03:04:05Z&Status=Fail&OrderBy=CreateTimeAsc&PageSize=100&JobId="+okID+"&NextPageToken=t")
	l, err := DecodeListMediaInfoJobs(r)
	if err != nil {
		t.Fatal(err)
	}
	f := l.Filter
	if f.To.Sub(f.From) != time.Second-1 || !f.States.Has(job.Cancelled) || f.States.Has(job.Succeeded) || !f.Oldest ||
		l.PageSize != 100 || f.ID.String() != okID || l.PageToken != "t" || l.Nothing {
		t.Errorf("got %+v", l)
	}
	l, err = DecodeListMediaInfoJobs(parse(t, ""))
	if err != nil || l.PageSize != 10 || l.Filter != (job.Filter{}) {
		t.Errorf("defaults: %+v, %v", l, err)
	}
	if l, err = DecodeListMediaInfoJobs(parse(t, "JobId=nonsense")); err != nil || !l.Nothing {
		t.Errorf("impossible id: %+v, %v", l, err)
	}
	for _, query := range []string{
		"PageSize=0", "PageSize=101", "PageSize=-1", "PageSize=1e1", "PageSize=+5", "PageSize=0x10", "PageSize=99999999999999999999",
		"Status=init", "Status=Running", "OrderBy=Asc", "StartOfCreateTime=2026-01-02", "StartOfCreateTime=2026-01-02T03:04:05.5Z",
		"StartOfCreateTime=2026-01-02T03:04:05%2B00:00", "EndOfCreateTime=2026-02-30T00:00:00Z", "EndOfCreateTime=2026-1-02T00:00:00Z",
		"StartOfCreateTime=2026-01-02T03:04:06Z&EndOfCreateTime=2026-01-02T03:04:05Z",
	} {
		if _, err := DecodeListMediaInfoJobs(parse(t, query)); code(err) != InvalidParameter {
			t.Errorf("%s: got %v", query, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("Action=GetMediaInfoJob&Version=2020-11-09&JobId="+okID, "", "")
	f.Add("Input=%5Bobject%20Object%5D&Signature=x", "a=b&a=c", formCode)
	f.Add("a=%zz&%00=1", `{"a":1}`, "application/json")
	f.Fuzz(func(t *testing.T, query, body, contentType string) {
		hr := httptest.NewRequest("POST", "/", strings.NewReader(body))
		hr.URL.RawQuery = query
		hr.Header.Set("Content-Type", contentType)
		r, err := ParseRequest(hr, 1<<16)
		if r == nil || r.Format != JSON && r.Format != XML {
			t.Fatalf("no format: %+v", r)
		}
		if len(r.Params) > MaxParameters || len(r.Query)+len(r.Form) != len(r.Params) {
			t.Fatalf("%d parameters of %d and %d", len(r.Params), len(r.Query), len(r.Form))
		}
		if err == nil {
			for _, a := range Actions() {
				_, err := a.Decode(r)
				checkError(t, err)
			}
		}
		checkError(t, err)
	})
}

func FuzzInputJSON(f *testing.F) {
	for _, s := range []string{okInput, `{"Type":"OSS","type":""}`, `{"a":[{"b":"\ud800"}]}`, "[object Object]", "{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, input string) {
		r := &Request{Params: map[string]string{"Input": input}}
		spec, err := DecodeSubmitMediaInfoJob(r)
		checkError(t, err)
		if err != nil {
			return
		}
		if spec.Input.Media == "" || strings.ContainsAny(spec.Input.Media, "\x00\r\n") || spec.Input.Type == "" {
			t.Fatalf("accepted %+v", spec.Input)
		}
		if _, err := parseObject(input); err != nil {
			t.Fatalf("accepted what is no object: %v", err)
		}
	})
}

// checkError demands that what is refused is refused in the wire's words.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if code(err) == "" {
		t.Fatalf("not an error of the wire: %v", err)
	}
	body, _, encErr := Encode(XML, "Error", ErrorResponse{Message: err.Error()})
	if encErr != nil {
		t.Fatal(encErr)
	}
	wellFormedXML(t, body)
}
