package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// jobSubmit is the command "job submit".
type jobSubmit struct {
	conn                     *connection
	out                      output
	name, userData, pipeline string
	priority                 int
	mediaIDs                 []string
	sync, wait, refresh      bool
	timeout                  time.Duration
}

func newJobSubmit(conn *connection) *cobra.Command {
	s := &jobSubmit{conn: conn}
	cmd := &cobra.Command{
		Use:   "submit URL...",
		Short: "Submit jobs and print their ids",
		Long: "Submit one job for each URL (oss://, http:// or https://) and print the ids, one on a line,\n" +
			"in the order of the URLs. \"-\" reads URLs from standard input, one on a line.\n\n" +
			"A URL that the server refuses is named on standard error and the others go on; what\n" +
			"concerns them all, such as a wrong key, stops the command.\n\n" +
			"Exit codes: 0 all accepted (with --wait or --sync: and succeeded), 1 some not, 2 usage,\n" +
			"3 jobs had not ended when time was out, 130 interrupted.",
		Example: "  mediagauge job submit oss://bucket/path/movie.mp4\n" +
			"  mediagauge job submit --wait --priority 9 https://example.com/movie.mp4\n" +
			"  find-my-urls | mediagauge job submit - > ids",
		RunE: func(cmd *cobra.Command, urls []string) error { return interrupted(s.run(cmd, urls)) },
	}
	f := cmd.Flags()
	f.StringVar(&s.name, "name", "", "name of the job, such as nightly-check")
	f.StringVar(&s.userData, "user-data", "", "text that comes back with the job; a JSON object with NotifyAddress sends its callback there")
	f.StringVar(&s.pipeline, "pipeline", "", "id of the pipeline (default: the account's default pipeline)")
	f.IntVar(&s.priority, "priority", 0, "1 to 10, 10 is soonest (default: the pipeline's)")
	f.StringArrayVar(&s.mediaIDs, "media-id", nil, "submit the media asset with this id; may be given several times, beside URLs or alone")
	f.BoolVar(&s.sync, "sync", false, "have the server hold each reply until the job ends, 60 s at most, and print the results")
	f.BoolVar(&s.refresh, "refresh", false, "probe also what has not changed since it was last probed")
	f.BoolVar(&s.wait, "wait", false, "wait for the jobs as \"job wait\" does, and print the results instead of the ids")
	f.DurationVar(&s.timeout, "timeout", 0, "longest time to spend in --wait, such as 5m; 0 for as long as it takes")
	s.out.addFlag(cmd, "text", "json")
	return cmd
}

func (s *jobSubmit) check(urls []string) error {
	if err := s.out.check(); err != nil {
		return err
	}
	if len(urls)+len(s.mediaIDs) == 0 {
		return usageErrorf("nothing to submit: give a URL, \"-\" or --media-id")
	}
	if s.priority < 0 || s.priority > 10 {
		return usageErrorf("priority %d: want 1 to 10", s.priority)
	}
	if s.sync && s.wait {
		return usageErrorf("--sync and --wait: want one of them")
	}
	if s.timeout < 0 || s.timeout > 0 && !s.wait {
		return usageErrorf("timeout %s: want a positive time, and --wait", s.timeout)
	}
	for _, u := range urls {
		if err := checkURL(u); u != "-" && err != nil {
			return usageErrorf("%q: %w", safe(shortMedia(u)), err)
		}
	}
	return nil
}

func checkURL(s string) error {
	scheme, rest, _ := strings.Cut(s, "://")
	switch strings.ToLower(scheme) {
	case "oss", "http", "https":
		if rest != "" {
			return nil
		}
	}
	return errors.New("want an oss://, http:// or https:// URL; a file on this machine is for \"mediagauge probe\"")
}

func (s *jobSubmit) params(in ims.Input) (map[string]string, error) {
	input, err := compactJSON(in)
	if err != nil {
		return nil, err
	}
	params := map[string]string{"Input": input}
	if s.name != "" {
		params["Name"] = s.name
	}
	if s.userData != "" {
		params["UserData"] = s.userData
	}
	schedule := map[string]any{}
	if s.pipeline != "" {
		schedule["PipelineId"] = s.pipeline
	}
	if s.priority != 0 {
		schedule["Priority"] = s.priority
	}
	if s.refresh {
		schedule["RefreshCache"] = true
	}
	if len(schedule) > 0 {
		if params["ScheduleConfig"], err = compactJSON(schedule); err != nil {
			return nil, err
		}
	}
	return params, nil
}
