package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newCallback makes the commands about callbacks.
func newCallback() *cobra.Command { return callbackCommand(thisMachine()) }

func callbackCommand(m *machine) *cobra.Command {
	cmd := newGroup("callback", "Say where finished jobs are told of, see deliveries, replay them",
		"Say where the account's finished jobs are told of, see what became of each message, and send\n"+
			"messages again that nobody took.")
	cmd.Example = "  mediagauge callback set https://example.com/hook\n  mediagauge callback deliveries --status Dead\n  mediagauge callback replay --dead"
	conn := &connection{m: m}
	conn.addFlags(cmd)
	cmd.AddCommand(newCallbackGet(conn), newCallbackSet(conn), newCallbackClear(conn), newCallbackDeliveries(conn), newCallbackReplay(conn))
	return cmd
}

func newCallbackGet(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Show where events go, with the keys that sign them",
		Long: "Show where events go. AuthKey is that of the vendor's signature; the webhook secret is that of\n" +
			"the headers webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks).",
		Example: "  mediagauge callback get",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var reply json.RawMessage
			if err := conn.call(cmd, ims.VersionICE, ims.GetEventCallback, nil, &reply); err != nil {
				return err
			}
			if out.form == "json" {
				return printJSON(conn.m, cmd.OutOrStdout(), reply)
			}
			var c ims.EventCallbackResponse
			if err := json.Unmarshal(reply, &c); err != nil {
				return fmt.Errorf("reply: %w", err)
			}
			t := newTable(cmd.OutOrStdout())
			row(t, "URL", cmp.Or(c.CallbackURL, "-"))
			row(t, "Queue", cmp.Or(c.CallbackQueueName, "-"))
			row(t, "Events", cmp.Or(c.EventTypeList, "-"))
			row(t, "Vendor's signature", c.AuthSwitch)
			row(t, "AuthKey", cmp.Or(c.AuthKey, "-"))
			row(t, "Webhook secret", c.WebhookSecret)
			return t.Flush()
		},
	}
	out.addFlag(cmd, "table", "json")
	return cmd
}

func newCallbackSet(conn *connection) *cobra.Command {
	var out output
	var key, events, queue string
	cmd := &cobra.Command{
		Use:   "set URL | set --queue NAME",
		Short: "Tell of finished jobs by POST to a URL, or by a message to a queue",
		Example: "  mediagauge callback set https://example.com/hook\n  mediagauge callback set --auth-key TestKey001 https://example.com/hook\n" +
			"  mediagauge callback set --queue ice-callback-jobs",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, urls []string) error {
			if (queue == "") == (len(urls) == 0) {
				return usageErrorf("give a URL, or --queue with the name of a queue")
			}
			params := map[string]string{"EventTypeList": events, "AuthSwitch": "off"}
			if queue != "" {
				params["CallbackType"], params["CallbackQueueName"] = "MNS", queue
			} else {
				params["CallbackType"], params["CallbackURL"] = "HTTP", urls[0]
			}
			if key != "" {
				params["AuthSwitch"], params["AuthKey"] = "on", key
			}
			return conn.change(cmd, &out, ims.VersionICE, ims.SetEventCallback, params, "set")
		},
	}
	cmd.Flags().StringVar(&key, "auth-key", "", "key of the vendor's signature X-ICE-SIGNATURE: up to 32 characters, upper and lower case and digits")
	cmd.Flags().StringVar(&queue, "queue", "", "name of a queue that starts with ice-callback-, instead of a URL")
	cmd.Flags().StringVar(&events, "events", ims.EventAnalysisComplete, "comma list of events; empty means all")
	out.addFlag(cmd, "text", "json")
	return cmd
}

func newCallbackClear(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     "clear",
		Short:   "Tell of finished jobs no more, but those that name an address of their own",
		Example: "  mediagauge callback clear",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return conn.change(cmd, &out, ims.VersionICE, ims.SetEventCallback, nil, "cleared")
		},
	}
	out.addFlag(cmd, "text", "json")
	return cmd
}

