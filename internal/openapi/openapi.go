// Package openapi describes the actions as an OpenAPI 3.1 document, made from the one table of actions and
// from the types that answer them.
package openapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// products are what the versions are called, in the order of the document.
var products = []struct{ version, name, about string }{
	{ims.VersionICE, "ICE", "media information, pipelines, assets, storage and callbacks (2020-11-09)"},
	{ims.VersionMTS, "Mts", "the older product's media information and pipelines (2014-06-18)"},
	{ims.VersionRAM, "Ram", "accounts, users, roles, policies and access keys (2015-05-01)"},
	{ims.VersionSTS, "Sts", "temporary keys (2015-04-01)"},
}

const about = `The actions of a mediagauge server as plain HTTP.

Every action is one call of ` + "`/`" + `, by GET or POST, with its parameters in the query or in a form. OpenAPI tells operations apart
by their paths, so that each stands here under ` + "`/#PRODUCT.ACTION`" + `: what follows the ` + "`#`" + ` is for readers and is never sent.
` + "`Action`" + ` and ` + "`Version`" + ` are parameters of the older signature and the headers ` + "`x-acs-action`" + ` and ` + "`x-acs-version`" + ` of the newer one.`

// object is a JSON object.
type object = map[string]any

// Document returns the document, indented. It is the same for the same table.
func Document() []byte {
	b := &builder{schemas: object{}}
	paths := object{}
	for _, a := range ims.Actions() {
		paths["/#"+product(a.Version)+"."+a.Name] = object{"post": b.operation(&a)}
	}
	b.schema(reflect.TypeFor[ims.ErrorResponse]())
	var tags []object
	for _, p := range products {
		tags = append(tags, object{"name": p.name, "description": p.about})
	}
	doc := object{
		"openapi": "3.1.0",
		"info":    object{"title": "mediagauge", "version": "1", "description": about, "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers": []object{{"url": "http://127.0.0.1:8080", "description": "the address that the server listens on when nobody says otherwise"}},
		"tags":    tags,
		"paths":   paths,
		"components": object{
			"schemas": b.schemas,
			"responses": object{"Error": object{
				"description": "The call is refused. docs/errors.md has the codes.",
				"content":     object{"application/json": object{"schema": reference("ErrorResponse")}},
			}},
			"securitySchemes": object{
				"acs3":  object{"type": "apiKey", "in": "header", "name": "Authorization", "description": "ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=… over the whole request"},
				"rpcV1": object{"type": "apiKey", "in": "query", "name": "Signature", "description": "HMAC-SHA1 over all parameters, with AccessKeyId, SignatureMethod, SignatureVersion, SignatureNonce and Timestamp"},
			},
		},
		"security": []object{{"acs3": []string{}}, {"rpcV1": []string{}}},
	}
	out, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err) // maps, lists and strings
	}
	return append(out, '\n')
}

func product(version string) string {
	for _, p := range products {
		if p.version == version {
			return p.name
		}
	}
	return version
}

type builder struct{ schemas object }

func (b *builder) operation(a *ims.Action) object {
	parameters := []object{}
	for _, p := range a.Params {
		parameters = append(parameters, parameter(&p))
	}
	summary := a.Summary
	if a.Own {
		summary += " (an extension of mediagauge)"
	}
	return object{
		"operationId": product(a.Version) + "." + a.Name,
		"summary":     summary,
		"tags":        []string{product(a.Version)},
		"parameters":  parameters,
		"responses": object{
			"200":     object{"description": "done", "content": object{"application/json": object{"schema": b.schema(reflect.TypeOf(a.Reply))}}},
			"default": object{"$ref": "#/components/responses/Error"},
		},
		"x-permission": a.Permission(),
	}
}

func parameter(p *ims.Param) object {
	o := object{"name": p.Name, "in": "query", "required": p.Required}
	notes := []string{}
	switch p.Support {
	case ims.Extension:
		notes = append(notes, "An extension of mediagauge.")
	case ims.NotDone:
		notes = append(notes, "Not served:")
	case ims.Different:
		notes = append(notes, "Different from the vendor:")
	}
	if p.Note != "" {
		notes = append(notes, p.Note)
	}
	if len(notes) > 0 {
		o["description"] = strings.Join(notes, " ")
	}
	if p.Type == "json" {
		o["content"] = object{"application/json": object{"schema": object{}}}
		return o
	}
	o["schema"] = object{"type": p.Type}
	return o
}

func reference(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// schema describes a type as encoding/json writes it. Structs go among the components.
func (b *builder) schema(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return b.schema(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": b.schema(t.Elem())}
	case reflect.Struct:
		name := t.Name()
		if name == "" {
			return b.structure(t)
		}
		if _, known := b.schemas[name]; !known {
			b.schemas[name] = object{} // for types that hold themselves
			b.schemas[name] = b.structure(t)
		}
		return reference(name)
	}
	panic(fmt.Sprintf("openapi: a reply holds a %s", t))
}

func (b *builder) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	b.fields(t, false, properties, &required)
	o := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// fields adds the fields of a struct; those of an embedded one stand beside its own. What is embedded by
// pointer may be absent as a whole.
func (b *builder) fields(t reflect.Type, optional bool, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if f.Type.Kind() == reflect.Pointer {
				b.fields(f.Type.Elem(), true, properties, required)
			} else {
				b.fields(f.Type, optional, properties, required)
			}
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		properties[name] = b.schema(f.Type)
		if !optional && !strings.Contains(options, "omit") && f.Type.Kind() != reflect.Pointer {
			*required = append(*required, name)
		}
	}
}
