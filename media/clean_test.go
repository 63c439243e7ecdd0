package media

import (
	"reflect"
	"testing"
)

func TestClean(t *testing.T) {
	t.Parallel()
	i := Info{
		Metadata: Metadata{"title": "good", "bad\xff": "v", "brand": "\xe9som"},
		Tracks:   []Track{{Language: "e\xffg", Metadata: Metadata{"handler_name": "V\xe9deo"}}},
		Chapters: []Chapter{{Metadata: Metadata{"title": "\xff"}}},
		Programs: []Program{{Metadata: Metadata{"name": "\xff"}}},
	}
	i.Clean()
	want := Info{
		Metadata: Metadata{"title": "good", "bad\uFFFD": "v", "brand": "\uFFFDsom"},
		Tracks:   []Track{{Language: "e\uFFFDg", Metadata: Metadata{"handler_name": "V\uFFFDdeo"}}},
		Chapters: []Chapter{{Metadata: Metadata{"title": "\uFFFD"}}},
		Programs: []Program{{Metadata: Metadata{"name": "\uFFFD"}}},
	}
	if !reflect.DeepEqual(i, want) {
		t.Errorf("%+v, want %+v", i, want)
	}
}
