package differential

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed allowed.txt
var allowedText string

// Allowed are the differences that stand, by sample and key, each with its reason.
type Allowed map[[2]string]string

// ReadAllowed reads the allow-list: "sample | key | reason" per line.
func ReadAllowed(text string) (Allowed, error) {
	a := Allowed{}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 3 || f[2] == "" {
			return nil, fmt.Errorf("allowed.txt line %d: want \"sample | key | reason\"", n+1)
		}
		key := [2]string{f[0], f[1]}
		if _, twice := a[key]; twice {
			return nil, fmt.Errorf("allowed.txt line %d: %s of %s a second time", n+1, f[1], f[0])
		}
		a[key] = f[2]
	}
	return a, nil
}
