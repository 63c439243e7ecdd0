package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const unit = "systemd/mediagauge.service"

// TestUnit asks systemd itself. The program need not be installed here, so another takes its place.
func TestUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze on this machine")
	}
	text := strings.Replace(read(t, unit), "ExecStart=/usr/local/bin/mediagauge ", "ExecStart=/bin/true ", 1)
	path := filepath.Join(t.TempDir(), "mediagauge.service")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// What it does not know it only warns of.
	out, err := exec.Command(analyze, "verify", "--man=no", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "mediagauge.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestUnitHardening: what holds the service is there, and nothing that ffprobe's sandbox cannot do with.
func TestUnitHardening(t *testing.T) {
	t.Parallel()
	text := read(t, unit)
	for _, line := range []string{
		"DynamicUser=yes", "StateDirectory=mediagauge", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
		"NoNewPrivileges=yes", "CapabilityBoundingSet=", "RestrictSUIDSGID=yes", "TimeoutStopSec=40",
		"RestrictNamespaces=user net ipc pid mnt uts", "SystemCallFilter=@system-service @mount",
		"SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("%s: no line %s", unit, line)
		}
	}
	harm := regexp.MustCompile(`(?m)^(RestrictNamespaces=(yes|true|1)|ProcSubset=pid|ProtectKernelTunables=yes|PrivateUsers=yes|SystemCallFilter=~.*)$`)
	if line := harm.FindString(text); line != "" {
		t.Errorf("%s: %s takes from ffprobe's sandbox what it is made of", unit, line)
	}
}

func TestUnitEnvironment(t *testing.T) {
	t.Parallel()
	checkSettings(t, "mediagauge.env", envFile(t, "systemd/mediagauge.env", false))
	env := envFile(t, "systemd/mediagauge.env", true)
	for _, secret := range []string{"MEDIAGAUGE_MASTER_KEY", "MEDIAGAUGE_ACCESS_KEY_ID", "MEDIAGAUGE_ACCESS_KEY_SECRET"} {
		if v, ok := env[secret]; !ok || v != "" {
			t.Errorf("mediagauge.env: %s is %q: named and empty is right", secret, v)
		}
	}
	checkSettings(t, "mediagauge.env with all lines", env)
}
