package deploy

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const chart = "helm/mediagauge/"

// plain turns YAML's numbers into JSON's, as Helm has them.
func plain(t *testing.T, o object) object {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// overlay lays the user's values over the chart's; null takes a key away.
func overlay(base, over object) object {
	out := maps.Clone(base)
	for key, v := range over {
		below, isObject := v.(object)
		under, wasObject := out[key].(object)
		switch {
		case v == nil:
			delete(out, key)
		case isObject && wasObject:
			out[key] = overlay(under, below)
		default:
			out[key] = v
		}
	}
	return out
}

func values(t *testing.T, over object) object {
	t.Helper()
	return plain(t, overlay(parse(t, "values.yaml", read(t, chart+"values.yaml")), over))
}

// schema compiles values.schema.json, which Helm holds the values against.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(read(t, chart+"values.schema.json")))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("values.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// functions are those that Helm has besides Go's own: sprig's without the environment, and a few.
func functions(t *template.Template) template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	f["include"] = func(name string, data any) (string, error) {
		var b strings.Builder
		err := t.ExecuteTemplate(&b, name, data)
		return b.String(), err
	}
	f["required"] = func(why string, v any) (any, error) {
		if v == nil || v == "" {
			return nil, errors.New(why)
		}
		return v, nil
	}
	f["toYaml"] = func(v any) (string, error) {
		data, err := yaml.Marshal(v)
		return strings.TrimSuffix(string(data), "\n"), err
	}
	f["tpl"] = func(text string, data any) (string, error) {
		var b strings.Builder
		own, err := template.Must(t.Clone()).New("tpl").Parse(text)
		if err == nil {
			err = own.Execute(&b, data)
		}
		return b.String(), err
	}
	return f
}

// render runs all templates and returns the Kubernetes objects, and the notes.
func render(t *testing.T, release string, vals object) (objects []object, notes string, err error) {
	t.Helper()
	about := parse(t, "Chart.yaml", read(t, chart+"Chart.yaml"))
	data := object{
		"Values":  vals,
		"Chart":   object{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
		"Release": object{"Name": release, "Namespace": "media", "Service": "Helm"},
	}
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	paths, err := filepath.Glob(chart + "templates/*")
	if err != nil || len(paths) == 0 {
		t.Fatal("no templates", err)
	}
	for _, path := range paths {
		if _, err := all.New(filepath.Base(path)).Parse(read(t, path)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var b strings.Builder
		if err := all.ExecuteTemplate(&b, name, data); err != nil {
			return nil, "", err
		}
		text := strings.ReplaceAll(b.String(), "<no value>", "") // as Helm does
		if name == "NOTES.txt" {
			notes = text
			continue
		}
		for d := yaml.NewDecoder(strings.NewReader(text)); ; {
			var o object
			if err := d.Decode(&o); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, text)
			}
			if o != nil {
				objects = append(objects, o)
			}
		}
	}
	return objects, notes, nil
}
