package app

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is the version of the source tree. A release build may set it with -ldflags.
var release = "0.1.0-dev"

// Version says which build this is: release, revision when known, and toolchain.
func Version() string {
	rev := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				rev = " " + s.Value[:12]
			}
		}
	}
	return fmt.Sprintf("mediagauge %s%s %s %s/%s", release, rev, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
