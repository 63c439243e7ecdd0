package openapi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Check says in what a decoded JSON reply differs from the schema of the type that it should be of: a field
// that is not described, one that is missing, or a value of another kind. "" is in nothing.
func Check(reply any, value any) string {
	b := &builder{schemas: object{}}
	return b.check("reply", b.schema(reflect.TypeOf(value)), reply)
}

func (b *builder) check(at string, schema object, v any) string {
	if ref, ok := schema["$ref"].(string); ok {
		schema = b.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(object)
	}
	switch schema["type"] {
	case "string":
		if _, ok := v.(string); !ok {
			return fmt.Sprintf("%s is %T, not a string", at, v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%s is %T, not a boolean", at, v)
		}
	case "integer":
		if f, ok := v.(float64); !ok || f != float64(int64(f)) {
			return fmt.Sprintf("%s is %v, not an integer", at, v)
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return fmt.Sprintf("%s is %T, not a list", at, v)
		}
		for i, e := range list {
			if fault := b.check(fmt.Sprintf("%s[%d]", at, i), schema["items"].(object), e); fault != "" {
				return fault
			}
		}
	case "object":
		return b.checkObject(at, schema, v)
	}
	return ""
}

func (b *builder) checkObject(at string, schema object, v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%s is %T, not an object", at, v)
	}
	properties := schema["properties"].(object)
	required, _ := schema["required"].([]string)
	for _, name := range required {
		if _, there := m[name]; !there {
			return fmt.Sprintf("%s lacks %s", at, name)
		}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s, known := properties[name].(object)
		if !known {
			return fmt.Sprintf("%s has %s, which is not described", at, name)
		}
		if fault := b.check(at+"."+name, s, m[name]); fault != "" {
			return fault
		}
	}
	return ""
}
