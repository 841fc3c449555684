package serving

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what /metrics tells.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec // by status code
	searches prometheus.Gauge       // under way
	seconds  prometheus.Histogram   // of a search
	calls    prometheus.Counter     // cross-encoder calls of searches, of a Cascade its Fast's
	exact    prometheus.Counter     // those of a Cascade's Exact
	items    prometheus.Gauge
	batch    *prometheus.HistogramVec // pairs of a joint call, by tier
	scoring  *prometheus.HistogramVec // seconds of a joint call, by tier
	failed   *prometheus.CounterVec   // joint calls, by tier
}

func newMetrics() *metrics {
	tier := []string{"tier"}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "axn_requests_total", Help: "Search requests by status code of the answer."}, []string{"code"}),
		searches: prometheus.NewGauge(prometheus.GaugeOpts{Name: "axn_searches_in_flight", Help: "Searches under way."}),
		seconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "axn_search_seconds", Help: "Time of a search that was answered.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}),
		calls:    prometheus.NewCounter(prometheus.CounterOpts{Name: "axn_cross_encoder_calls_total", Help: "Cross-encoder calls that the rounds of searches spent, one for each pair."}),
		exact:    prometheus.NewCounter(prometheus.CounterOpts{Name: "axn_exact_calls_total", Help: "Pairs that the exact cross-encoder scored again, where a fast one scores the rounds."}),
		items:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "axn_items", Help: "Items of the corpus that is served."}),
		batch:    prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "axn_batch_pairs", Help: "Pairs that a cross-encoder was given at once.", Buckets: prometheus.ExponentialBuckets(1, 2, 15)}, tier),
		scoring:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "axn_batch_seconds", Help: "Time a cross-encoder took for the pairs it was given at once.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}, tier),
		failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "axn_batches_failed_total", Help: "Joint calls of a cross-encoder that ended with an error."}, tier),
	}
	m.registry.MustRegister(m.requests, m.searches, m.seconds, m.calls, m.exact, m.items, m.batch, m.scoring, m.failed)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// spent counts what a search cost, also one that failed.
func (m *metrics) spent(calls, exact int) {
	m.calls.Add(float64(calls))
	m.exact.Add(float64(exact))
}

// answered counts a request.
func (m *metrics) answered(code int) { m.requests.WithLabelValues(strconv.Itoa(code)).Inc() }

// The tiers of a joint call: of a cross-encoder alone, and of a Cascade's Exact, the second.
const (
	tierFast  = "fast"
	tierExact = "exact"
)

// scored counts a joint call.
func (m *metrics) scored(tier string, pairs int, took time.Duration, err error) {
	m.batch.WithLabelValues(tier).Observe(float64(pairs))
	m.scoring.WithLabelValues(tier).Observe(took.Seconds())
	failed := m.failed.WithLabelValues(tier)
	if err != nil {
		failed.Inc()
	}
}
