package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

// call makes the only call of a command.
func (c *connection) call(cmd *cobra.Command, version, action string, params map[string]string, reply *json.RawMessage) error {
	cl, err := c.dial(cmd)
	if err != nil {
		return err
	}
	defer cl.Close()
	return interrupted(cl.Call(cmd.Context(), version, action, params, reply))
}

// change makes a call that changes something and prints done, or the reply with -o json.
func (c *connection) change(cmd *cobra.Command, out *output, version, action string, params map[string]string, done string) error {
	if err := out.check(); err != nil {
		return err
	}
	var reply json.RawMessage
	if err := c.call(cmd, version, action, params, &reply); err != nil {
		return err
	}
	if out.form == "json" {
		return printJSON(c.m, cmd.OutOrStdout(), reply)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), safe(done))
	return err
}
