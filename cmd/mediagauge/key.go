package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newKey makes the commands about access keys.
func newKey() *cobra.Command { return keyCommand(thisMachine()) }

func keyCommand(m *machine) *cobra.Command {
	cmd := newGroup("key", "Make, list, switch and delete access keys",
		"Make, list, switch and delete the access keys of whoever calls, or of one of the account's users.")
	cmd.Example = "  mediagauge key create\n  mediagauge key disable LTAI0123456789abcdefghij"
	conn := &connection{m: m}
	conn.addFlags(cmd)
	var user string
	cmd.PersistentFlags().StringVar(&user, "user", "", "name of the user whose keys are meant (default: whoever calls)")
	conn.user = &user
	cmd.AddCommand(
		newKeyCreate(conn), newKeyList(conn),
		newKeyChange(conn, "enable", "Let an access key be used again", "enabled", ims.UpdateAccessKey, map[string]string{"Status": "Active"}),
		newKeyChange(conn, "disable", "Switch an access key off", "disabled", ims.UpdateAccessKey, map[string]string{"Status": "Inactive"}),
		newKeyChange(conn, "delete", "Delete an access key for good", "deleted", ims.DeleteAccessKey, nil),
	)
	return cmd
}

func newKeyCreate(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an access key and print it, secret included, this once",
		Long: "Make an access key and print it. The secret is shown this once: the server keeps it\n" +
			"sealed and gives it to nobody.",
		Example: "  mediagauge key create\n  mediagauge key create -o json > key.json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var reply json.RawMessage
			if err := conn.call(cmd, ims.VersionRAM, ims.CreateAccessKey, conn.ofUser(nil), &reply); err != nil {
				return err
			}
			return printNewKey(cmd, conn.m, out.form, reply)
		},
	}
	out.addFlag(cmd, "table", "json")
	return cmd
}

func printNewKey(cmd *cobra.Command, m *machine, form string, reply json.RawMessage) error {
	w := cmd.OutOrStdout()
	if form == "json" {
		if err := printJSON(m, w, reply); err != nil {
			return err
		}
	} else {
		var decoded ims.AccessKeyResponse
		if err := json.Unmarshal(reply, &decoded); err != nil {
			return fmt.Errorf("reply: %w", err)
		}
		t := newTable(w)
		row(t, "Access key id", decoded.AccessKey.AccessKeyId)
		row(t, "Access key secret", decoded.AccessKey.AccessKeySecret)
		if err := t.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(cmd.ErrOrStderr(), "Keep the secret now: it cannot be shown again.")
	return err
}

func newKeyList(conn *connection) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the access keys of the account, without secrets",
		Example: "  mediagauge key list",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			var reply json.RawMessage
			if err := conn.call(cmd, ims.VersionRAM, ims.ListAccessKeys, conn.ofUser(nil), &reply); err != nil {
				return err
			}
			if out.form == "json" {
				return printJSON(conn.m, cmd.OutOrStdout(), reply)
			}
			var decoded ims.AccessKeyListResponse
			if err := json.Unmarshal(reply, &decoded); err != nil {
				return fmt.Errorf("reply: %w", err)
			}
			t := newTable(cmd.OutOrStdout())
			row(t, "ACCESS KEY", "STATUS", "CREATED")
			for _, k := range decoded.AccessKeys.AccessKey {
				row(t, k.AccessKeyId, k.Status, k.CreateDate)
			}
			return t.Flush()
		},
	}
	out.addFlag(cmd, "table", "json")
	return cmd
}

// newKeyChange makes a command that needs nothing but the id of an access key.
func newKeyChange(conn *connection, verb, short, done, action string, extra map[string]string) *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:     verb + " ID",
		Short:   short,
		Example: "  mediagauge key " + verb + " LTAI0123456789abcdefghij",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			params := map[string]string{"UserAccessKeyId": ids[0]}
			for name, value := range extra {
				params[name] = value
			}
			return conn.change(cmd, &out, ims.VersionRAM, action, conn.ofUser(params), done+" "+ids[0])
		},
	}
	out.addFlag(cmd, "text", "json")
	return cmd
}

// ofUser adds the user whose keys are meant.
func (c *connection) ofUser(params map[string]string) map[string]string {
	if c.user == nil || *c.user == "" {
		return params
	}
	out := map[string]string{"UserName": *c.user}
	for name, value := range params {
		out[name] = value
	}
	return out
}
