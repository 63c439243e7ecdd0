package app

import "github.com/mediagauge/mediagauge/format/all"

// formats are the native readers, in the order in which they are asked.
var formats = all.Formats
