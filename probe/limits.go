package probe

// Limits bound the work that one source may cause. A zero field means the default.
type Limits struct {
	MaxBytes    int64 // bytes read from the source; default 64 MiB
	MaxReads    int   // reads of the source; default 4096
	MaxElements int   // boxes, elements, packets looked at; default 1,000,000
	MaxDepth    int   // nesting of boxes and elements; default 32
	MaxTracks   int   // tracks reported; default 1024

	MaxReferences int // other sources opened because one names them; default 64
	MaxNesting    int // references that lead from one to the next; default 3
}

// DefaultLimits are generous for real files and bound hostile ones.
var DefaultLimits = Limits{
	MaxBytes:    64 << 20,
	MaxReads:    4096,
	MaxElements: 1_000_000,
	MaxDepth:    32,
	MaxTracks:   1024,

	MaxReferences: 64,
	MaxNesting:    3,
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
	if l.MaxReferences > 0 {
		d.MaxReferences = l.MaxReferences
	}
	if l.MaxNesting > 0 {
		d.MaxNesting = l.MaxNesting
	}
	return d
}
