package server

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

// badRow is one line of testdata/bad_requests.tsv.
type badRow struct {
	group, name, action string
	params              map[string]string
	status              int
	code                string
}

var numberInBraces = regexp.MustCompile(`\{[0-9]+\}`)

func readBadRows(t *testing.T, fill map[string]string) []badRow {
	t.Helper()
	f := must[*os.File](t)(os.Open("testdata/bad_requests.tsv"))
	defer f.Close()
	var rows []badRow
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 6 {
			t.Fatalf("%d columns in %q", len(c), lines.Text())
		}
		row := badRow{group: c[0], name: c[1], action: c[2], code: c[5], params: map[string]string{}}
		row.status, _ = strconv.Atoi(c[4])
		for _, p := range strings.Split(c[3], " && ") {
			k, v, _ := strings.Cut(p, "=")
			for from, to := range fill {
				v = strings.ReplaceAll(v, from, to)
			}
			v = numberInBraces.ReplaceAllStringFunc(v, func(s string) string {
				n, _ := strconv.Atoi(s[1 : len(s)-1])
				return strings.Repeat("n", n)
			})
			if k != "-" {
				row.params[k] = v
			}
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// fixture fills the account up to its quota of pipelines and names its ids.
func (r *rig) fixture(t *testing.T) map[string]string {
	t.Helper()
	ctx := context.Background()
	fill := map[string]string{
		"{input}": okInput, "{deep}": strings.Repeat("[", 40) + strings.Repeat("]", 40),
		"{job}": r.job, "{JOB}": strings.ToUpper(r.job), "{theirs}": r.theirs,
		"{pipeline}": r.pipeline, "{PIPELINE}": strings.ToUpper(r.pipeline), "{foreign}": r.foreign,
	}
	for {
		p, err := r.queue.CreatePipeline(ctx, account, "more", job.SpeedStandard, 6)
		if err != nil {
			break
		}
		fill["{busy}"] = p.ID
	}
	list, err := r.queue.ListPipelines(ctx, account, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Default {
			fill["{default}"] = p.ID
		}
	}
	spec := job.Spec{Input: job.Input{Type: job.InputOSS, Media: "oss://bucket/b.mp4"}, PipelineID: fill["{busy}"]}
	if _, err := r.queue.Submit(ctx, account, spec); err != nil {
		t.Fatal(err)
	}
	return fill
}

// after demands that a refused call left nothing behind and broke nothing.
func (r *rig) after(t *testing.T, jobs int) {
	t.Helper()
	if n := r.jobs(t); n != jobs {
		t.Errorf("%d jobs, there were %d", n, jobs)
	}
	if a := r.call(t, ims.GetMediaInfoJob, map[string]string{"JobId": r.job}); a.status != 200 {
		t.Errorf("the next good call: %d %s", a.status, a.body)
	}
}

// TestBadRequests makes each call by query in the newer scheme and by form in the older one.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	rows := readBadRows(t, r.fixture(t))
	jobs := r.jobs(t)
	for _, row := range rows {
		t.Run(row.group+"/"+row.name, func(t *testing.T) {
			checkError(t, r.call(t, row.action, row.params), row.status, row.code)
			form := v1("POST", keyID, secret, row.action, row.params)
			checkError(t, r.postForm(t, form), row.status, row.code)
			r.after(t, jobs)
		})
	}
}

func (r *rig) postForm(t testing.TB, form url.Values) answer {
	t.Helper()
	req := must[*http.Request](t)(http.NewRequest("POST", r.url+"/", strings.NewReader(form.Encode())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(t, req)
}

// A filter that fits nothing, for whatever reason, is an empty list.
func TestListFiltersThatFitNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, id := range []string{"nonsense", "0123456789abcdef0123456789abcdef", r.theirs} {
		a := r.call(t, ims.ListMediaInfoJobs, map[string]string{"JobId": id})
		if !strings.HasSuffix(string(a.body), `"Jobs":[]}`) {
			t.Errorf("%s: %d %s", id, a.status, a.body)
		}
	}
}
