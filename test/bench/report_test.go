package bench

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// What is asked for: how many times less processor time than ffprobe takes.
const (
	wantDisk        = 100 // every file from the disk
	wantDiskNoIndex = 50  // but fragments that nothing lists
	wantDiskMean    = 300
	wantWeb         = 75 // every file with an index, by HTTP
)

// reportDisk prints the table of local files.
func reportDisk(b *testing.B, rows []*row) {
	b.Helper()
	t := table{{"local file", "ours, µs", "ffprobe, ms", "ratio", "allocs", "bytes allocated", "reads", "bytes read", "values equal"}}
	s := summary{way: "disk", mean: wantDiskMean}
	for _, r := range rows {
		if ratio, ok := s.add(&t, r, median(r.theirs), map[bool]float64{false: wantDisk, true: wantDiskNoIndex}[r.noIndex]); ok {
			t.add(r.what, micro(r.ours), milli(r.theirs), ratio, r.allocs, r.bytes, r.cost.Requests, r.cost.Bytes,
				fmt.Sprintf("%d of %d", r.equal.Equal, r.equal.Compared))
		}
	}
	s.print(b, t)
}

// reportWeb prints the table of the same files by HTTP.
func reportWeb(b *testing.B, rows []*row) {
	b.Helper()
	t := table{{"by HTTP, loopback", "ours, µs", "ffprobe, ms", "ratio", "allocs", "bytes allocated", "requests", "bytes", "ffprobe's requests", "bytes sent to it"}}
	s := summary{way: "HTTP"}
	for _, r := range rows {
		if ratio, ok := s.add(&t, r, median(r.theirs), map[bool]float64{false: wantWeb}[r.noIndex]); ok {
			t.add(r.what, micro(r.ours), milli(r.theirs), ratio, r.allocs, r.bytes, r.cost.Requests, r.cost.Bytes, r.traffic.Requests, r.traffic.Bytes)
		}
	}
	s.print(b, t)
}

// reportLibav prints how our reader compares with libav in one process.
func reportLibav(b *testing.B, rows []*row) {
	b.Helper()
	if rows[0].libav == "" {
		return
	}
	t := table{{"local file, in one process", "ours, µs", "libav, µs", "ratio"}}
	s := summary{way: "libav"}
	for _, r := range rows {
		if r.refused != "" {
			continue // said above
		}
		if ratio, ok := s.add(&t, r, median(r.inside), 0); ok {
			t.add(r.what, micro(r.ours), micro(r.inside), ratio)
		}
	}
	s.print(b, t)
}

// summary gathers the ratios of one table.
type summary struct {
	way   string
	mean  float64 // asked for; 0: nothing is
	logs  float64
	n     int
	least float64
	which string
	short []string
}

// add counts one row and returns its ratio as text. A refused file gets its row at once.
func (s *summary) add(t *table, r *row, theirs time.Duration, want float64) (string, bool) {
	if r.refused != "" {
		t.add(r.what, "refused: "+r.refused)
		s.short = append(s.short, fmt.Sprintf("%s (%s) is refused by rule %s", r.what, r.name, r.refused))
		return "", false
	}
	ratio := float64(theirs) / float64(max(median(r.ours), 1))
	s.logs += math.Log(ratio)
	s.n++
	if s.n == 1 || ratio < s.least {
		s.least, s.which = ratio, r.what
	}
	if ratio < want {
		s.short = append(s.short, fmt.Sprintf("%s (%s): %.0f× where %.0f× is asked for", r.what, r.name, ratio, want))
	}
	if ratio < 10 {
		return fmt.Sprintf("%.1f×", ratio), true
	}
	return fmt.Sprintf("%.0f×", ratio), true
}

func (s *summary) print(b *testing.B, t table) {
	b.Helper()
	fmt.Printf("\n%s\n", t)
	if s.n == 0 {
		return
	}
	mean := math.Exp(s.logs / float64(s.n))
	fmt.Printf("%s: geometric mean %.1f×, least %.1f× (%s)\n", s.way, mean, s.least, s.which)
	b.ReportMetric(mean, s.way+"-mean-ratio")
	b.ReportMetric(s.least, s.way+"-least-ratio")
	if mean < s.mean {
		s.short = append(s.short, fmt.Sprintf("geometric mean: %.0f× where %.0f× is asked for", mean, s.mean))
	}
	for _, line := range s.short {
		fmt.Printf("%s: short of what is asked for: %s\n", s.way, line)
	}
}

func micro(d []time.Duration) string {
	return fmt.Sprintf("%.0f", float64(median(d).Nanoseconds())/1e3)
}

func milli(d []time.Duration) string {
	return fmt.Sprintf("%.1f", float64(median(d).Nanoseconds())/1e6)
}

// table prints as a Markdown table that reads well as plain text too: numbers to the right.
type table [][]string

func (t *table) add(cells ...any) {
	var texts []string
	for _, c := range cells {
		texts = append(texts, fmt.Sprint(c))
	}
	*t = append(*t, texts)
}

func (t table) String() string {
	width := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for n, row := range t {
		for i := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				cell += pad
			} else {
				cell = pad + cell
			}
			out.WriteString("| " + cell + " ")
		}
		out.WriteString("|\n")
		if n > 0 {
			continue
		}
		for i, w := range width {
			out.WriteString("|" + strings.Repeat("-", w+1) + map[bool]string{false: ":", true: "-"}[i == 0])
		}
		out.WriteString("|\n")
	}
	return out.String()
}
