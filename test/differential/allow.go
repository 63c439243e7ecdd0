package differential

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed allowed
var allowedFiles embed.FS

// Allowed are the differences that stand, by sample and key, each with its reason.
type Allowed map[[2]string]string

// AllAllowed reads every file of the folder allowed.
func AllAllowed() (Allowed, error) {
	entries, err := allowedFiles.ReadDir("allowed")
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, e := range entries {
		b, err := allowedFiles.ReadFile("allowed/" + e.Name())
		if err != nil {
			return nil, err
		}
		text.Write(b)
		text.WriteByte('\n')
	}
	return ReadAllowed(text.String())
}

// ReadAllowed reads the allow-list: "sample | key | reason" per line.
func ReadAllowed(text string) (Allowed, error) {
	a := Allowed{}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 3 || f[2] == "" {
			return nil, fmt.Errorf("allow-list: %q: want \"sample | key | reason\"", line)
		}
		key := [2]string{f[0], f[1]}
		if _, twice := a[key]; twice {
			return nil, fmt.Errorf("allow-list: %s of %s a second time", f[1], f[0])
		}
		a[key] = f[2]
	}
	return a, nil
}

// Artefact says whether ffprobe gives a value only as an artefact of how far it read, which ours
// replaces by the true one or leaves out.
func (a Allowed) Artefact(sample, key string) bool {
	return strings.HasPrefix(a[[2]string{sample, key}], "artefact: ")
}
