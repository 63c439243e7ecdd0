package app

import "github.com/mediagauge/mediagauge/probe"

// formats are the native readers, in the order in which they are asked.
var formats []probe.Format
