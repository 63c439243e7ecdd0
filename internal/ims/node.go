package ims

import (
	"strconv"
	"strings"
	"time"
)

// Node is a process of the service on the wire.
type Node struct {
	NodeId     string
	Name       string
	Roles      []string
	Version    string
	Workers    int
	StartTime  string
	AliveUntil string
}

// NodeOf spells a node.
func NodeOf(no int64, name, roles, version string, workers int, started, until time.Time) Node {
	list := []string{}
	if roles != "" {
		list = strings.Split(roles, ",")
	}
	return Node{strconv.FormatInt(no, 10), name, list, version, workers, formatTime(started), formatTime(until)}
}

// NodeListResponse answers ListNodes.
type NodeListResponse struct {
	RequestId string
	NodeList  []Node
}
