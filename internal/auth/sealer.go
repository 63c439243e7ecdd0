package auth

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Sealer encrypts secrets for storage, each bound to a name: what was sealed for one access key
// does not open for another.
type Sealer struct {
	aead cipher.AEAD
	key  []byte
}

// sealVersion starts every sealed secret: AES-256-GCM, random 96-bit nonce in front, name as
// additional data.
const sealVersion = "mg1:"

const masterKeyLen = 32

// LoadSealer reads the master key, 64 hexadecimal digits, from the file at path, which nobody
// but its owner may be able to read. When there is no such file, one is made.
func LoadSealer(path string) (*Sealer, error) {
	key, err := readMasterKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeMasterKey(path); err == nil || errors.Is(err, fs.ErrExist) {
			key, err = readMasterKey(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return newSealer(key)
}

// NewSealer has the master key as text, 64 hexadecimal digits. Its errors do not repeat it.
func NewSealer(text string) (*Sealer, error) {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != masterKeyLen {
		return nil, fmt.Errorf("want %d hexadecimal digits", 2*masterKeyLen)
	}
	return newSealer(key)
}

func newSealer(key []byte) (*Sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return &Sealer{aead: aead, key: key}, nil
}

func readMasterKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode %04o lets others in: want 0600", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*masterKeyLen+3))
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(string(bytes.TrimRight(text, "\r\n")))
	if err != nil || len(key) != masterKeyLen {
		return nil, fmt.Errorf("%s: want %d hexadecimal digits", path, 2*masterKeyLen) // err quotes a digit
	}
	return key, nil
}

// makeMasterKey puts a new key at path, whole or not at all: it is written beside it and then
// linked, which fails with fs.ErrExist when another process was faster.
func makeMasterKey(path string) error {
	var key [masterKeyLen]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".master-key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintf(f, "%x\n", key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Seal encrypts secret for name.
func (s *Sealer) Seal(name, secret string) []byte {
	return s.aead.Seal([]byte(sealVersion), nil, []byte(secret), additional(name))
}

// Open returns what Seal was given for the same name, or ErrSeal.
func (s *Sealer) Open(name string, sealed []byte) (string, error) {
	box, ok := bytes.CutPrefix(sealed, []byte(sealVersion))
	if !ok {
		return "", fmt.Errorf("%w: unknown version", ErrSeal)
	}
	secret, err := s.aead.Open(nil, nil, box, additional(name))
	if err != nil {
		return "", fmt.Errorf("%w: other master key, other name, or damaged", ErrSeal)
	}
	return string(secret), nil
}

func additional(name string) []byte { return []byte(sealVersion + "access-key:" + name) }

// Format keeps the key schedule out of every print.
func (s Sealer) Format(f fmt.State, _ rune) { fmt.Fprint(f, "auth.Sealer") }
