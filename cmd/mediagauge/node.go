package main

import (
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newNode makes the commands about the processes of the service.
func newNode() *cobra.Command { return nodeCommand(thisMachine()) }

func nodeCommand(m *machine) *cobra.Command {
	return group(m, "node", "List the processes that share the work", "List the processes that share the work over one database. Only the operator's account may ask.",
		"  mediagauge node list",
		[]plain{
			{use: "list", short: "List the nodes that are alive", example: "  mediagauge node list", version: ims.VersionICE, action: ims.ListNodes,
				table: tableOf(func(t *tabwriter.Writer, r *ims.NodeListResponse) {
					row(t, "NODE", "NAME", "ROLES", "WORKERS", "VERSION", "STARTED", "ALIVE UNTIL")
					for _, n := range r.NodeList {
						row(t, n.NodeId, n.Name, strings.Join(n.Roles, ","), strconv.Itoa(n.Workers), n.Version, n.StartTime, n.AliveUntil)
					}
				})},
		})
}
