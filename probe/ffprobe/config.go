package ffprobe

import "time"

// Containment names the way ffprobe is held.
type Containment string

// The containments, strongest first.
const (
	// Auto takes the strongest containment that works on this machine.
	Auto Containment = "auto"
	// Namespaces runs ffprobe in its own user, network, PID, IPC and mount namespaces,
	// with a root folder of system libraries only; Landlock and seccomp are added where
	// the kernel has them. Bytes are served by ranges, so only what is read is fetched.
	Namespaces Containment = "namespaces"
	// Landlock runs ffprobe on a temporary copy of the source, with file access held by
	// Landlock and the network closed by seccomp or Landlock.
	Landlock Containment = "landlock"
	// Uncontained runs ffprobe on a temporary copy with limits only. It is never chosen
	// unless Config.AllowUncontained is set.
	Uncontained Containment = "uncontained"
)

// Config says which ffprobe to run and within what bounds. A zero field means the default.
type Config struct {
	Path             string        // the executable; default: "ffprobe" in PATH
	Timeout          time.Duration // wall clock of one probe; default 10 s
	MemoryBytes      int64         // address space of the process; default 512 MiB
	CPUSeconds       int           // CPU time of the process; default 5
	MaxOutput        int64         // bytes taken from standard output; default 4 MiB
	SpoolBytes       int64         // largest temporary copy; default 64 MiB
	Containment      Containment   // default Auto
	AllowUncontained bool          // run even where nothing holds ffprobe
	ReadPaths        []string      // more files and folders that ffprobe may read (its libraries)
}

// DefaultConfig holds the default of every field.
var DefaultConfig = Config{
	Timeout:     10 * time.Second,
	MemoryBytes: 512 << 20,
	CPUSeconds:  5,
	MaxOutput:   4 << 20,
	SpoolBytes:  64 << 20,
	Containment: Auto,
}

// withDefaults fills the zero fields of c.
func (c Config) withDefaults() Config {
	d := DefaultConfig
	d.Path, d.AllowUncontained, d.ReadPaths = c.Path, c.AllowUncontained, c.ReadPaths
	if c.Timeout > 0 {
		d.Timeout = c.Timeout
	}
	if c.MemoryBytes > 0 {
		d.MemoryBytes = c.MemoryBytes
	}
	if c.CPUSeconds > 0 {
		d.CPUSeconds = c.CPUSeconds
	}
	if c.MaxOutput > 0 {
		d.MaxOutput = c.MaxOutput
	}
	if c.SpoolBytes > 0 {
		d.SpoolBytes = c.SpoolBytes
	}
	if c.Containment != "" {
		d.Containment = c.Containment
	}
	return d
}
