package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// maker makes files in a working folder, each once, with what it needs before it.
type maker struct {
	dir, media, work string
	recipes          map[string]recipe
	made             map[string]error
}

func newMaker(dir, media string, recipes []recipe) (*maker, error) {
	for _, sub := range []string{"files", "ffprobe"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	work, err := os.MkdirTemp("", "mediagen-")
	if err != nil {
		return nil, err
	}
	m := &maker{dir: dir, media: media, work: work, recipes: map[string]recipe{}, made: map[string]error{}}
	for _, r := range recipes {
		m.recipes[r.name] = r
	}
	return m, nil
}

func (m *maker) close() { _ = os.RemoveAll(m.work) }

// publish makes r's file, copies it to the folder of samples and records ffprobe's answer.
func (m *maker) publish(r recipe) error {
	if err := m.make(r); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(m.work, r.name), filepath.Join(m.dir, "files", r.name)); err != nil {
		return err
	}
	return record(filepath.Join(m.dir, "files"), r.name, filepath.Join(m.dir, "ffprobe", r.name+".json"))
}

// make makes r's file in the working folder.
func (m *maker) make(r recipe) error {
	if err, done := m.made[r.name]; done {
		return err
	}
	m.made[r.name] = errors.New("needs itself")
	err := m.brew(r)
	if err != nil {
		err = fmt.Errorf("%s: %w", r.args[0], err)
	}
	m.made[r.name] = err
	return err
}

var reference = regexp.MustCompile(`\{(media:)?([^{}]+)\}`)

func (m *maker) brew(r recipe) error {
	out := filepath.Join(m.work, r.name)
	args := make([]string, 0, len(r.args))
	for _, a := range r.args[1:] {
		if ref := reference.FindStringSubmatch(a); ref != nil && r.args[0] != "text" {
			path, err := m.resolve(ref[1] != "", ref[2])
			if err != nil {
				return err
			}
			a = strings.Replace(a, ref[0], path, 1)
		}
		args = append(args, a)
	}
	switch r.args[0] {
	case "text":
		return os.WriteFile(out, []byte(args[0]), 0o644)
	case "bytes":
		b, err := octets(args)
		if err != nil {
			return err
		}
		return os.WriteFile(out, b, 0o644)
	case "ffmpeg":
		return run1("ffmpeg", append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), muxer(r.name, out)...))
	case "mkvmerge":
		return run1("mkvmerge", append([]string{"-q", "--no-date", "--deterministic", r.name, "-o", out}, args...))
	case "mkvpropedit":
		if err := copyFile(args[0], out); err != nil {
			return err
		}
		return run1("mkvpropedit", append([]string{"-q", out}, args[1:]...))
	case "replace", "cut", "cat":
		b, err := edit(r.args[0], args)
		if err != nil {
			return err
		}
		return os.WriteFile(out, b, 0o644)
	}
	return errors.New("unknown tool")
}

// muxer ends an ffmpeg command: nothing in the file that changes from run to run.
func muxer(name, out string) []string {
	common := []string{"-threads", "1"}
	switch filepath.Ext(name) {
	case ".mkv", ".mka", ".webm":
		common = append(common, "-fflags", "+bitexact")
	}
	return append(common, out)
}

func (m *maker) resolve(media bool, name string) (string, error) {
	if media {
		return filepath.Join(m.media, name), nil
	}
	r, ok := m.recipes[name]
	if !ok {
		return "", fmt.Errorf("no recipe for %q", name)
	}
	return filepath.Join(m.work, name), m.make(r)
}

func edit(verb string, args []string) ([]byte, error) {
	b, err := os.ReadFile(args[0])
	if err != nil {
		return nil, err
	}
	switch verb {
	case "cat":
		for _, path := range args[1:] {
			more, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			b = append(b, more...)
		}
		return b, nil
	case "cut":
		n, err := strconv.Atoi(args[1])
		if err != nil || n > len(b) {
			return nil, fmt.Errorf("cannot cut %d bytes at %q", len(b), args[1])
		}
		return b[:n], nil
	}
	from, err1 := hex.DecodeString(args[1])
	to, err2 := hex.DecodeString(args[2])
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if !bytes.Contains(b, from) {
		return nil, fmt.Errorf("no bytes %s", args[1])
	}
	return bytes.ReplaceAll(b, from, to), nil
}

// octets reads words of hexadecimal digits; "69*4096" stands for a word so many times over.
func octets(words []string) ([]byte, error) {
	var all []byte
	for _, w := range words {
		digits, count, repeated := strings.Cut(w, "*")
		b, err := hex.DecodeString(digits)
		if err != nil {
			return nil, err
		}
		n := 1
		if repeated {
			if n, err = strconv.Atoi(count); err != nil || n < 0 || n*len(b) > 1<<20 {
				return nil, fmt.Errorf("cannot repeat %q", w)
			}
		}
		all = append(all, bytes.Repeat(b, n)...)
	}
	return all, nil
}

// run1 runs a tool; mkvmerge's exit status 1 means a warning.
func run1(name string, args []string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	var ee *exec.ExitError
	if errors.As(err, &ee) && ee.ExitCode() == 1 && name == "mkvmerge" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
