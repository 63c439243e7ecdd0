package openapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mediagauge/mediagauge/internal/ims"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	text := Document()
	if !bytes.Equal(text, Document()) {
		t.Error("not the same twice")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	d := doc.(map[string]any)
	paths := d["paths"].(map[string]any)
	if len(paths) != len(ims.Actions()) {
		t.Errorf("%d paths for %d actions", len(paths), len(ims.Actions()))
	}
	ids := map[string]bool{}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range paths {
		op := item.(map[string]any)["post"].(map[string]any)
		id := op["operationId"].(string)
		if ids[id] || path != "/#"+id || op["summary"] == "" {
			t.Errorf("%s: %v", path, op)
		}
		ids[id] = true
		seen := map[string]bool{}
		for _, p := range op["parameters"].([]any) {
			p := p.(map[string]any)
			if seen[p["name"].(string)] || (p["schema"] == nil) == (p["content"] == nil) {
				t.Errorf("%s: parameter %v", path, p)
			}
			seen[p["name"].(string)] = true
		}
		// Schemas are JSON Schema 2020-12, all references lead somewhere.
		escaped := strings.NewReplacer("~", "~0", "/", "~1", "#", "%23").Replace(path)
		if _, err := c.Compile("openapi.json#/paths/" + escaped + "/post/responses/200/content/application~1json/schema"); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"RequestId": "x", "Success": true}`:         "",
		`{"RequestId": "x"}`:                          "reply lacks Success",
		`{"RequestId": "x", "Success": "true"}`:       "reply.Success is string, not a boolean",
		`{"RequestId": "x", "Success": true, "x": 1}`: "reply has x, which is not described",
		`[]`: "reply is []interface {}, not an object",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := Check(v, ims.SuccessResponse{}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
