package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/sign"
)

// signedWith makes a request of a scheme with a key, and a token unless it is "".
func signedWith(scheme Scheme, nonce, id, secret, token string) *Request {
	if scheme == V1 {
		r := requestV1(nonce, testNow, nil)
		delete(r.Query, "Signature")
		r.Query["AccessKeyId"] = id
		if token != "" {
			r.Query["SecurityToken"] = token
		}
		r.Query["Signature"] = sign.V1Signature(secret, sign.V1StringToSign(r.Method, r.Query))
		return r
	}
	r := requestV3(nonce, testNow, nil)
	delete(r.Header, "Authorization")
	if token != "" {
		r.Header["X-Acs-Security-Token"], r.Header["X-Acs-Accesskey-Id"] = []string{token}, []string{id}
	}
	header := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		header[strings.ToLower(name)] = values[0]
	}
	r.Header["Authorization"] = []string{sign.SignV3(id, secret, sign.V3Request{
		Method: r.Method, Path: r.Path, Query: r.Query, Header: header, PayloadHash: r.BodySHA256,
	})}
	return r
}

func TestTemporaryKeys(t *testing.T) {
	now := testNow
	a, _ := rig(t, Config{Now: func() time.Time { return now }})
	session := Session{Account: 77, Role: "reader", Name: "ci", Policy: `{"x":1}`, Expires: testNow.Add(15 * time.Minute)}
	k, err := a.IssueKey(session)
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.IssueKey(session)
	if err != nil {
		t.Fatal(err)
	}
	if k.ID == other.ID || k.Secret == other.Secret || !strings.HasPrefix(k.ID, "STS.") || strings.Contains(k.Token, k.Secret) {
		t.Fatalf("key %q and key %q", k.ID, other.ID)
	}
	n := 0
	for _, scheme := range []Scheme{V1, V3} {
		cases := []struct {
			name              string
			id, secret, token string
			after             time.Duration
			want              error
		}{
			{"good", k.ID, k.Secret, k.Token, 0, nil},
			{"one second before its end", k.ID, k.Secret, k.Token, 15*time.Minute - time.Second, nil},
			{"expired", k.ID, k.Secret, k.Token, 15 * time.Minute, ErrTokenExpired},
			{"no token", k.ID, k.Secret, "", 0, ErrTokenMissing},
			{"another key's token", k.ID, k.Secret, other.Token, 0, ErrTokenMismatch},
			{"not of here", k.ID, k.Secret, "CAISabc", 0, ErrTokenMalformed},
			{"other prefix", k.ID, k.Secret, "x" + k.Token, 0, ErrTokenMalformed},
			{"cut", k.ID, k.Secret, k.Token[:len(k.Token)-4], 0, ErrTokenMalformed},
			{"too long", k.ID, k.Secret, k.Token + strings.Repeat("A", maxToken), 0, ErrTokenMalformed},
			{"one character changed", k.ID, k.Secret, k.Token[:40] + flip(k.Token[40]) + k.Token[41:], 0, ErrTokenMalformed},
			{"wrong secret", k.ID, other.Secret, k.Token, 0, &MismatchError{}},
			{"a permanent key with a token", testKey, testSecret, k.Token, 0, ErrSecurityToken},
			{"a permanent key's secret", k.ID, testSecret, k.Token, 0, &MismatchError{}},
		}
		for _, tc := range cases {
			t.Run(fmt.Sprint(scheme, " ", tc.name), func(t *testing.T) {
				now = testNow.Add(tc.after)
				n++
				who, err := a.Authenticate(t.Context(), signedWith(scheme, fmt.Sprint("nonce", n), tc.id, tc.secret, tc.token))
				if !errorLike(err, tc.want) {
					t.Fatalf("%v, want %v", err, tc.want)
				}
				if err != nil {
					return
				}
				if who.Account != 77 || who.Session == nil || *who.Session != session || who.User != "" || who.Root() || who.KeyID != k.ID {
					t.Fatalf("who %+v", who)
				}
			})
		}
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// TestTokenElsewhere: in a place that the scheme does not sign, a token does not count.
func TestTokenElsewhere(t *testing.T) {
	a, _ := rig(t, Config{})
	k, err := a.IssueKey(Session{Account: 77, Role: "reader", Name: "ci", Expires: testNow.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	v1 := signedWith(V1, "n1", k.ID, k.Secret, "")
	v1.Header["X-Acs-Security-Token"] = []string{k.Token}
	if _, err := a.Authenticate(t.Context(), v1); !errors.Is(err, ErrTokenMissing) {
		t.Errorf("V1 with a header: %v", err)
	}
	v3 := signedWith(V3, "n2", k.ID, k.Secret, "")
	v3.Query["SecurityToken"] = k.Token
	if _, err := a.Authenticate(t.Context(), v3); !errors.Is(err, ErrTokenMissing) {
		t.Errorf("V3 with a parameter: %v", err)
	}
	unsigned := signedWith(V3, "n3", k.ID, k.Secret, "")
	unsigned.Header["X-Acs-Security-Token"] = []string{k.Token}
	var incomplete *IncompleteError
	if _, err := a.Authenticate(t.Context(), unsigned); !errors.As(err, &incomplete) {
		t.Errorf("V3 with an unsigned header: %v", err)
	}
}

// TestUsersKeys: who signed with a user's key is that user.
func TestUsersKeys(t *testing.T) {
	a, _ := rig(t, Config{})
	id, secret, err := a.CreateKey(t.Context(), testOwner, "ann", "")
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Authenticate(t.Context(), signedWith(V3, "n1", id, secret, ""))
	if err != nil || who.User != "ann" || who.Account != testOwner || who.Root() {
		t.Fatalf("%+v, %v", who, err)
	}
	if user, err := a.KeyUser(t.Context(), testOwner, id); err != nil || user != "ann" {
		t.Fatalf("%q, %v", user, err)
	}
	if _, err := a.KeyUser(t.Context(), testOwner, "absent"); !errors.Is(err, ErrKeyNotFound) {
		t.Fatal(err)
	}
	if _, err := a.KeyUser(t.Context(), 1, id); !errors.Is(err, ErrKeyNotFound) {
		t.Fatal(err)
	}
	if err := a.ImportKey(t.Context(), testOwner, id, secret, ""); !errors.Is(err, ErrKeyTaken) {
		t.Fatalf("the account took a user's key: %v", err)
	}
}
