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
	calls    prometheus.Counter     // cross-encoder calls of searches
	items    prometheus.Gauge
	batch    prometheus.Histogram // pairs of a joint call
	scoring  prometheus.Histogram // seconds of a joint call
	failed   prometheus.Counter   // joint calls
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "axn_requests_total", Help: "Search requests by status code of the answer."}, []string{"code"}),
		searches: prometheus.NewGauge(prometheus.GaugeOpts{Name: "axn_searches_in_flight", Help: "Searches under way."}),
		seconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "axn_search_seconds", Help: "Time of a search that was answered.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}),
		calls:    prometheus.NewCounter(prometheus.CounterOpts{Name: "axn_cross_encoder_calls_total", Help: "Cross-encoder calls that searches spent, one for each pair."}),
		items:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "axn_items", Help: "Items of the corpus that is served."}),
		batch:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "axn_batch_pairs", Help: "Pairs that the cross-encoder was given at once.", Buckets: prometheus.ExponentialBuckets(1, 2, 15)}),
		scoring:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "axn_batch_seconds", Help: "Time the cross-encoder took for the pairs it was given at once.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}),
		failed:   prometheus.NewCounter(prometheus.CounterOpts{Name: "axn_batches_failed_total", Help: "Joint calls of the cross-encoder that ended with an error."}),
	}
	m.registry.MustRegister(m.requests, m.searches, m.seconds, m.calls, m.items, m.batch, m.scoring, m.failed)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// answered counts a request.
func (m *metrics) answered(code int) { m.requests.WithLabelValues(strconv.Itoa(code)).Inc() }

// scored counts a joint call.
func (m *metrics) scored(pairs int, took time.Duration, err error) {
	m.batch.Observe(float64(pairs))
	m.scoring.Observe(took.Seconds())
	if err != nil {
		m.failed.Inc()
	}
}
