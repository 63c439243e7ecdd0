// Package elementary describes streams by their own frames, for containers that state little about
// them: MPEG-2 systems, and raw streams without any container.
package elementary
