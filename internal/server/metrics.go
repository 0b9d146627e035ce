package server

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/web"
)

// metrics is what this node counts. A label has few values, all of them ours: no id, name or secret of anybody.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	refused  *prometheus.CounterVec
	counters sync.Map // counted to the prometheus.Counter of requests: finding it there by labels costs more than all else
}

// counted is what requests are counted by.
type counted struct {
	surface, method, route string
	class                  int
}

func newMetrics(a *authority.Authority, admitted *admission) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "doorward_requests_total", Help: "Requests answered, by surface, method, route pattern and class of status.",
		}, []string{"surface", "method", "route", "class"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "doorward_requests_refused_total", Help: "Requests refused, and counted nowhere else, because too many were at work.",
		}, []string{"surface"}),
	}
	m.registry.MustRegister(
		m.requests, m.refused, placesGauge("at_work", "Requests at work.", admitted.places.Taken),
		placesGauge("waiting", "Requests that wait to be let in.", admitted.places.Waiting),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newBuildInfo(),
	)
	for _, g := range feedGauges {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "doorward_feed_" + g.name, Help: g.help},
			func() float64 { return g.of(a.FeedStatus()) }))
	}
	for _, c := range feedCounters {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "doorward_feed_" + c.name, Help: c.help},
			func() float64 { return c.of(a.FeedStatus()) }))
	}
	return m
}

func placesGauge(name, help string, count func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "doorward_requests_" + name, Help: help}, func() float64 { return float64(count()) })
}

// feedMetric is a number of the feed's status.
type feedMetric struct {
	name, help string
	of         func(s authority.FeedStatus) float64
}

var feedGauges = []feedMetric{
	{"lag_seconds", "Since the store was last asked with success: nothing that was committed before is missing here. -1: never.", func(s authority.FeedStatus) float64 {
		if !s.Heard {
			return -1
		}
		return s.Ago.Seconds()
	}},
	{"stale", "1 when the lag is over the bound, so that followers are told not to rely on this node.", func(s authority.FeedStatus) float64 {
		if s.Stale {
			return 1
		}
		return 0
	}},
	{"entry_delay_seconds", "From the writing of the entry seen last until it was seen here, its commit included.", func(s authority.FeedStatus) float64 { return s.Delay.Seconds() }},
	{"entries", "Entries in memory.", func(s authority.FeedStatus) float64 { return float64(s.Entries) }},
	{"gaps", "Runs of sequence numbers that changes under way may still fill.", func(s authority.FeedStatus) float64 { return float64(s.Gaps) }},
	{"followers", "Who follows the feed on this node.", func(s authority.FeedStatus) float64 { return float64(s.Followers) }},
}

var feedCounters = []feedMetric{
	{"entries_seen_total", "Entries seen since the start.", func(s authority.FeedStatus) float64 { return float64(s.Seen) }},
	{"resets_total", "How often followers were told to doubt everything.", func(s authority.FeedStatus) float64 { return float64(s.Resets) }},
}

func newBuildInfo() prometheus.Collector {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "doorward_build_info", Help: "1, with what this program is.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	}, func() float64 { return 1 })
}

func (m *metrics) count(a web.Answered) {
	key := counted{a.Surface, a.Method, a.Route, a.Status / 100}
	counter, known := m.counters.Load(key)
	if !known {
		counter, _ = m.counters.LoadOrStore(key, m.requests.WithLabelValues(a.Surface, a.Method, a.Route, strconv.Itoa(key.class)+"xx"))
	}
	counter.(prometheus.Counter).Inc()
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
