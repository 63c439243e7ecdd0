package app

import "github.com/mediagauge/mediagauge/probe"

// formats are the native readers, in the order in which they are asked. Those of format/all
// join once they hold against every hostile file of test/hostile.
var formats []probe.Format
