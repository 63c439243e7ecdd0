package source

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verbatim are content codings that leave the bytes alone. S3 keeps "aws-chunked" from an
// upload as if it were a property of the object.
var verbatim = []string{"", "identity", "aws-chunked"}

// setFacts takes the version from the opening answer.
func (o *Object) setFacts(h http.Header) {
	o.ETag, o.LastModified, o.modified = etag(h), lastModified(h), h.Get("Last-Modified")
	switch {
	case strong(o.ETag):
		o.precondition, o.expected = "If-Match", []string{o.ETag}
	case !o.LastModified.IsZero():
		o.precondition, o.expected = "If-Unmodified-Since", []string{o.LastModified.UTC().Format(http.TimeFormat)}
	}
}

// sameVersion compares what identifies a version, where both answers tell it.
func (o *Object) sameVersion(h http.Header) error {
	if now := etag(h); now != "" && o.ETag != "" && now != o.ETag {
		return errChanged
	}
	if h.Get("Last-Modified") == o.modified {
		return nil
	}
	if now := lastModified(h); !now.IsZero() && !o.LastModified.IsZero() && !now.Equal(o.LastModified) {
		return errChanged
	}
	return nil
}

// maxETag bounds an entity tag: a longer one is treated as absent.
const maxETag = 1 << 10

func etag(h http.Header) string {
	if tag := h.Get("ETag"); len(tag) <= maxETag {
		return tag
	}
	return ""
}

// strong says whether tag may stand in If-Match: RFC 9110, 13.1.1.
func strong(tag string) bool {
	return len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"'
}

func lastModified(h http.Header) time.Time {
	t, _ := http.ParseTime(h.Get("Last-Modified"))
	return t
}

func checkEncoding(h http.Header) error {
	for _, value := range h.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(value, ",") {
			if !slices.Contains(verbatim, strings.ToLower(strings.TrimSpace(coding))) {
				return errEncoded
			}
		}
	}
	return nil
}

// byteRange is first and last byte, both included.
type byteRange struct{ first, last int64 }

func (r byteRange) String() string {
	b := strconv.AppendInt(append(make([]byte, 0, 48), "bytes="...), r.first, 10)
	return string(strconv.AppendInt(append(b, '-'), r.last, 10))
}

// checkRange returns how many bytes a 206 carries, after making sure that they start where
// they were asked for and that the whole is as long as before. RFC 9110, 14.4 and 15.3.7.
func (o *Object) checkRange(a *answer, want byteRange) (int64, error) {
	got, total, ok := parseContentRange(a.Header.Get("Content-Range"))
	if !ok || got.first != want.first || got.last < got.first || total >= 0 && got.last >= total {
		return 0, errOtherRange
	}
	size, known := o.Size()
	switch {
	case known && total >= 0 && total != size:
		return 0, errChanged
	case !known && total >= 0:
		o.setSize(total)
	}
	if got.last > want.last {
		return 0, errOtherRange
	}
	n := got.last - got.first + 1
	if a.ContentLength >= 0 && a.ContentLength != n {
		return 0, errShort
	}
	return n, nil
}

// parseContentRange reads "bytes 0-99/1000"; total is -1 for "*".
func parseContentRange(s string) (r byteRange, total int64, ok bool) {
	rest, isBytes := strings.CutPrefix(s, "bytes ")
	span, totalText, hasTotal := strings.Cut(rest, "/")
	firstText, lastText, hasLast := strings.Cut(span, "-")
	first, ok1 := parseDigits(firstText)
	last, ok2 := parseDigits(lastText)
	total, ok3 := parseDigits(totalText)
	if totalText == "*" {
		total, ok3 = -1, true
	}
	return byteRange{first, last}, total, isBytes && hasTotal && hasLast && ok1 && ok2 && ok3
}

// unsatisfied reads the total of a 416's "bytes */1000".
func unsatisfied(h http.Header) (int64, bool) {
	text, ok := strings.CutPrefix(h.Get("Content-Range"), "bytes */")
	if !ok {
		return 0, false
	}
	return parseDigits(text)
}

func parseDigits(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
