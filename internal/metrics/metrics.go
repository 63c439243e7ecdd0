// Package metrics counts what a node does, in Prometheus' text form. No figure says anything of a
// single account: whoever may scrape learns how much work there is, not whose.
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
)

// askWithin bounds what one scrape waits for the database.
const askWithin = 5 * time.Second

// Metrics is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	callTime *prometheus.HistogramVec
	jobs     *prometheus.CounterVec
	waited   prometheus.Histogram
	probed   *prometheus.HistogramVec
	requests prometheus.Counter
	read     prometheus.Counter
}

// Bounds of histograms, in seconds.
var (
	callBounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60}
	waitBounds = []float64{0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3600}
)

// New returns Metrics that have counted nothing. Watch adds what is read from the queue.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mediagauge_calls_total",
			Help: "API calls answered by this node, by action and error code (empty: success)."}, []string{"action", "code"}),
		callTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mediagauge_call_seconds",
			Help: "Time that API calls took on this node.", Buckets: callBounds}, []string{"action"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mediagauge_jobs_ended_total",
			Help: "Jobs that this node ended, by state and failure code."}, []string{"state", "code"}),
		waited: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "mediagauge_job_wait_seconds",
			Help: "Time from submission to start of the jobs that this node ended.", Buckets: waitBounds}),
		probed: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mediagauge_job_probe_seconds",
			Help: "Time from start to answer of the jobs that this node ended, by engine.", Buckets: callBounds}, []string{"engine"}),
		requests: prometheus.NewCounter(prometheus.CounterOpts{Name: "mediagauge_source_requests_total", Help: "Requests that jobs of this node made to sources."}),
		read:     prometheus.NewCounter(prometheus.CounterOpts{Name: "mediagauge_source_bytes_total", Help: "Bytes that jobs of this node read from sources."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "mediagauge_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.calls, m.callTime, m.jobs, m.waited, m.probed, m.requests, m.read, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Call counts one call of the API.
func (m *Metrics) Call(action, code string, took time.Duration) {
	m.calls.WithLabelValues(action, code).Inc()
	m.callTime.WithLabelValues(action).Observe(took.Seconds())
}

// Ended counts a job that has ended.
func (m *Metrics) Ended(j *job.Job) {
	code := ""
	if j.Failure != nil {
		code = string(j.Failure.Code)
	}
	m.jobs.WithLabelValues(j.State.String(), code).Inc()
	if j.Run.Engine == "" {
		return // it was not run
	}
	m.waited.Observe(j.Run.QueueTime.Seconds())
	m.probed.WithLabelValues(j.Run.Engine).Observe(j.Run.ProbeTime.Seconds())
	m.requests.Add(float64(j.Run.Requests))
	m.read.Add(float64(j.Run.BytesRead))
}

// Watch adds the figures of a queue: those of all nodes, and what this one has done since it started.
func (m *Metrics) Watch(q Queue, now func() time.Time) {
	m.registry.MustRegister(&collector{q, now})
}

// Queue is what Watch reads.
type Queue interface {
	Stats(ctx context.Context) (queue.Stats, error)
	Nodes(ctx context.Context) ([]queue.Node, error)
}

// Handler answers scrapes.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 2 * askWithin,
	})
}

// collector asks the queue at each scrape.
type collector struct {
	queue Queue
	now   func() time.Time
}

var (
	openJobs   = prometheus.NewDesc("mediagauge_jobs", "Unfinished jobs of all nodes, by what they wait for.", []string{"state"}, nil)
	nodeCount  = prometheus.NewDesc("mediagauge_nodes", "Nodes that are alive, by role.", []string{"role"}, nil)
	nodeInfo   = prometheus.NewDesc("mediagauge_node_info", "Nodes that are alive; the value is the jobs that the node runs at one time.", []string{"node", "name", "roles", "version"}, nil)
	nodeLease  = prometheus.NewDesc("mediagauge_node_lease_seconds", "What is left of a node's life unless it sends a heartbeat.", []string{"node"}, nil)
	idle       = prometheus.NewDesc("mediagauge_workers_idle", "Jobs that this node would take now.", nil, nil)
	held       = prometheus.NewDesc("mediagauge_jobs_held", "Jobs that this node holds.", nil, nil)
	serving    = prometheus.NewDesc("mediagauge_pipelines_ready", "Pipelines that this node believes to have ready jobs.", nil, nil)
	queueSteps = prometheus.NewDesc("mediagauge_queue_steps_total", "What this node did with jobs since it started.", []string{"step"}, nil)
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{openJobs, nodeCount, nodeInfo, nodeLease, idle, held, serving, queueSteps} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s, err := c.queue.Stats(ctx)
	if err == nil {
		gauge(openJobs, float64(s.Ready), "ready")
		gauge(openJobs, float64(s.Running), "running")
		gauge(openJobs, float64(s.Waiting), "waiting")
	} else {
		out <- prometheus.NewInvalidMetric(openJobs, err)
	}
	gauge(idle, float64(s.Idle))
	gauge(held, float64(s.Held))
	gauge(serving, float64(s.Serving))
	for _, step := range []struct {
		name  string
		count int64
	}{
		{"submitted", s.Submitted}, {"refused", s.Refused}, {"claimed", s.Claimed}, {"succeeded", s.Succeeded}, {"failed", s.Failed}, {"retried", s.Retried},
		{"released", s.Released}, {"fenced", s.Fenced}, {"rescued", s.Rescued}, {"poisoned", s.Poisoned}, {"pruned", s.Pruned}, {"lease_lost", s.LeasesLost},
	} {
		out <- prometheus.MustNewConstMetric(queueSteps, prometheus.CounterValue, float64(step.count), step.name)
	}
	nodes, err := c.queue.Nodes(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(nodeCount, err)
		return
	}
	roles := map[string]int{}
	for _, n := range nodes {
		for role := range strings.SplitSeq(n.Roles, ",") {
			roles[role]++
		}
		no := nodeLabel(n.No)
		gauge(nodeInfo, float64(n.Workers), no, n.Name, n.Roles, n.Version)
		gauge(nodeLease, n.Until.Sub(c.now()).Seconds(), no)
	}
	for role, count := range roles {
		gauge(nodeCount, float64(count), role)
	}
}

func nodeLabel(no int64) string { return strconv.FormatInt(no, 10) }
