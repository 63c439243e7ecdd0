package source

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/mediagauge/mediagauge/probe"
)

// Several pieces can be asked for in one request: RFC 9110, 14.2. Web servers answer with all of
// them, object stores with the whole object. It is worth trying from a few pieces on; an origin
// that does not do it is remembered.
const (
	fewRanges  = 4   // pieces that are asked for one by one
	manyRanges = 160 // pieces of one request: Apache refuses more than 200, and 8 KiB of header
	together   = 4   // requests for many pieces in flight
)

var (
	errOneRange  = errors.New("origin answers one range at a time")
	errMultipart = errors.New("an answer of several ranges that cannot be read")
)

// stores are servers that, as far as we know, answer several ranges with the whole object.
var stores = []string{"AliyunOSS", "AmazonS3", "MinIO", "tencent-cos"}

// origins remembers which origins serve several ranges in one answer, by host.
type origins struct {
	mu    sync.Mutex
	hosts map[string]bool
}

const mostOrigins = 1024

func (o *origins) get(host string) (serves, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	serves, known = o.hosts[host]
	return serves, known
}

func (o *origins) set(host string, serves bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hosts == nil || len(o.hosts) >= mostOrigins {
		o.hosts = map[string]bool{}
	}
	o.hosts[host] = serves
}

// ReadRanges implements probe.RangeReader: pieces that no window holds are fetched several in
// one request where the origin does that, else one by one, some at a time.
func (o *Object) ReadRanges(ranges []probe.Range) error {
	if o.stream != nil {
		return probe.ReadInOrder(o, ranges)
	}
	if !o.enter() {
		return o.fail(context.Cause(o.ctx))
	}
	missing := o.missing(ranges)
	o.leave()
	if len(missing) >= fewRanges {
		missing = o.fetchTogether(missing)
	}
	return o.fetchEach(missing)
}

// missing copies what windows hold, and returns the other ranges in order of offset.
func (o *Object) missing(ranges []probe.Range) []*probe.Range {
	out := make([]*probe.Range, 0, len(ranges))
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range ranges {
		r := &ranges[i]
		if o.size >= 0 {
			r.Data = r.Data[:max(min(int64(len(r.Data)), o.size-r.Off), 0)]
		}
		if len(r.Data) == 0 {
			continue
		}
		if w := o.cache.at(r.Off); w != nil && w.data != nil && r.Off+int64(len(r.Data)) <= w.off+int64(len(w.data)) {
			copy(r.Data, w.data[r.Off-w.off:])
			continue
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *probe.Range) int { return cmp.Compare(a.Off, b.Off) })
	return out
}

// fetchEach reads ranges with a request each, sixteen at a time.
func (o *Object) fetchEach(ranges []*probe.Range) error {
	const parallel = 16
	return inParallel(parallel, len(ranges), func(i int) error {
		n, err := o.ReadAt(ranges[i].Data, ranges[i].Off)
		ranges[i].Data = ranges[i].Data[:n]
		if err == io.EOF {
			return nil
		}
		return err
	})
}

// inParallel does work for 0 to n-1, most of it at once, and returns the first error.
func inParallel(most, n int, work func(i int) error) error {
	errs := make([]error, n)
	slots := make(chan struct{}, most)
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			errs[i] = work(i)
			<-slots
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchTogether reads ranges with few requests and returns those that it could not read. Why it
// could not does not matter: asking for them one by one will tell.
func (o *Object) fetchTogether(ranges []*probe.Range) (rest []*probe.Range) {
	host := o.host()
	serves, known := o.opener.multi.get(host)
	if known && !serves || o.target.storage != nil || o.oneRange || !disjoint(ranges) {
		return ranges
	}
	batches := slices.Collect(slices.Chunk(ranges, manyRanges))
	left := make([][]*probe.Range, len(batches))
	first := 0
	if !known { // one request tells
		var err error
		left[0], err = o.fetchBatch(batches[0])
		if err != nil {
			if err == errOneRange {
				o.opener.multi.set(host, false)
			}
			return ranges
		}
		o.opener.multi.set(host, true)
		first = 1
	}
	_ = inParallel(together, len(batches)-first, func(i int) error {
		var err error
		left[first+i], err = o.fetchBatch(batches[first+i])
		return err
	})
	return slices.Concat(left...)
}

// disjoint says whether no two of the ordered ranges overlap: servers may refuse those that do.
func disjoint(ranges []*probe.Range) bool {
	for i, r := range ranges[1:] {
		if ranges[i].Off+int64(len(ranges[i].Data)) > r.Off {
			return false
		}
	}
	return true
}

func (o *Object) host() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.final != nil {
		return o.final.Host
	}
	return o.target.url.Host
}

// fetchBatch asks for ranges in one request. It returns those that did not come; errOneRange says
// that the origin does not answer so.
func (o *Object) fetchBatch(ranges []*probe.Range) (rest []*probe.Range, err error) {
	total := int64(0)
	for _, r := range ranges {
		total += int64(len(r.Data))
	}
	if total > o.account.room() {
		return ranges, errBytes
	}
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-o.ctx.Done():
		return ranges, context.Cause(o.ctx)
	}
	a, err := o.ask(spell(ranges))
	if err != nil {
		return ranges, err
	}
	defer a.close()
	boundary, err := o.severalRanges(a)
	if err != nil {
		return ranges, err
	}
	return o.readParts(a, boundary, ranges), nil
}

