package main

import "github.com/mediagauge/mediagauge/internal/ims"

// jobCancel is the command "job cancel".
var jobCancel = plain{use: "cancel ID", short: "End a job that nobody runs yet", example: "  mediagauge job cancel 0197f3b2c4d87a1e9b2c3d4e5f607182",
	version: ims.VersionICE, action: ims.CancelMediaInfoJob, positional: []string{"JobId"}, done: doneWith("cancelled")}
