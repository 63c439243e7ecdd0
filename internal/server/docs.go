package server

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/openapi"
)

// docsPath is where the error table can be read. Every error points at its row there.
const docsPath = "/docs/errors"

var errorDocs = func() []byte {
	page := template.Must(template.New("errors").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Error codes</title>
<h1>Error codes</h1>
<table>
<tr><th>Code<th>HTTP<th>Message<th>Cause
{{range .}}<tr id="{{.Code}}"><td><code>{{.Code}}</code><td>{{.Status}}<td>{{.Message}}<td>{{.Cause}}
{{end}}</table>
</html>
`))
	var b bytes.Buffer
	if err := page.Execute(&b, ims.ErrorKinds()); err != nil {
		panic(err) // the table is constant
	}
	return b.Bytes()
}()

func serveErrorDocs(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	_, _ = w.Write(errorDocs)
}

// openapiPath is where the actions are described for programs.
const openapiPath = "/openapi.json"

var openapiDocument = sync.OnceValue(openapi.Document)

func serveOpenAPI(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapiDocument())
}

// docsAddress is the page's address as the client of r reaches this server; only the path when
// the Host header is not the plain name of one.
func docsAddress(r *http.Request) string {
	for _, c := range []byte(r.Host) {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]", rune(c)) {
			return docsPath
		}
	}
	if r.Host == "" || len(r.Host) > 255 {
		return docsPath
	}
	if r.TLS != nil {
		return "https://" + r.Host + docsPath
	}
	return "http://" + r.Host + docsPath
}
