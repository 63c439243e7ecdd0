package testmedia

import "path/filepath"

// Generated returns the files that tools/mediagen made, in the order of their recipes.
func Generated() ([]Sample, error) {
	return list(filepath.Join(filepath.Dir(Root()), "generated"))
}
