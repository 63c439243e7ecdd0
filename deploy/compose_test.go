package deploy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// envFile reads a file of NAME=VALUE lines; disabled takes the ones behind a # too.
func envFile(t *testing.T, path string, disabled bool) map[string]string {
	t.Helper()
	env := map[string]string{}
	for line := range strings.Lines(read(t, path)) {
		line = strings.TrimSpace(line)
		if disabled && strings.HasPrefix(line, "#MEDIAGAUGE_") {
			line = line[1:]
		}
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%s: %q is no setting", path, line)
		}
		env[key] = value
	}
	return env
}

var interpolation = regexp.MustCompile(`\$\{([A-Z_]+)(:[-?])([^}]*)\}`)

func TestCompose(t *testing.T) {
	t.Parallel()
	example := envFile(t, "compose/.env.example", false)
	text := read(t, "compose/compose.yaml")
	used := map[string]bool{}
	secrets := map[string]string{
		"POSTGRES_PASSWORD": "0123456789abcdef", "MEDIAGAUGE_MASTER_KEY": strings.Repeat("0", 64),
		"MEDIAGAUGE_ACCESS_KEY_ID": "LTAI-EXAMPLE", "MEDIAGAUGE_ACCESS_KEY_SECRET": "EXAMPLE",
	}
	// As Docker Compose does, but with secrets where the example has none.
	text = interpolation.ReplaceAllStringFunc(text, func(s string) string {
		m := interpolation.FindStringSubmatch(s)
		used[m[1]] = true
		value, ok := example[m[1]]
		if !ok {
			t.Errorf(".env.example does not name %s", m[1])
		}
		secret, is := secrets[m[1]]
		if is != (m[2] == ":?") || is && value != "" {
			t.Errorf("%s: a secret must be asked for, and only a secret; the example has %q", s, value)
		}
		if is {
			return secret
		}
		if value == "" {
			return m[3]
		}
		return value
	})
	if strings.Contains(text, "${") {
		t.Error("compose.yaml has a variable that is not understood")
	}
	for name := range example {
		if !used[name] {
			t.Errorf(".env.example: nothing reads %s", name)
		}
	}
	file := parse(t, "compose.yaml", text)
	services, _ := file["services"].(object)
	roles := map[string]int{}
	for name, s := range services {
		checkService(t, name, s, file)
		if name == "postgres" {
			continue
		}
		want(t, name, s, "service_healthy", "depends_on", "postgres", "condition")
		if target := at(s, "build", "target"); !slices.ContainsFunc(stages(t), func(st stage) bool { return st.name == target }) {
			t.Errorf("%s: the Dockerfile has no target %v", name, target)
		}
		env := map[string]string{}
		for key, value := range at(s, "environment").(object) {
			env[key] = fmt.Sprint(value)
		}
		for secret := range secrets {
			if strings.HasPrefix(secret, "MEDIAGAUGE_") && env[secret] == "" {
				t.Errorf("%s has no %s", name, secret)
			}
		}
		checkSettings(t, name, env)
		n := 1
		if replicas, ok := at(s, "deploy", "replicas").(int); ok {
			n = replicas
		}
		roles[env["MEDIAGAUGE_ROLES"]] += n
	}
	if fmt.Sprint(roles) != "map[api:1 callback:1 worker:2]" {
		t.Errorf("nodes by role: %v", roles)
	}
	if at(services, "postgres", "healthcheck", "test") == nil {
		t.Error("postgres has no health check")
	}
}

// checkService: no service may do more than it needs, and what it refers to is there.
func checkService(t *testing.T, name string, s any, file object) {
	t.Helper()
	checkImage(t, name, fmt.Sprint(at(s, "image")))
	want(t, name, s, "true", "read_only")
	want(t, name, s, "[ALL]", "cap_drop")
	want(t, name, s, "[no-new-privileges:true]", "security_opt")
	if user := fmt.Sprint(at(s, "user")); !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(user) {
		t.Errorf("%s: user %q", name, user)
	}
	if !strings.Contains(fmt.Sprint(at(s, "tmpfs")), "/tmp:") {
		t.Errorf("%s has no /tmp", name)
	}
	for _, key := range []string{"privileged", "cap_add", "network_mode", "pid", "devices"} {
		if at(s, key) != nil {
			t.Errorf("%s: %s", name, key)
		}
	}
	networks, _ := at(s, "networks").([]any)
	for _, n := range networks {
		if _, ok := at(file, "networks").(object)[n.(string)]; !ok {
			t.Errorf("%s: no network %v", name, n)
		}
	}
	volumes, _ := at(s, "volumes").([]any)
	for _, v := range volumes {
		volume, _, _ := strings.Cut(v.(string), ":")
		if _, ok := at(file, "volumes").(object)[volume]; !ok {
			t.Errorf("%s: no volume %v", name, v)
		}
	}
	ports, _ := at(s, "ports").([]any)
	for _, p := range ports {
		if !strings.HasPrefix(p.(string), "127.0.0.1:") {
			t.Errorf("%s: port %v is open to everybody", name, p)
		}
	}
}
