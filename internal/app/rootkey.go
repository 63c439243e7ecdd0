package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/job"
)

// rootKey is the key that an account starts with, as root-key.toml in the data folder has it.
type rootKey struct {
	ID     string `toml:"access_key_id"`
	Secret string `toml:"access_key_secret"`
}

const rootKeyFile = "root-key.toml"

// bootstrap makes sure that the account has its root key: the one of the settings, else the
// one in the data folder, else a new one, which it stores there and tells where. Where nodes share a
// database the first one that answers calls makes the key, and the others leave it at that.
func bootstrap(ctx context.Context, s Settings, a *auth.Authenticator, shared bool, log *slog.Logger) (rootKey, error) {
	account := job.AccountID(s.AccountID)
	if s.AccessKeyID != "" {
		k := rootKey{s.AccessKeyID, s.AccessKeySecret}
		return k, a.ImportKey(ctx, account, k.ID, k.Secret, "root key from the settings")
	}
	path := filepath.Join(s.DataDir, rootKeyFile)
	k, err := readRootKey(path)
	switch {
	case err == nil:
		return k, a.ImportKey(ctx, account, k.ID, k.Secret, "root key of the data folder")
	case !errors.Is(err, fs.ErrNotExist):
		return k, err
	}
	if shared {
		have, err := a.ListKeys(ctx, account)
		if r, bad := parseRoles(s.Roles); err != nil || len(have) > 0 || bad == nil && !r.api {
			return rootKey{}, err
		}
	}
	if k.ID, k.Secret, err = a.CreateKey(ctx, account, "", "root key of the data folder"); err != nil {
		return k, err
	}
	if err := writeRootKey(path, k); err != nil {
		return k, err
	}
	log.Info("made a root access key", "file", path, "access_key_id", k.ID)
	return k, nil
}

func readRootKey(path string) (rootKey, error) {
	var k rootKey
	data, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("root key: %w", err)
	}
	if err := toml.Unmarshal(data, &k); err != nil || k.ID == "" || k.Secret == "" {
		return k, fmt.Errorf("root key: %s does not hold access_key_id and access_key_secret", path)
	}
	return k, nil
}

// writeRootKey writes the file whole or not at all, readable by its owner only.
func writeRootKey(path string, k rootKey) error {
	data, err := toml.Marshal(k)
	if err != nil {
		return err
	}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("root key: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("root key: %w", err)
	}
	return nil
}
