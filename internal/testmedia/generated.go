package testmedia

import (
	"path/filepath"
	"slices"
)

// Generated returns the files that tools/mediagen made, in the order of their recipes.
func Generated() ([]Sample, error) {
	return list(filepath.Join(filepath.Dir(Root()), "generated"))
}

// Playlists returns the playlists and manifests of testdata/playlists, each with its segments
// beside it.
func Playlists() ([]Sample, error) {
	all, err := list(filepath.Join(filepath.Dir(Root()), "playlists"))
	return slices.DeleteFunc(all, func(s Sample) bool { return s.Member }), err
}
