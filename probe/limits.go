package probe

// Limits bound the work that one source may cause. A zero field means the default.
type Limits struct {
	MaxBytes    int64 // bytes read from the source; default 64 MiB
	MaxReads    int   // reads of the source; default 4096
	MaxElements int   // boxes, elements, packets looked at; default 1,000,000
	MaxDepth    int   // nesting of boxes and elements; default 32
	MaxTracks   int   // tracks reported; default 1024
}

// DefaultLimits are generous for real files and bound hostile ones.
var DefaultLimits = Limits{
	MaxBytes:    64 << 20,
	MaxReads:    4096,
	MaxElements: 1_000_000,
	MaxDepth:    32,
	MaxTracks:   1024,
}

// withDefaults fills the zero fields of l.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	if l.MaxBytes > 0 {
		d.MaxBytes = l.MaxBytes
	}
	if l.MaxReads > 0 {
		d.MaxReads = l.MaxReads
	}
	if l.MaxElements > 0 {
		d.MaxElements = l.MaxElements
	}
	if l.MaxDepth > 0 {
		d.MaxDepth = l.MaxDepth
	}
	if l.MaxTracks > 0 {
		d.MaxTracks = l.MaxTracks
	}
	return d
}
