package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

// finding is one line of the doctor's report.
type finding struct {
	level string // "ok", "warn" or "fail"
	what  string
	found string
}

// errSick is returned by Doctor when something would not work. What it is has been printed.
var errSick = errors.New("this machine is not ready; see the lines marked fail")

// Doctor checks settings, data folder, database, ffprobe and a running server, prints a line
// for each, and fails when something would not work.
func Doctor(ctx context.Context, s Settings, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	running := doctorServer(ctx, s)
	findings := []finding{{"ok", "version", Version()}}
	findings = append(findings, doctorDatabase(ctx, s, running.level == "ok")...)
	findings = append(findings, doctorFFprobe(ctx, s)...)
	findings = append(findings, doctorSources(s), running)
	sick := false
	for _, f := range findings {
		fmt.Fprintf(w, "%-5s %-12s %s\n", f.level, f.what, f.found)
		sick = sick || f.level == "fail"
	}
	if sick {
		return errSick
	}
	return nil
}

// doctorDatabase opens a database in the data folder as the server would. Where a server runs
// on the folder already, the folder is left to it.
func doctorDatabase(ctx context.Context, s Settings, running bool) []finding {
	if s.Database != "" {
		return doctorPostgres(ctx, s)
	}
	dir, err := filepath.Abs(s.DataDir)
	if err != nil {
		return []finding{{"fail", "data folder", err.Error()}}
	}
	if running {
		return []finding{{"ok", "data folder", dir + " is in use by the running server"}}
	}
	try := dir
	if _, err := os.Stat(filepath.Join(dir, "mediagauge.db")); err != nil {
		tmp, err := scratch(dir)
		if err != nil {
			return []finding{{"fail", "data folder", fmt.Sprintf("%s cannot be written: %v", dir, err)}}
		}
		defer os.RemoveAll(tmp)
		try = tmp
	}
	db, err := sqlite.Open(ctx, filepath.Join(try, "mediagauge.db"), sqlite.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return []finding{{"fail", "database", err.Error()}}
	}
	defer db.Close()
	set, err := db.Check(ctx)
	if err != nil {
		return []finding{{"fail", "database", err.Error()}}
	}
	var pairs []string
	for _, k := range []string{"journal_mode", "synchronous"} {
		pairs = append(pairs, k+"="+set.Values[k])
	}
	return []finding{
		{"ok", "data folder", dir + " can be written"},
		{"ok", "database", fmt.Sprintf("%s %s, %s", set.Engine, set.Version, strings.Join(pairs, ", "))},
	}
}

// doctorPostgres looks at the shared database without changing it.
func doctorPostgres(ctx context.Context, s Settings) []finding {
	st, err := postgres.Look(ctx, s.Database)
	var out []finding
	if st.Settings.Version != "" {
		out = append(out, finding{"ok", "database", fmt.Sprintf("postgres %s, fsync=%s, synchronous_commit=%s", st.Settings.Version,
			st.Settings.Values["fsync"], st.Settings.Values["synchronous_commit"])})
	}
	if err != nil {
		return append(out, finding{"fail", "database", err.Error()})
	}
	switch sc := st.Schema; {
	case sc.Needs > sc.Known:
		out = append(out, finding{"fail", "schema", fmt.Sprintf("version %d was made by a newer release, which this one cannot work beside", sc.Version)})
	case sc.Version < sc.Known:
		out = append(out, finding{"warn", "schema", fmt.Sprintf("version %d; the next start, or \"mediagauge migrate up\", brings it to %d", sc.Version, sc.Known)})
	default:
		out = append(out, finding{"ok", "schema", fmt.Sprintf("version %d", sc.Version)})
	}
	for _, n := range st.Nodes {
		out = append(out, finding{"ok", "node", fmt.Sprintf("%d, %s: %s, %s, %d workers, alive until %s", n.No, n.Name, n.Roles, n.Version, n.Workers, n.Until.Format(time.TimeOnly))})
	}
	if len(st.Nodes) == 0 {
		out = append(out, finding{"warn", "node", "none is alive"})
	}
	return out
}

// scratch makes a folder where dir is or would be made: in the nearest folder above it that
// exists.
func scratch(dir string) (string, error) {
	for {
		_, err := os.Stat(dir)
		if err == nil || !errors.Is(err, fs.ErrNotExist) || dir == "/" {
			return os.MkdirTemp(dir, ".mediagauge-doctor-")
		}
		dir = filepath.Dir(dir)
	}
}

func doctorFFprobe(ctx context.Context, s Settings) []finding {
	p, err := newFFprobe(s)
	switch {
	case err != nil && s.Engine == "ffprobe":
		return []finding{{"fail", "ffprobe", err.Error()}}
	case err != nil:
		return []finding{{"warn", "ffprobe", err.Error() + ": only what the native readers know will be answered"}}
	case p == nil:
		return []finding{{"warn", "ffprobe", "switched off: only what the native readers know will be answered"}}
	}
	report, err := p.SelfTest(ctx)
	if err != nil {
		return []finding{{"fail", "ffprobe", err.Error()}}
	}
	level := "ok"
	if report.Containment == "uncontained" {
		level = "warn"
	}
	out := []finding{{level, "ffprobe", fmt.Sprintf("%s, held by %s", report.Version, report.Containment)}}
	for _, c := range report.Checks {
		level := "ok"
		if !c.Passed {
			level = "fail"
		}
		out = append(out, finding{level, "ffprobe", strings.TrimSuffix(c.Name+": "+c.Detail, ": ")})
	}
	for _, r := range report.Refused {
		out = append(out, finding{"warn", "ffprobe", "does not work here: " + r})
	}
	return out
}

func doctorSources(s Settings) finding {
	allow, err := netguard.ParseAllow(s.SourceAllow)
	if err != nil {
		return finding{"fail", "sources", err.Error()}
	}
	list := allow.String()
	if list == "" {
		list = "nothing"
	}
	return finding{"ok", "sources", fmt.Sprintf("public addresses, and besides them %s; %d buckets configured", list, len(s.Storages))}
}

// doctorServer asks whether a server answers where this one would listen.
func doctorServer(ctx context.Context, s Settings) finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Listen+"/readyz", nil)
	if err != nil {
		return finding{"fail", "listen", fmt.Sprintf("%q: %v", s.Listen, err)}
	}
	c := &http.Client{Timeout: 5 * time.Second}
	resp, err := c.Do(req)
	if err != nil {
		return finding{"warn", "server", "none answers at " + s.Listen + " yet: start it with \"mediagauge serve\""}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return finding{"warn", "server", fmt.Sprintf("something answers at %s with status %d", s.Listen, resp.StatusCode)}
	}
	return finding{"ok", "server", "ready at " + s.Listen}
}
