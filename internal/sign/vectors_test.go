package sign_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
)

// vectorA is what the vendor's Go SDK signed (GetRPCSignature of the tea core).
func vectorA() map[string]string {
	return map[string]string{
		"AccessKeyId": "testid", "Action": "SubmitMediaInfoJob", "Format": "JSON",
		"Input":           `{"Media":"oss://bucket/path/to/video 1.mp4","Type":"OSS"}`,
		"Name":            "a*b~c+d e",
		"SignatureMethod": "HMAC-SHA1", "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
		"SignatureType": "", "SignatureVersion": "1.0", "Timestamp": "2026-01-02T03:04:05Z", "Version": "2020-11-09",
	}
}

func TestV1Vectors(t *testing.T) {
	withToken := vectorA()
	withToken["SecurityToken"] = "fake-sts-token"
	signed := vectorA()
	signed["Signature"] = "takes no part"
	cases := []struct {
		name, method string
		params       map[string]string
		want         string
	}{
		{"A GET", "GET", vectorA(), "wIQkCgRzmLvX5SERWQ2gRcW5uas="},
		{"A POST", "POST", vectorA(), "NNlFqAgUtiX5+u7fREf8JnTpVpM="},
		{"A with token", "GET", withToken, "mXftT21YcppmnxX+J3FoYBbILF8="},
		{"A with signature", "GET", signed, "wIQkCgRzmLvX5SERWQ2gRcW5uas="},
		{"B, the vendor's documented example", "GET", map[string]string{
			"AccessKeyId": "testid", "Action": "DescribeRegions", "Format": "XML", "SignatureMethod": "HMAC-SHA1",
			"SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", "SignatureVersion": "1.0",
			"Timestamp": "2016-02-23T12:46:24Z", "Version": "2014-05-26",
		}, "OLeaidS1JvxuMvnyHOwuJ+uX5qY="},
		{"C, captured", "POST", readCapture(t, "testdata/requests/go-tea-v1-SubmitMediaInfoJob.txt").query,
			"0Vjbr2/RBhQBleR/PcG3My95wa8="},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := sign.V1Signature(secret, sign.V1StringToSign(c.method, c.params)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestV1StringToSign(t *testing.T) {
	const want = `GET&%2F&AccessKeyId%3Dtestid%26Action%3DSubmitMediaInfoJob%26Format%3DJSON%26Input%3D%257B%2522Media%2522%253A%2522oss%253A%252F%252Fbucket%252Fpath%252Fto%252Fvideo%25201.mp4%2522%252C%2522Type%2522%253A%2522OSS%2522%257D%26Name%3Da%252Ab~c%252Bd%2520e%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureType%3D%26SignatureVersion%3D1.0%26Timestamp%3D2026-01-02T03%253A04%253A05Z%26Version%3D2020-11-09`
	if got := sign.V1StringToSign("GET", vectorA()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// vectorD is what the vendor's Go SDK signed (GetAuthorization of the tea core).
func vectorD() sign.V3Request {
	return sign.V3Request{
		Method: "POST", Path: "/",
		Query: map[string]string{
			"Input": `{"Media":"oss://bucket/path/to/video 1.mp4","Type":"OSS"}`, "Name": "a*b~c+d e", "UserData": "",
		},
		Header: map[string]string{
			"host": "localhost:8080", "x-acs-action": "SubmitMediaInfoJob", "x-acs-content-sha256": sign.EmptyHash,
			"x-acs-date": "2026-01-02T03:04:05Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
			"x-acs-version": "2020-11-09",
		},
		PayloadHash: sign.EmptyHash,
	}
}

func TestV3Vectors(t *testing.T) {
	token := vectorD()
	token.Header["x-acs-accesskey-id"], token.Header["x-acs-security-token"] = "testid", "fake-sts-token"

	form := vectorD()
	form.Query, form.PayloadHash = nil, "8201ec37692f755fe69fdf6aa8bd573eb4767044a7037c5302d4f6aac3295efb"
	maps.Copy(form.Header, map[string]string{"x-acs-action": "GetMediaInfoJob",
		"x-acs-content-sha256": form.PayloadHash, "content-type": "application/x-www-form-urlencoded"})

	documented := vectorD()
	documented.Query = map[string]string{"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
	maps.Copy(documented.Header, map[string]string{"host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances",
		"x-acs-version": "2014-05-26", "x-acs-date": "2023-10-26T10:22:32Z"})

	unsigned := vectorD()
	unsigned.Path = ""
	unsigned.Header["accept"] = "application/json"

	c := readCapture(t, "testdata/requests/go-tea-v3-SubmitMediaInfoJob.txt")
	captured := sign.V3Request{Method: c.method, Path: c.path, Query: c.query, Header: c.header, PayloadHash: c.bodyHash}

	cases := []struct {
		name            string
		r               sign.V3Request
		keyID, secret   string
		hash, signature string
	}{
		{"D", vectorD(), "testid", secret,
			"f5da5b816882c8da08dee44495e72a1c9b96234b82f26a3b37fb3ea8d16906ab", "a07606e36401243a037e48ac7324979194f5244e74c057f10a7df7c0b560af0d"},
		{"D, no path, unsigned header", unsigned, "testid", secret,
			"f5da5b816882c8da08dee44495e72a1c9b96234b82f26a3b37fb3ea8d16906ab", "a07606e36401243a037e48ac7324979194f5244e74c057f10a7df7c0b560af0d"},
		{"D with token", token, "testid", secret, "", "0489a60db404517afe7594cdb50007f76f273888d56b7abd2d157afc611ffcec"},
		{"D with form body", form, "testid", secret, "", "b6fde20eb03dda3b016495d0ef97df4d1bf9e3282dadfc08b86f5bade36ae8d1"},
		{"E, the vendor's documented example", documented, "YourAccessKeyId", "YourAccessKeySecret",
			"7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259", "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"},
		{"F, captured", captured, "testid", secret,
			"e19931ffdab1e9c60405b1af31442f8293a3582f154db9cbe750f47cd99aaf22", "26b0fb7fa04c4ff20e5be0bfbf2c0fb6a92eed42f0c22d0b721165d4054324a5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, err := sign.ParseAuthorization(sign.SignV3(c.keyID, c.secret, c.r))
			if err != nil {
				t.Fatal(err)
			}
			if a.Signature != c.signature || a.Credential != c.keyID {
				t.Errorf("signature %s of %s, want %s of %s", a.Signature, a.Credential, c.signature, c.keyID)
			}
			c.r.SignedHeaders = a.SignedHeaders
			sts := sign.V3StringToSign(c.r.Canonical())
			if c.hash != "" && sts != "ACS3-HMAC-SHA256\n"+c.hash {
				t.Errorf("string to sign %q, want hash %s", sts, c.hash)
			}
			if err := sign.V3Verify(c.secret, sts, c.signature); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCanonicalText(t *testing.T) {
	r := vectorD()
	r.SignedHeaders = []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
	want := strings.Join([]string{"POST", "/",
		"Input=%7B%22Media%22%3A%22oss%3A%2F%2Fbucket%2Fpath%2Fto%2Fvideo%201.mp4%22%2C%22Type%22%3A%22OSS%22%7D&Name=a%2Ab~c%2Bd%20e&UserData=",
		"host:localhost:8080", "x-acs-action:SubmitMediaInfoJob", "x-acs-content-sha256:" + sign.EmptyHash,
		"x-acs-date:2026-01-02T03:04:05Z", "x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d", "x-acs-version:2020-11-09", "",
		"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version", sign.EmptyHash}, "\n")
	if got := r.Canonical(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.Path = "/a b/ü/"
	if got := strings.Split(r.Canonical(), "\n")[1]; got != "/a%20b/%C3%BC/" {
		t.Errorf("canonical path %q", got)
	}
}
