package probetest

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// Dump spells everything that info says, one fact per line. Facts that are not known are left
// out, so that a new field of media changes no golden file until a format fills it.
func Dump(info *media.Info) string {
	var b strings.Builder
	dump(&b, "", "", reflect.ValueOf(info))
	return b.String()
}

func dump(b *strings.Builder, indent, name string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		dump(b, indent, name, v.Elem())
		return
	}
	if text, ok := leaf(v); ok {
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, text)
		return
	}
	if name != "" {
		fmt.Fprintf(b, "%s%s:\n", indent, name)
		indent += "  "
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if f := v.Field(i); !f.IsZero() || field.Name == "Index" {
				dumpField(b, indent, cmp.Or(key, field.Name), f)
			}
		}
	case reflect.Map:
		for _, key := range slices.Sorted(maps.Keys(v.Interface().(media.Metadata))) {
			fmt.Fprintf(b, "%s%s: %q\n", indent, key, v.Interface().(media.Metadata)[key])
		}
	}
}

// dumpField prints the elements of a list one by one, as "track 0:".
func dumpField(b *strings.Builder, indent, name string, v reflect.Value) {
	if _, ok := leaf(v); ok || v.Kind() != reflect.Slice {
		dump(b, indent, name, v)
		return
	}
	for i := range v.Len() {
		dump(b, indent, strings.TrimSuffix(name, "s")+" "+strconv.Itoa(i), v.Index(i))
	}
}

// leaf spells values that stand on one line.
func leaf(v reflect.Value) (string, bool) {
	switch x := v.Interface().(type) {
	case media.Duration:
		return fmt.Sprintf("%d × %s = %s s", x.Ticks, x.Timebase, x), true
	case fmt.Stringer: // ratios, timebases, four-character codes
		return x.String(), true
	case []int:
		return fmt.Sprint(x), true
	case string:
		return strconv.Quote(x), true
	}
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String()), true
	case reflect.Bool, reflect.Int, reflect.Int64:
		return fmt.Sprint(v.Interface()), true
	}
	return "", false
}