// mostDeliveries is how many deliveries one command asks for.
const mostDeliveries = 10_000

// deliveries reads deliveries page by page.
func deliveries(cmd *cobra.Command, conn *connection, status string, limit int) ([]ims.CallbackDelivery, error) {
	cl, err := conn.dial(cmd)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	var all []ims.CallbackDelivery
	params := map[string]string{"PageSize": "100", "Status": status}
	for len(all) < limit {
		var reply json.RawMessage
		if err := interrupted(cl.Call(cmd.Context(), ims.VersionICE, ims.ListCallbackDeliveries, params, &reply)); err != nil {
			return nil, err
		}
		var page ims.CallbackDeliveryListResponse
		if err := json.Unmarshal(reply, &page); err != nil {
			return nil, fmt.Errorf("reply: %w", err)
		}
		all = append(all, page.DeliveryList...)
		if params["NextPageToken"] = page.NextPageToken; page.NextPageToken == "" {
			break
		}
	}
	return all[:min(len(all), limit)], nil
}

func newCallbackDeliveries(conn *connection) *cobra.Command {
	var out output
	var status string
	var limit int
	cmd := &cobra.Command{
		Use:     "deliveries",
		Short:   "List messages and what became of them, oldest first",
		Example: "  mediagauge callback deliveries\n  mediagauge callback deliveries --status Dead -o id",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if limit < 1 || limit > mostDeliveries {
				return usageErrorf("--limit: want 1 to %d", mostDeliveries)
			}
			all, err := deliveries(cmd, conn, status, limit)
			if err != nil {
				return err
			}
			return printDeliveries(cmd, conn.m, out.form, all)
		},
	}
	cmd.Flags().StringVar(&status, "status", "", "only these: Pending, Delivered or Dead")
	cmd.Flags().IntVar(&limit, "limit", 100, "how many at most")
	out.addFlag(cmd, "table", "json", "id")
	return cmd
}

func printDeliveries(cmd *cobra.Command, m *machine, form string, all []ims.CallbackDelivery) error {
	w := cmd.OutOrStdout()
	if form == "json" {
		b, err := json.Marshal(all)
		if err != nil {
			return err
		}
		return printJSON(m, w, b)
	}
	t := newTable(w)
	if form == "table" {
		row(t, "DELIVERY", "JOB", "STATUS", "ATTEMPTS", "LAST", "CREATED", "NEXT", "TARGET")
	}
	for _, d := range all {
		if form == "id" {
			row(t, d.DeliveryId)
			continue
		}
		row(t, d.DeliveryId, d.JobId, d.Status, strconv.Itoa(d.Attempts), d.LastResult, d.CreateTime, d.NextTime, d.Target)
	}
	return t.Flush()
}

func newCallbackReplay(conn *connection) *cobra.Command {
	var dead bool
	cmd := &cobra.Command{
		Use:     "replay [ID...]",
		Short:   "Deliver messages once more, with all their attempts",
		Example: "  mediagauge callback replay 17\n  mediagauge callback replay --dead",
		Args:    args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if dead == (len(ids) > 0) {
				return usageErrorf("give ids of deliveries, or --dead for all that were given up")
			}
			if dead {
				all, err := deliveries(cmd, conn, "Dead", mostDeliveries)
				if err != nil {
					return err
				}
				for _, d := range all {
					ids = append(ids, d.DeliveryId)
				}
			}
			return replay(cmd, conn, ids)
		},
	}
	cmd.Flags().BoolVar(&dead, "dead", false, "all that were given up")
	return cmd
}

func replay(cmd *cobra.Command, conn *connection, ids []string) error {
	cl, err := conn.dial(cmd)
	if err != nil {
		return err
	}
	defer cl.Close()
	for _, id := range ids {
		var reply json.RawMessage
		if err := interrupted(cl.Call(cmd.Context(), ims.VersionICE, ims.ReplayCallbackDelivery, map[string]string{"DeliveryId": id}, &reply)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "replayed %d\n", len(ids))
	return err
}