// severalRanges checks an answer's head and returns what stands between its parts.
func (o *Object) severalRanges(a *answer) (boundary string, err error) {
	switch a.StatusCode {
	case http.StatusPartialContent:
	case http.StatusOK, http.StatusRequestedRangeNotSatisfiable, http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge, http.StatusNotImplemented:
		return "", errOneRange
	default:
		return "", errMultipart
	}
	kind, params, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/byteranges" || params["boundary"] == "" {
		return "", errOneRange
	}
	if err := checkEncoding(a.Header); err != nil {
		return "", err
	}
	return params["boundary"], o.sameVersion(a.Header)
}

// spell writes ranges as one header value.
func spell(ranges []*probe.Range) string {
	b := append(make([]byte, 0, 24*len(ranges)), "bytes="...)
	for i, r := range ranges {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, r.Off, 10)
		b = append(b, '-')
		b = strconv.AppendInt(b, r.Off+int64(len(r.Data))-1, 10)
	}
	return string(b)
}

// parts reads a multipart/byteranges body: RFC 9110, 14.6.
type parts struct {
	r         *bufio.Reader
	delimiter []byte
	total     int64 // length of the object; -1: not known
}

var contentRange = []byte("Content-Range")

const (
	partBuffer = 64 << 10
	partLines  = 16 // of a part's head
)

var partReaders = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, partBuffer) }}

// next reads up to the body of the next part; io.EOF after the last.
func (p *parts) next() (byteRange, error) {
	for lines := 0; ; lines++ {
		line, err := p.line()
		if err != nil || lines > 1 && len(line) > 0 {
			return byteRange{}, errMultipart
		}
		rest, ok := bytes.CutPrefix(line, p.delimiter)
		switch rest = bytes.TrimRight(rest, " \t"); {
		case ok && string(rest) == "--":
			return byteRange{}, io.EOF
		case ok && len(rest) == 0:
			return p.head()
		}
	}
}

func (p *parts) head() (found byteRange, err error) {
	had := false
	for range partLines {
		line, err := p.line()
		if err != nil {
			return byteRange{}, err
		}
		if len(line) == 0 {
			if !had {
				return byteRange{}, errMultipart
			}
			return found, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if !bytes.EqualFold(name, contentRange) {
			continue
		}
		r, total, ok := parseContentRange(string(bytes.TrimSpace(value)))
		if !ok || r.last < r.first || total >= 0 && p.total >= 0 && total != p.total {
			return byteRange{}, errMultipart
		}
		found, had = r, true
	}
	return byteRange{}, errMultipart
}

// line reads one line of at most partBuffer bytes, without its end. It is good until the next read.
func (p *parts) line() ([]byte, error) {
	b, err := p.r.ReadSlice('\n')
	if err != nil {
		return nil, errMultipart
	}
	return bytes.TrimRight(b, "\r\n"), nil
}

// readParts fills ranges from the parts of an answer, which may join or reorder them, and
// returns those that stay without all of their bytes.
func (o *Object) readParts(a *answer, boundary string, ranges []*probe.Range) (rest []*probe.Range) {
	cfg := o.opener.cfg
	w := newWatch(cfg.RateWindow, cfg.MinRate, cfg.BodyTimeout, a.cancel)
	defer w.stop()
	size, known := o.Size()
	if !known {
		size = -1
	}
	in := partReaders.Get().(*bufio.Reader)
	in.Reset(watched{a.Body, w})
	defer func() {
		in.Reset(nil)
		partReaders.Put(in)
	}()
	p := parts{r: in, delimiter: []byte("--" + boundary), total: size}
	filled := make([]bool, len(ranges))
	for range 2 * len(ranges) {
		part, err := p.next()
		if err != nil || p.fill(part, ranges, filled) != nil {
			break
		}
	}
	for i, r := range ranges {
		if !filled[i] {
			rest = append(rest, r)
		}
	}
	return rest
}

// fill copies a part's body to the ranges that lie in it and steps over the rest.
func (p *parts) fill(part byteRange, ranges []*probe.Range, filled []bool) error {
	at := part.first
	i, _ := slices.BinarySearchFunc(ranges, part.first, func(r *probe.Range, off int64) int { return cmp.Compare(r.Off, off) })
	for ; i < len(ranges); i++ {
		r := ranges[i]
		if end := r.Off + int64(len(r.Data)); end > part.last+1 {
			break
		}
		if err := p.skip(r.Off - at); err != nil {
			return err
		}
		if _, err := io.ReadFull(p.r, r.Data); err != nil {
			return err
		}
		filled[i], at = true, r.Off+int64(len(r.Data))
	}
	return p.skip(part.last + 1 - at)
}

func (p *parts) skip(n int64) error {
	for n > 0 {
		step, err := p.r.Discard(int(min(n, 1<<20)))
		if n -= int64(step); err != nil {
			return err
		}
	}
	return nil
}

// watched feeds a watch.
type watched struct {
	io.Reader
	w *watch
}

func (r watched) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.w.add(n)
	return n, err
}
