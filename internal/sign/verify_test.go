package sign_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
)

func TestVerifyRefusesOtherSpellings(t *testing.T) {
	const sts = "GET&%2F&a%3Db"
	v1 := sign.V1Signature(secret, sts)
	v3 := sign.V3Signature(secret, sts)
	if err := sign.V1Verify(secret, sts, v1); err != nil {
		t.Fatal(err)
	}
	if err := sign.V3Verify(secret, sts, v3); err != nil {
		t.Fatal(err)
	}
	// The last digit before "=" carries two bits that no MAC uses; setting one names the same bytes.
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	loose := v1[:26] + string(digits[strings.IndexByte(digits, v1[26])|1]) + "="
	for name, s := range map[string]string{
		"empty": "", "no padding": v1[:27], "line break": v1[:20] + "\n" + v1[20:], "line break for padding": v1[:27] + "\n",
		"trailing bits": loose, "longer": v1 + "AAAA", "url alphabet": "-_" + v1[2:], "hex": v3,
	} {
		if err := sign.V1Verify(secret, sts, s); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("V1, %s: got %v, want malformed", name, err)
		}
	}
	for name, s := range map[string]string{
		"empty": "", "upper case": strings.ToUpper(v3), "shorter": v3[:62], "longer": v3 + "00", "no hex": "g" + v3[1:], "base64": v1,
	} {
		if err := sign.V3Verify(secret, sts, s); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("V3, %s: got %v, want malformed", name, err)
		}
	}
	if err := sign.V1Verify(secret, sts+"x", v1); !errors.Is(err, sign.ErrMismatch) {
		t.Errorf("V1, other text: %v", err)
	}
	if err := sign.V3Verify(secret, sts+"x", v3); !errors.Is(err, sign.ErrMismatch) {
		t.Errorf("V3, other text: %v", err)
	}
}

func TestParseAuthorization(t *testing.T) {
	const good = "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-date,Signature=ab"
	a, err := sign.ParseAuthorization(good)
	if err != nil || a.String() != good {
		t.Fatalf("got %+v, %v", a, err)
	}
	spaced, err := sign.ParseAuthorization("ACS3-HMAC-SHA256 Signature=ab, SignedHeaders=host;x-acs-date, Credential=id")
	if err != nil || spaced.String() != good {
		t.Errorf("another order with spaces: got %v, %v", spaced, err)
	}
	for _, h := range []string{
		"", "ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 ", "ACS3-HMAC-SHA256 Credential=id",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=",
		"ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=ab,",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=ab,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,Credential=id,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=ab,Other=1",
		"ACS3-HMAC-SHA256 credential=id,SignedHeaders=host,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id;SignedHeaders=host;Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=x-acs-date;host,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;host,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=Host,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;;x,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;,Signature=ab",
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=ho st,Signature=ab",
		"ACS3-HMAC-SHA256  Credential=id,SignedHeaders=host,Signature=ab,  ",
	} {
		if a, err := sign.ParseAuthorization(h); !errors.Is(err, sign.ErrMalformed) {
			t.Errorf("%q: got %+v, %v, want malformed", h, a, err)
		}
	}
}

func TestEncode(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abcXYZ019-_.~": "abcXYZ019-_.~", " ": "%20", "*": "%2A", "+": "%2B", "/": "%2F",
		"!'()": "%21%27%28%29", "视": "%E8%A7%86", "\x00\xff": "%00%FF", "%2F": "%252F",
	} {
		if got := sign.Encode(in); got != want {
			t.Errorf("Encode(%q) = %q, want %q", in, got, want)
		}
	}
}
