// Package ffprobe describes media with the machine's own ffprobe, held in a sandbox.
//
//	func main() {
//		ffprobe.RunStage() // first line: does not return in the sandbox process
//		…
//	}
//
//	p, err := ffprobe.New(ffprobe.Config{})
//	info, err := p.Probe(ctx, reader)
//
// Which demuxer may read a source is decided here, from its bytes alone; playlists and other
// formats that name further files are refused. ffprobe sees neither the source's address nor
// the network: its bytes come from the probe.Reader, through a loopback range server in a
// network namespace of its own, or through a temporary file where there are no namespaces.
// The process has no environment, no writable folder, no capabilities, limits on memory and
// CPU time, and a deadline after which the whole group is killed.
//
// A program that uses this package calls RunStage first in main, and in TestMain: the
// sandbox is entered by running the program's own executable once more.
package ffprobe
