package auth

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Derive returns a 32-byte key for one purpose, made from the master key. The same purpose
// always gives the same key, and no key tells anything of another.
func (s *Sealer) Derive(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, s.key, nil, "mediagauge "+purpose, sha256.Size)
	if err != nil {
		panic(err) // only for lengths above 255 hashes
	}
	return k
}
