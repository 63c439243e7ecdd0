package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// jobList is the command "job list".
type jobList struct {
	conn                 *connection
	out                  output
	status, since, until string
	oldest               bool
	limit                int
}

func newJobList(conn *connection) *cobra.Command {
	l := &jobList{conn: conn}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List jobs, newest first",
		Long: "List jobs, newest first. As many pages are fetched as --limit asks for.\n" +
			"With -o json each page is printed as the server sent it, one after the other.",
		Example: "  mediagauge job list --status Fail --since 2h\n" +
			"  mediagauge job list --since 2026-07-01T00:00:00Z --until 2026-07-02T00:00:00Z --limit 0 -o ids\n" +
			"  mediagauge job list --status Init -o ids --limit 0 | mediagauge job wait -",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return interrupted(l.run(cmd)) },
	}
	f := cmd.Flags()
	f.StringVar(&l.status, "status", "", "only jobs of this status: Init, Success or Fail")
	f.StringVar(&l.since, "since", "", "only jobs submitted at or after this time: 2026-07-01T08:00:00Z, or 90m, 2h, 7d for so long ago")
	f.StringVar(&l.until, "until", "", "only jobs submitted at or before this time, spelled like --since")
	f.BoolVar(&l.oldest, "oldest", false, "oldest first")
	f.IntVar(&l.limit, "limit", 100, "jobs to list at most; 0 for all")
	l.out.addFlag(cmd, "table", "json", "ids")
	return cmd
}

func (l *jobList) run(cmd *cobra.Command) error {
	params, err := l.params()
	if err != nil {
		return err
	}
	cl, err := l.conn.dial(cmd)
	if err != nil {
		return err
	}
	defer cl.Close()
	if l.out.form == "table" {
		return l.table(cmd, cl, params)
	}
	_, err = l.pages(cmd.Context(), cl, params, func(reply json.RawMessage, page *ims.ListMediaInfoJobsResponse) error {
		if l.out.form == "json" {
			return printJSON(l.conn.m, cmd.OutOrStdout(), reply)
		}
		for i := range page.Jobs {
			if _, err := fmt.Fprintln(cmd.OutOrStdout(), safe(page.Jobs[i].JobId)); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (l *jobList) table(cmd *cobra.Command, cl *client.Client, params map[string]string) error {
	t := newTable(cmd.OutOrStdout())
	row(t, "JOB", "STATUS", "SUBMITTED", "RESULT", "MEDIA")
	more, err := l.pages(cmd.Context(), cl, params, func(_ json.RawMessage, page *ims.ListMediaInfoJobsResponse) error {
		for i := range page.Jobs {
			writeJobRow(t, &page.Jobs[i])
		}
		return t.Flush()
	})
	if err == nil && more {
		_, err = fmt.Fprintf(cmd.ErrOrStderr(), "There are more than %s; --limit 0 lists all.\n", count(l.limit, "job"))
	}
	return err
}

func writeJobRow(w io.Writer, j *ims.MediaInfoJob) {
	result := summary(j)
	if j.Status == ims.StatusFail {
		result, _, _ = strings.Cut(result, ":") // the code alone
	}
	if result == "" {
		result = "-"
	}
	row(w, j.JobId, string(j.Status), j.SubmitTime, result, shortMedia(j.Input.Media))
}

// params turns the flags into request parameters.
func (l *jobList) params() (map[string]string, error) {
	if err := l.out.check(); err != nil {
		return nil, err
	}
	if l.limit < 0 {
		return nil, usageErrorf("limit %d: want 0 or more", l.limit)
	}
	params := map[string]string{"OrderBy": "CreateTimeDesc"}
	if l.oldest {
		params["OrderBy"] = "CreateTimeAsc"
	}
	for _, s := range []ims.Status{"", ims.StatusInit, ims.StatusSuccess, ims.StatusFail} {
		if strings.EqualFold(l.status, string(s)) {
			params["Status"] = string(s)
		}
	}
	if s, known := params["Status"]; !known {
		return nil, usageErrorf("status %q: want Init, Success or Fail", l.status)
	} else if s == "" {
		delete(params, "Status")
	}
	now := l.conn.m.now()
	for _, end := range []struct{ flag, value, param string }{
		{"since", l.since, "StartOfCreateTime"},
		{"until", l.until, "EndOfCreateTime"},
	} {
		if end.value == "" {
			continue
		}
		t, err := parseMoment(end.value, now)
		if err != nil {
			return nil, usageErrorf("%s %q: %w", end.flag, end.value, err)
		}
		params[end.param] = wireTime(t)
	}
	return params, nil
}

// pages fetches up to the limit and says whether there were more.
func (l *jobList) pages(ctx context.Context, cl *client.Client, params map[string]string, show func(json.RawMessage, *ims.ListMediaInfoJobsResponse) error) (more bool, err error) {
	for listed := 0; ; {
		size := ims.MaxPageSize
		if l.limit > 0 {
			size = min(size, l.limit-listed)
		}
		params["PageSize"] = strconv.Itoa(size)
		reply, page, err := listPage(ctx, cl, params)
		if err != nil {
			return false, err
		}
		if err := show(reply, page); err != nil {
			return false, err
		}
		listed += len(page.Jobs)
		if page.NextPageToken == "" {
			return false, nil
		}
		if l.limit > 0 && listed >= l.limit {
			return true, nil
		}
		params["NextPageToken"] = page.NextPageToken
	}
}

func listPage(ctx context.Context, cl *client.Client, params map[string]string) (json.RawMessage, *ims.ListMediaInfoJobsResponse, error) {
	var reply json.RawMessage
	if err := cl.Call(ctx, ims.VersionICE, ims.ListMediaInfoJobs, params, &reply); err != nil {
		return nil, nil, err
	}
	var page ims.ListMediaInfoJobsResponse
	if err := json.Unmarshal(reply, &page); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", ims.ListMediaInfoJobs, err)
	}
	return reply, &page, nil
}

// parseMoment reads a time, or how long before now it was.
func parseMoment(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return time.Time{}, fmt.Errorf("want a time such as 2026-07-01T08:00:00Z, or 90m, 2h, 7d for so long ago")
	}
	return now.Add(-d), nil
}

// wireTime spells t as the API wants it, in whole seconds of UTC.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
