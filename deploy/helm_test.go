package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

var roles = []string{"api", "worker", "callback"}

// cluster is what a rendering asks Kubernetes for, by "Kind name".
type cluster struct {
	t    *testing.T
	name string
	all  map[string]object
}

func install(t *testing.T, release string, over object) (cluster, string) {
	t.Helper()
	vals := values(t, over)
	if err := schema(t).Validate(any(vals)); err != nil {
		t.Fatal(err)
	}
	objects, notes, err := render(t, release, vals)
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{t: t, name: release, all: map[string]object{}}
	for _, o := range objects {
		key := fmt.Sprint(o["kind"], " ", at(o, "metadata", "name"))
		if c.all[key] != nil {
			t.Errorf("%s is there twice", key)
		}
		c.all[key] = o
		want(t, key, o, "Helm", "metadata", "labels", "app.kubernetes.io/managed-by")
		want(t, key, o, release, "metadata", "labels", "app.kubernetes.io/instance")
	}
	return c, notes
}

// has checks the whole list of objects.
func (c cluster) has(keys ...string) {
	c.t.Helper()
	got := slices.Sorted(maps.Keys(c.all))
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		c.t.Errorf("%s has\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(keys, "\n"))
	}
}

// selected counts the deployments whose pods a selector takes.
func (c cluster) selected(selector any) (found []string) {
	want, _ := selector.(object)
	for key, o := range c.all {
		labels, _ := at(o, "spec", "template", "metadata", "labels").(object)
		match := labels != nil && len(want) > 0
		for k, v := range want {
			match = match && labels[k] == v
		}
		if match {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return found
}

func (c cluster) selects(key string, roles []string, path ...any) {
	c.t.Helper()
	var deployments []string
	for _, r := range roles {
		deployments = append(deployments, "Deployment "+c.full()+"-"+r)
	}
	slices.Sort(deployments)
	if got := c.selected(at(c.all[key], path...)); !slices.Equal(got, deployments) {
		c.t.Errorf("%s: %s selects %v, want %v", c.name, key, got, deployments)
	}
}

func (c cluster) full() string {
	for key := range c.all {
		if name, ok := strings.CutPrefix(key, "Deployment "); ok && strings.HasSuffix(name, "-api") {
			return strings.TrimSuffix(name, "-api")
		}
	}
	c.t.Fatal("no deployment of the API")
	return ""
}

// env returns the plain variables of a deployment's only container, and secret ones as SECRET/KEY.
func (c cluster) env(d object) (env, secrets map[string]string) {
	c.t.Helper()
	env, secrets = map[string]string{}, map[string]string{}
	list, _ := at(d, "spec", "template", "spec", "containers", 0, "env").([]any)
	for _, e := range list {
		name := at(e, "name").(string)
		if _, twice := env[name]; twice || secrets[name] != "" {
			c.t.Errorf("%s: %s is set twice", c.name, name)
		}
		if value, ok := at(e, "value").(string); ok {
			env[name] = value
			continue
		}
		secrets[name] = fmt.Sprint(at(e, "valueFrom", "secretKeyRef", "name"), "/", at(e, "valueFrom", "secretKeyRef", "key"))
	}
	return env, secrets
}

// deployment checks what holds for each role whatever the values.
func (c cluster) deployment(role, secret string, scaled bool) {
	t, key := c.t, "Deployment "+c.full()+"-"+role
	t.Helper()
	d := c.all[key]
	want(t, key, d, "apps/v1", "apiVersion")
	want(t, key, d, "0", "spec", "strategy", "rollingUpdate", "maxUnavailable")
	c.selects(key, []string{role}, "spec", "selector", "matchLabels")
	if replicas := at(d, "spec", "replicas"); (replicas == nil) != scaled {
		t.Errorf("%s: %v replicas, and scaled is %v", key, replicas, scaled)
	}
	pod := at(d, "spec", "template", "spec")
	want(t, key, pod, "false", "automountServiceAccountToken")
	want(t, key, pod, "true", "securityContext", "runAsNonRoot")
	want(t, key, pod, "65532", "securityContext", "runAsUser")
	want(t, key, pod, "RuntimeDefault", "securityContext", "seccompProfile", "type")
	sleep, _ := at(pod, "containers", 0, "lifecycle", "preStop", "sleep", "seconds").(int)
	if whole, _ := at(pod, "terminationGracePeriodSeconds").(int); whole < sleep+25+5 {
		t.Errorf("%s: %d seconds to stop are too few after a sleep of %d", key, whole, sleep)
	}
	box := at(pod, "containers", 0)
	checkImage(t, key, fmt.Sprint(at(box, "image")))
	want(t, key, box, "true", "securityContext", "readOnlyRootFilesystem")
	want(t, key, box, "false", "securityContext", "allowPrivilegeEscalation")
	want(t, key, box, "[ALL]", "securityContext", "capabilities", "drop")
	for probe, path := range map[string]string{"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"} {
		want(t, key, box, path, probe, "httpGet", "path")
		want(t, key, box, "http", probe, "httpGet", "port")
	}
	want(t, key, box, "http", "ports", 0, "name")
	env, secrets := c.env(d)
	if env["MEDIAGAUGE_ROLES"] != role || !strings.HasSuffix(env["MEDIAGAUGE_LISTEN"], ":"+fmt.Sprint(at(box, "ports", 0, "containerPort"))) {
		t.Errorf("%s: roles and address are %v", key, env)
	}
	checkSettings(t, key, env)
	for name, k := range map[string]string{
		"MEDIAGAUGE_DATABASE": "database", "MEDIAGAUGE_MASTER_KEY": "master-key",
		"MEDIAGAUGE_ACCESS_KEY_ID": "access-key-id", "MEDIAGAUGE_ACCESS_KEY_SECRET": "access-key-secret",
	} {
		if secrets[name] != secret+"/"+k {
			t.Errorf("%s: %s comes from %q", key, name, secrets[name])
		}
	}
	volumes, mounts := map[any]bool{}, at(box, "volumeMounts").([]any)
	for _, v := range at(pod, "volumes").([]any) {
		volumes[at(v, "name")] = true
	}
	for _, m := range mounts {
		if !volumes[at(m, "name")] || len(mounts) != len(volumes) {
			t.Errorf("%s: mount %v of volumes %v", key, at(m, "name"), volumes)
		}
	}
}

func TestChartDefault(t *testing.T) {
	t.Parallel()
	c, notes := install(t, "mediagauge", nil)
	c.has("Deployment mediagauge-api", "Deployment mediagauge-worker", "Deployment mediagauge-callback",
		"Service mediagauge", "Service mediagauge-metrics", "ServiceAccount mediagauge",
		"PodDisruptionBudget mediagauge-api", "PodDisruptionBudget mediagauge-worker", "PodDisruptionBudget mediagauge-callback",
		"HorizontalPodAutoscaler mediagauge-api", "HorizontalPodAutoscaler mediagauge-worker")
	for _, role := range roles {
		c.deployment(role, "mediagauge", role != "callback")
		c.selects("PodDisruptionBudget mediagauge-"+role, []string{role}, "spec", "selector", "matchLabels")
	}
	c.selects("Service mediagauge", []string{"api"}, "spec", "selector")
	c.selects("Service mediagauge-metrics", roles, "spec", "selector")
	want(t, "account", c.all["ServiceAccount mediagauge"], "false", "automountServiceAccountToken")
	api, worker := c.all["HorizontalPodAutoscaler mediagauge-api"], c.all["HorizontalPodAutoscaler mediagauge-worker"]
	want(t, "api", api, "cpu", "spec", "metrics", 0, "resource", "name")
	want(t, "api", api, "mediagauge-api", "spec", "scaleTargetRef", "name")
	want(t, "worker", worker, "mediagauge_jobs", "spec", "metrics", 0, "external", "metric", "name")
	want(t, "worker", worker, "map[state:ready]", "spec", "metrics", 0, "external", "metric", "selector", "matchLabels")
	want(t, "worker", worker, "mediagauge-worker", "spec", "scaleTargetRef", "name")
	if !strings.Contains(notes, "the Secret mediagauge has the keys") || strings.Contains(notes, "<no value>") {
		t.Errorf("notes:\n%s", notes)
	}
}

func TestChartMaximal(t *testing.T) {
	t.Parallel()
	c, notes := install(t, "one", parse(t, "maximal.yaml", read(t, "helm/testdata/maximal.yaml")))
	keys := []string{"Service one-gauge", "Service one-gauge-metrics", "ServiceAccount one-gauge", "Secret one-gauge", "Ingress one-gauge",
		"ServiceMonitor one-gauge", "NetworkPolicy one-gauge", "NetworkPolicy one-gauge-api"}
	for _, role := range roles {
		keys = append(keys, "Deployment one-gauge-"+role, "PodDisruptionBudget one-gauge-"+role, "HorizontalPodAutoscaler one-gauge-"+role)
		c.deployment(role, "one-gauge", true)
		c.selects("PodDisruptionBudget one-gauge-"+role, []string{role}, "spec", "selector", "matchLabels")
		want(t, role, c.all["Deployment one-gauge-"+role], "registry.example.com/media/mediagauge:0.1.0-ffprobe", "spec", "template", "spec", "containers", 0, "image")
	}
	c.has(keys...)
	for name, want := range map[string]string{"MEDIAGAUGE_LOG_LEVEL": "debug", "MEDIAGAUGE_LIMITS": "strict", "MEDIAGAUGE_REQUIRE_TLS": "false", "MEDIAGAUGE_MAX_OPEN_JOBS": "1000000", "MEDIAGAUGE_WORKERS": ""} {
		if env, _ := c.env(c.all["Deployment one-gauge-api"]); env[name] != want {
			t.Errorf("api: %s is %q, want %q", name, env[name], want)
		}
	}
	for name, want := range map[string]string{"MEDIAGAUGE_LOG_LEVEL": "warn", "MEDIAGAUGE_URL_INPUTS": "false", "MEDIAGAUGE_WORKERS": "16", "MEDIAGAUGE_CONFIG": "/etc/mediagauge/mediagauge.toml"} {
		if env, _ := c.env(c.all["Deployment one-gauge-worker"]); env[name] != want {
			t.Errorf("worker: %s is %q, want %q", name, env[name], want)
		}
	}
	c.selects("NetworkPolicy one-gauge", roles, "spec", "podSelector", "matchLabels")
	c.selects("NetworkPolicy one-gauge-api", []string{"api"}, "spec", "podSelector", "matchLabels")
	want(t, "ingress", c.all["Ingress one-gauge"], "one-gauge", "spec", "rules", 1, "http", "paths", 0, "backend", "service", "name")
	want(t, "ingress", c.all["Ingress one-gauge"], "gauge-tls", "spec", "tls", 0, "secretName")
	monitored, _ := at(c.all["ServiceMonitor one-gauge"], "spec", "selector", "matchLabels").(object)
	labels := at(c.all["Service one-gauge-metrics"], "metadata", "labels")
	for k, v := range monitored {
		want(t, "metrics service", labels, fmt.Sprint(v), k)
	}
	if !strings.Contains(notes, "https://gauge.example.com https://gauge.example.org") {
		t.Errorf("notes:\n%s", notes)
	}
}

func TestChartMinimal(t *testing.T) {
	t.Parallel()
	c, _ := install(t, "m", parse(t, "minimal.yaml", read(t, "helm/testdata/minimal.yaml")))
	c.has("Deployment m-mediagauge-api", "Deployment m-mediagauge-worker", "Deployment m-mediagauge-callback", "Service m-mediagauge", "Service m-mediagauge-metrics")
	for _, role := range roles {
		c.deployment(role, "mediagauge", false)
		want(t, role, c.all["Deployment m-mediagauge-"+role], "default", "spec", "template", "spec", "serviceAccountName")
	}
}

// TestChartRefusals: values that would not work are refused before anything is installed.
func TestChartRefusals(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"image: {tag: latest}", "worker: {replicas: 0}", "terminationGracePeriodSeconds: 10", "nonsense: 1",
		"api: {settings: {listen: 0.0.0.0:80}}", "settings: {access-key-secret: x}", "settings: {MEDIAGAUGE_WORKERS: '1'}",
		"settings: {max-open-jobs: 1000000}", "existingSecret: '', secret: {masterKey: short}", "ingress: {enabled: true, hosts: []}",
	} {
		if err := schema(t).Validate(any(values(t, parse(t, text, "{"+text+"}")))); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
	_, _, err := render(t, "refused", values(t, object{"existingSecret": ""}))
	if err == nil || !strings.Contains(err.Error(), "secret.database is needed") {
		t.Errorf("without secrets: %v", err)
	}
}
