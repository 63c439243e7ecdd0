package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newPipeline makes the commands about pipelines.
func newPipeline() *cobra.Command { return pipelineCommand(thisMachine()) }

func pipelineCommand(m *machine) *cobra.Command {
	cmd := newGroup("pipeline", "Make, list, change, pause and delete pipelines",
		"Make, list, change, pause and delete pipelines: named queues with a priority. Inside a\n"+
			"pipeline jobs run by their own priority; across pipelines, by the pipelines' priorities.")
	cmd.Example = "  mediagauge pipeline create --priority 9 urgent\n  mediagauge pipeline pause e37ebee5d98b4781897f6086e89f9c56"
	conn := &connection{m: m}
	conn.addFlags(cmd)
	cmd.AddCommand(
		newPipelineCreate(conn), newPipelineGet(conn), newPipelineList(conn), newPipelineUpdate(conn),
		newPipelineChange(conn, "pause", "Pause a pipeline: it accepts jobs and starts none; running jobs finish", "paused",
			ims.UpdatePipeline, map[string]string{"Status": "Paused"}),
		newPipelineChange(conn, "resume", "Let a paused pipeline start jobs again", "resumed",
			ims.UpdatePipeline, map[string]string{"Status": "Active"}),
		newPipelineChange(conn, "delete", "Delete a pipeline that has no unfinished jobs", "deleted",
			ims.DeletePipeline, nil),
	)
	return cmd
}

const examplePipelineID = "e37ebee5d98b4781897f6086e89f9c56"

func newPipelineCreate(conn *connection) *cobra.Command {
	var out output
	var speed string
	var priority int
	cmd := &cobra.Command{
		Use:     "create NAME",
		Short:   "Make a pipeline and print its id",
		Example: "  mediagauge pipeline create nightly --priority 2\n  mediagauge job submit --pipeline $(mediagauge pipeline create urgent --priority 9) oss://bucket/movie.mp4",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var reply json.RawMessage
			params := map[string]string{"Name": names[0], "Speed": speed, "Priority": strconv.Itoa(priority)}
			if err := conn.call(cmd, ims.VersionICE, ims.CreatePipeline, params, &reply); err != nil {
				return err
			}
			return printPipelines(cmd, conn.m, out.form, reply)
		},
	}
	cmd.Flags().StringVar(&speed, "speed", "Standard", "service class that is kept and echoed: Standard, Boost or NarrowBandHDV2")
	cmd.Flags().IntVar(&priority, "priority", 6, "1 to 10, 10 is soonest: the weight against other pipelines, and of jobs that state none")
	out.addFlag(cmd, "id", "table", "json")
	return cmd
}

func newPipelineGet(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     "get ID",
		Short:   "Show one pipeline",
		Example: "  mediagauge pipeline get " + examplePipelineID,
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var reply json.RawMessage
			if err := conn.call(cmd, ims.VersionICE, ims.GetPipeline, map[string]string{"PipelineId": ids[0]}, &reply); err != nil {
				return err
			}
			return printPipelines(cmd, conn.m, out.form, reply)
		},
	}
	out.addFlag(cmd, "table", "json")
	return cmd
}

func newPipelineList(conn *connection) *cobra.Command {
	var out output
	var speed string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the pipelines of the account",
		Example: "  mediagauge pipeline list\n  mediagauge pipeline list --speed Standard -o json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			params := map[string]string{}
			if speed != "" {
				params["Speed"] = speed
			}
			var reply json.RawMessage
			if err := conn.call(cmd, ims.VersionICE, ims.ListPipelines, params, &reply); err != nil {
				return err
			}
			return printPipelines(cmd, conn.m, out.form, reply)
		},
	}
	cmd.Flags().StringVar(&speed, "speed", "", "only pipelines of this service class, such as Standard")
	out.addFlag(cmd, "table", "json", "id")
	return cmd
}

func newPipelineUpdate(conn *connection) *cobra.Command {
	var out output
	var name string
	var priority int
	cmd := &cobra.Command{
		Use:     "update ID",
		Short:   "Rename a pipeline or change its priority",
		Example: "  mediagauge pipeline update --priority 8 " + examplePipelineID,
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			params := map[string]string{"PipelineId": ids[0]}
			if cmd.Flags().Changed("name") {
				params["Name"] = name
			}
			if cmd.Flags().Changed("priority") {
				params["Priority"] = strconv.Itoa(priority)
			}
			if len(params) == 1 || params["Name"] == "" && cmd.Flags().Changed("name") {
				return usageErrorf("nothing to change: give --name, --priority or both")
			}
			return conn.change(cmd, &out, ims.VersionICE, ims.UpdatePipeline, params, "updated "+ids[0])
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "the new name")
	cmd.Flags().IntVar(&priority, "priority", 0, "the new priority, 1 to 10")
	out.addFlag(cmd, "text", "json")
	return cmd
}

// newPipelineChange makes a command that needs nothing but the id of a pipeline.
func newPipelineChange(conn *connection, verb, short, done, action string, extra map[string]string) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     verb + " ID",
		Short:   short,
		Example: "  mediagauge pipeline " + verb + " " + examplePipelineID,
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			params := map[string]string{"PipelineId": ids[0]}
			for name, value := range extra {
				params[name] = value
			}
			return conn.change(cmd, &out, ims.VersionICE, action, params, done+" "+ids[0])
		},
	}
	out.addFlag(cmd, "text", "json")
	return cmd
}

// printPipelines prints a reply that holds one pipeline or a list of them.
func printPipelines(cmd *cobra.Command, m *machine, form string, reply json.RawMessage) error {
	w := cmd.OutOrStdout()
	if form == "json" {
		return printJSON(m, w, reply)
	}
	var decoded struct {
		Pipeline     *ims.Pipeline
		PipelineList []ims.Pipeline
	}
	if err := json.Unmarshal(reply, &decoded); err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	if decoded.Pipeline != nil {
		decoded.PipelineList = []ims.Pipeline{*decoded.Pipeline}
	}
	t := newTable(w)
	if form == "table" {
		row(t, "PIPELINE", "NAME", "SPEED", "PRIORITY", "STATUS", "CREATED", "MODIFIED")
	}
	for _, p := range decoded.PipelineList {
		if form == "id" {
			row(t, p.PipelineId)
			continue
		}
		row(t, p.PipelineId, p.Name, p.Speed, strconv.Itoa(p.Priority), p.Status, p.CreateTime, p.ModifiedTime)
	}
	return t.Flush()
}
