package ffprobe

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"

	"github.com/mediagauge/mediagauge/probe"
)

// Report is what a self-test found.
type Report struct {
	Path        string      `json:"path"`                // the executable
	Version     string      `json:"version"`             // "5.1.9-0+deb12u1"
	Containment Containment `json:"containment"`         // the one in force
	Landlock    int         `json:"landlock"`            // ABI version in force, 0 for none
	PrivateRoot bool        `json:"private_root"`        // its root folder holds system libraries only
	Checks      []Check     `json:"checks"`              // what was tried inside, and whether it was stopped
	Refused     []string    `json:"refused,omitempty"`   // containments that did not work here, with the reason
	Weaknesses  []string    `json:"weaknesses,omitzero"` // layers that are missing, with the reason
}

// Check is one thing that the sandbox must stop.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"` // how it was stopped
}

// choose tries the containments that the configuration allows, strongest first.
func (p *Prober) choose(ctx context.Context) error {
	candidates := []Containment{Namespaces, Landlock}
	if p.config.AllowUncontained {
		candidates = append(candidates, Uncontained)
	}
	if p.config.Containment != Auto {
		if p.config.Containment == Uncontained && !p.config.AllowUncontained {
			return probe.Errorf(probe.Unsupported, "ffprobe is not run uncontained unless that is allowed")
		}
		candidates = []Containment{p.config.Containment}
	}
	var refused []string
	for _, c := range candidates {
		report, err := p.verify(ctx, c)
		if err == nil {
			report.Refused = refused
			p.containment, p.report = c, report
			return nil
		}
		refused = append(refused, fmt.Sprintf("%s: %v", c, err))
	}
	return probe.Errorf(probe.Unsupported, "nothing on this machine can hold ffprobe: %s", strings.Join(refused, "; "))
}

// SelfTest tries from inside the sandbox what it must stop, runs ffprobe on a sound of its
// own making, and reports. A containment that no longer holds is an error beside the report.
func (p *Prober) SelfTest(ctx context.Context) (Report, error) {
	report, err := p.verify(ctx, p.containment)
	report.Refused = p.report.Refused
	return report, err
}

// Version returns ffprobe's version as it prints it, for example "5.1.9-0+deb12u1".
func (p *Prober) Version(ctx context.Context) (string, error) {
	return p.version(ctx, p.containment)
}

// verify proves that c holds and that ffprobe works in it.
func (p *Prober) verify(ctx context.Context, c Containment) (Report, error) {
	report := Report{Path: p.config.Path, Containment: c}
	if c != Uncontained {
		r, err := p.attempt(ctx, c)
		if err != nil {
			return report, err
		}
		report.Checks, report.Landlock = r.Checks, r.Landlock
		report.PrivateRoot = c == Namespaces && r.Rooted == ""
		if r.Rooted != "" {
			report.Weaknesses = append(report.Weaknesses, "no private root folder: "+r.Rooted)
		}
		if r.Landlock == 0 {
			report.Weaknesses = append(report.Weaknesses, "the kernel has no Landlock")
		}
		if os.Geteuid() == 0 && !mayBecomeNobody() {
			report.Weaknesses = append(report.Weaknesses, "ffprobe runs as the program's own user, root without its powers")
		}
		for _, check := range r.Checks {
			if !check.Passed {
				return report, fmt.Errorf("could %s", check.Name)
			}
		}
		if len(r.Checks) == 0 {
			return report, fmt.Errorf("nothing could be checked")
		}
	}
	var err error
	if report.Version, err = p.version(ctx, c); err != nil {
		return report, err
	}
	trial := *p
	trial.containment = c
	info, err := trial.Probe(ctx, probe.NewReader(ctx, probe.NewBytes(silence()), probe.Limits{}))
	if err != nil {
		return report, fmt.Errorf("trial: %w", err)
	}
	if len(info.Tracks) != 1 || info.Tracks[0].Audio == nil || info.Tracks[0].Audio.SampleRate != 8000 {
		return report, fmt.Errorf("trial: ffprobe misread it")
	}
	return report, nil
}

// attempt lets the stage try what must not work.
func (p *Prober) attempt(ctx context.Context, c Containment) (reply, error) {
	canary, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return reply{}, err
	}
	defer canary.Close()
	dir, err := workFolder()
	if err != nil {
		return reply{}, err
	}
	defer os.RemoveAll(dir)
	ours, err := workFolder()
	if err != nil {
		return reply{}, err
	}
	defer os.RemoveAll(ours)
	o := p.order(c, nil)
	o.Serve = c == Namespaces // as in earnest: with the one socket it needs
	o.SelfTest = &attempts{Parent: os.Getpid(), Canary: canary.Addr().(*net.TCPAddr).Port, Folder: ours}
	child, err := start(ctx, o, dir, nil, nil)
	if err != nil {
		return reply{}, err
	}
	child.kill()
	child.close()
	return child.reply, nil
}

var versionLine = regexp.MustCompile(`^ff\S* version (\S+)`)

func (p *Prober) version(ctx context.Context, c Containment) (string, error) {
	dir, err := workFolder()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	r, err := p.run(ctx, p.order(c, []string{"-version"}), dir)
	if err == nil {
		err = p.check(r)
	}
	if err != nil {
		return "", fmt.Errorf("version: %w", err)
	}
	m := versionLine.FindSubmatch(r.stdout)
	if m == nil {
		return "", fmt.Errorf("version: %q does not answer like ffprobe", p.config.Path)
	}
	return string(m[1]), nil
}

// silence is a tenth of a second of WAV: 8 kHz, mono, 8 bits.
func silence() []byte {
	const samples = 800
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8+samples))
	binary.LittleEndian.PutUint32(b[40:], samples)
	for range samples {
		b = append(b, 0x80)
	}
	return b
}
