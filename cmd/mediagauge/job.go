package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newJob makes the commands about jobs.
func newJob() *cobra.Command { return jobCommand(thisMachine()) }

func jobCommand(m *machine) *cobra.Command {
	cmd := newGroup("job", "Submit jobs to a server, look at them, wait for them",
		"Submit jobs to a server, look at them, wait for them.\n\n"+
			"The server and the access key come from flags, the environment, a profile, or the data\n"+
			"folder of a server on this machine, in this order.")
	cmd.Example = "  mediagauge job submit --wait https://example.com/movie.mp4\n" +
		"  mediagauge job list --status Fail --since 2h"
	conn := &connection{m: m}
	conn.addFlags(cmd)
	cmd.AddCommand(newJobSubmit(conn), newJobGet(conn), newJobList(conn), newJobWait(conn), (&jobCancel).command(conn))
	return cmd
}

func newJobGet(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     "get ID",
		Short:   "Show one job",
		Long:    "Show one job: the server's reply, or a table with its facts.",
		Example: "  mediagauge job get 0197f3b2c4d87a1e9b2c3d4e5f607182\n  mediagauge job get -o table 0197f3b2c4d87a1e9b2c3d4e5f607182",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if err := out.check(); err != nil {
				return err
			}
			cl, err := conn.dial(cmd)
			if err != nil {
				return err
			}
			defer cl.Close()
			var reply json.RawMessage
			err = cl.Call(cmd.Context(), ims.VersionICE, ims.GetMediaInfoJob, map[string]string{"JobId": ids[0]}, &reply)
			if err != nil {
				return interrupted(err)
			}
			if out.form == "json" {
				return printJSON(conn.m, cmd.OutOrStdout(), reply)
			}
			var decoded ims.MediaInfoJobResponse
			if err := json.Unmarshal(reply, &decoded); err != nil {
				return err
			}
			return writeJob(cmd.OutOrStdout(), &decoded.MediaInfoJob)
		},
	}
	out.addFlag(cmd, "json", "table")
	return cmd
}

// ended says whether j will not change any more.
func ended(j *ims.MediaInfoJob) bool { return j.Status != ims.StatusInit }

// summary tells in a few words what a job found, or why it failed.
func summary(j *ims.MediaInfoJob) string {
	if j.Status == ims.StatusFail {
		return failure(j)
	}
	p := j.MediaInfoProperty
	if p == nil {
		return ""
	}
	words := []string{p.FileBasicInfo.FormatName}
	if p.FileBasicInfo.Width != "" {
		words = append(words, p.FileBasicInfo.Width+"x"+p.FileBasicInfo.Height)
	}
	var codecs []string
	for _, s := range p.VideoStreamInfoList {
		codecs = append(codecs, s.CodecName)
	}
	for _, s := range p.AudioStreamInfoList {
		codecs = append(codecs, s.CodecName)
	}
	words = append(words, strings.Join(codecs, "+"),
		humanSeconds(p.FileBasicInfo.Duration), humanSize(p.FileBasicInfo.FileSize))
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func failure(j *ims.MediaInfoJob) string {
	o := j.SubmitResultJson.Outcome
	switch {
	case o == nil || o.Code == "" && o.Message == "":
		return "no reason given"
	case o.Message == "":
		return o.Code
	}
	return o.Code + ": " + o.Message
}

// compactJSON spells v on one line as the vendor's clients do: "&" and "<" stay as they are
// (contract 2.4).
func compactJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
