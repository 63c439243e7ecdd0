package server

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/storage"
	"github.com/mediagauge/mediagauge/internal/store"
)

// storeErrors are the sentinels of a room that this one must not know. The rooms between turn
// those that mean something to a client into their own; what is left is a fault.
var storeErrors = map[string]error{
	"store.ErrClosed": store.ErrClosed, "store.ErrKeyExists": store.ErrKeyExists, "store.ErrJobExists": store.ErrJobExists,
	"store.ErrKeyNotFound": store.ErrKeyNotFound, "store.ErrNodeGone": store.ErrNodeGone,
	"store.ErrUnsafe": store.ErrUnsafe, "store.ErrRecordNotFound": store.ErrRecordNotFound, "store.ErrRecordExists": store.ErrRecordExists,
}

// typedErrors are the error types, each with a value and the code it becomes.
var typedErrors = map[string]struct {
	err  error
	want ims.Code
}{
	"auth.IncompleteError":  {&auth.IncompleteError{Reason: "r"}, ims.IncompleteSignature},
	"auth.MismatchError":    {&auth.MismatchError{StringToSign: "GET&%2F&a"}, ims.SignatureDoesNotMatch},
	"auth.MissingError":     {&auth.MissingError{Name: "n"}, ims.MissingParameter},
	"iam.NotFoundError":     {&iam.NotFoundError{Kind: iam.KindUser, Name: "n"}, "EntityNotExist.User"},
	"iam.ExistsError":       {&iam.ExistsError{Kind: iam.KindRole, Name: "n"}, "EntityAlreadyExists.Role"},
	"iam.ConflictError":     {&iam.ConflictError{Kind: iam.KindUser, Name: "n", By: "AccessKey", What: "k"}, "DeleteConflict.User.AccessKey"},
	"iam.LimitError":        {&iam.LimitError{Kind: iam.KindUser, Most: 1}, ims.LimitExceeded},
	"iam.BadDocumentError":  {&iam.BadDocumentError{Parameter: "Policy", Err: errors.New("r")}, "MalformedPolicyDocument"},
	"iam.DeniedError":       {&iam.DeniedError{Action: "ice:X"}, ims.Forbidden},
	"asset.RegisteredError": {&asset.RegisteredError{ID: "a"}, ims.InvalidParameter},
	"storage.InvalidError":  {&storage.InvalidError{Err: errors.New("r")}, ims.InvalidParameter},
	"storage.LimitError":    {&storage.LimitError{Most: 1}, ims.LimitExceeded},
	"job.InputError":        {&job.InputError{Field: "Media", Reason: "r"}, ims.InvalidParameter},
}

// TestEveryErrorHasARow reads the sources of the rooms below: a sentinel that is added there
// fails this test until somebody decides what the wire says.
func TestEveryErrorHasARow(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for i, row := range errorRows {
		known[row.name] = true
		if i > 0 && errorRows[i-1].name >= row.name {
			t.Errorf("%s comes after %s", row.name, errorRows[i-1].name)
		}
		got := translate(about("some-id", fmt.Errorf("do: %w", row.is)))
		if want := row.to("some-id"); got.Code != want.Code || got.Message != want.Message {
			t.Errorf("%s becomes %v, want %v", row.name, got, want)
		}
	}
	found := 0
	for _, room := range []string{"job", "auth", "store", "iam", "storage", "asset", "once"} {
		for _, name := range exportedErrors(t, room) {
			found++
			_, typed := typedErrors[name]
			_, ofStore := storeErrors[name]
			if !known[name] && !typed && !ofStore {
				t.Errorf("%s has no row", name)
			}
		}
	}
	if found < 25 {
		t.Errorf("only %d errors found: the search is broken", found)
	}
	for name, c := range typedErrors {
		if got := translate(fmt.Errorf("do: %w", c.err)); got.Code != c.want {
			t.Errorf("%s becomes %v", name, got)
		}
	}
	for name, err := range storeErrors {
		if got := translate(fmt.Errorf("do: %w", err)); got.Code != ims.InternalError || strings.Contains(got.Message, err.Error()) {
			t.Errorf("%s becomes %v", name, got)
		}
	}
	if got := translate(errors.New("secret")); got.Code != ims.InternalError || strings.Contains(got.Message, "secret") {
		t.Errorf("an unknown error becomes %v", got)
	}
}

// exportedErrors lists the exported Err… variables and …Error types of a room.
func exportedErrors(t *testing.T, room string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources of %s: %v", room, err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if g.Tok == token.VAR && strings.HasPrefix(n.Name, "Err") {
							names = append(names, room+"."+n.Name)
						}
					}
				case *ast.TypeSpec:
					if s.Name.IsExported() && strings.HasSuffix(s.Name.Name, "Error") {
						names = append(names, room+"."+s.Name.Name)
					}
				}
			}
		}
	}
	return names
}

// One client compares the text after "server string to sign is:" with its own, so that nothing
// may follow it.
func TestMismatchEndsWithTheStringToSign(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	values := v1("GET", keyID, "wrong", ims.GetMediaInfoJob, map[string]string{"JobId": r.job})
	signed := map[string]string{}
	for k := range values {
		signed[k] = values.Get(k)
	}
	a := r.get(t, values)
	checkError(t, a, 400, "SignatureDoesNotMatch")
	_, tail, _ := strings.Cut(decode(t, a)["Message"].(string), "server string to sign is:")
	if want := sign.V1StringToSign("GET", signed); tail != want {
		t.Errorf("got %q, want %q", tail, want)
	}
	a = r.do(t, v3(r.host, keyID, "wrong", ims.GetMediaInfoJob, map[string]string{"JobId": r.job}, "", nil))
	checkError(t, a, 400, "SignatureDoesNotMatch")
	_, tail, _ = strings.Cut(decode(t, a)["Message"].(string), "server string to sign is:")
	if lines := strings.Split(tail, "\n"); len(lines) != 2 || lines[0] != "ACS3-HMAC-SHA256" || len(lines[1]) != 64 {
		t.Errorf("got %q", tail)
	}
}

// Whatever changes something waits until its nonce is on disk: a copy of it must not be done
// again after a crash.
func TestWritesAreDurable(t *testing.T) {
	t.Parallel()
	for _, a := range ims.Actions() {
		reads := strings.HasPrefix(a.Name, "Get") || strings.HasPrefix(a.Name, "BatchGet") || strings.HasPrefix(a.Name, "Query") || strings.HasPrefix(a.Name, "Search") || strings.HasPrefix(a.Name, "List")
		if got := authRequest(&call{Request: &ims.Request{}, action: a}).Durable; got == reads {
			t.Errorf("%s: durable %v", a.Name, got)
		}
	}
}

func TestEveryActionHasAHandler(t *testing.T) {
	t.Parallel()
	s := New(Config{})
	n := 0
	for _, a := range ims.Actions() {
		if s.handlers[a.Version][a.Name] == nil {
			t.Errorf("nobody does %s", a.Permission())
		}
	}
	for _, of := range s.handlers {
		n += len(of)
	}
	if n != len(ims.Actions()) {
		t.Errorf("%d handlers for %d actions", n, len(ims.Actions()))
	}
}
