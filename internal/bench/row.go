package bench

import (
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Row is what one workload came to.
type Row struct {
	Workload    string  `json:"workload"`
	Loop        string  `json:"loop"` // closed, or open with a rate
	Connections int     `json:"connections"`
	Rate        float64 `json:"rate,omitzero"` // that was due, a second
	Seconds     float64 `json:"seconds"`
	Rounds      int     `json:"rounds"`

	Operations int64   `json:"operations"` // that succeeded
	PerSecond  float64 `json:"per_second"`
	Lowest     float64 `json:"lowest_per_second"`
	Highest    float64 `json:"highest_per_second"`
	Ratio      float64 `json:"ratio_to_bare,omitzero"` // to what the bare server gave just before; closed loop only
	Bare       string  `json:"bare,omitzero"`          // the bare server's workload of the same method

	Latency Latency `json:"latency_ms"`               // from when it was due
	Floor   Latency `json:"bare_latency_ms,omitzero"` // the bare server's just before, at the same rate or connections
	Service Latency `json:"service_ms,omitzero"`      // from when it was sent; open loop only

	Refusals   Refusals         `json:"refusals"`
	Statuses   map[string]int64 `json:"statuses,omitzero"` // of what did not succeed
	Errors     int64            `json:"errors"`            // neither success nor refusal
	Wrong      int64            `json:"wrong_answers"`
	Broken     int64            `json:"broken_connections"`
	FirstError string           `json:"first_error,omitzero"`
	Unsent     int64            `json:"unsent"`

	ServerCPU      float64 `json:"server_cpu_seconds_per_1000,omitzero"`
	Resident       int64   `json:"server_resident_bytes,omitzero"` // at the end
	Highwater      int64   `json:"server_highest_resident_bytes,omitzero"`
	StoredPerOne   float64 `json:"stored_bytes_per_operation,omitzero"`
	GeneratorShare float64 `json:"generator_cpu_share"` // of its cores
	Saturated      bool    `json:"generator_saturated"`
}

// Latency is a distribution in milliseconds.
type Latency struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// Refusals are the answers 429 and 503, by how long they took and whether they say when to come again.
type Refusals struct {
	TooMany     int64   `json:"429"`
	Unavailable int64   `json:"503"`
	RetryAfter  float64 `json:"with_retry_after"` // share
	P99         float64 `json:"p99_ms"`
}

// saturation is the share of its cores from which on the generator is what bounds a rate.
const saturation = 0.9

// measured is one round of a row.
type measured struct {
	tally     *tally
	ran       time.Duration
	serverCPU time.Duration
	ownCPU    time.Duration
	memory    memory
	stored    int64
}

func (m measured) perSecond() float64 { return float64(m.tally.succeeded) / max(m.ran.Seconds(), 1e-9) }

func (m measured) row() Row {
	t := m.tally
	r := Row{
		Seconds: m.ran.Seconds(), Operations: t.succeeded, PerSecond: m.perSecond(), Latency: latencyOf(t.latency), Service: latencyOf(t.service),
		Errors: t.failed(), Wrong: t.wrong, Broken: t.broken, Unsent: t.unsent, Statuses: map[string]int64{},
		Resident: m.memory.resident, Highwater: m.memory.highest,
		Refusals: Refusals{
			TooMany: t.statuses[429], Unavailable: t.statuses[503], P99: milliseconds(t.refused.ValueAtPercentile(99)),
		},
	}
	for status, n := range t.statuses {
		r.Statuses[strconv.Itoa(status)] = n
	}
	if refused := r.Refusals.TooMany + r.Refusals.Unavailable; refused > 0 {
		r.Refusals.RetryAfter = float64(t.retryable) / float64(refused)
	}
	if t.first != nil {
		r.FirstError = t.first.Error()
	}
	if t.succeeded > 0 {
		r.ServerCPU = m.serverCPU.Seconds() * 1000 / float64(t.succeeded)
		r.StoredPerOne = float64(m.stored) / float64(t.succeeded)
	}
	return r
}

// compare notes what the bare server came to just before, in the same way.
func (r *Row) compare(base string, bare measured) {
	r.Bare, r.Floor = base, latencyOf(bare.tally.latency)
	if r.Rate == 0 && bare.perSecond() > 0 {
		r.Ratio = r.PerSecond / bare.perSecond()
	}
}

func latencyOf(h *hdrhistogram.Histogram) Latency {
	return Latency{
		P50: milliseconds(h.ValueAtPercentile(50)), P99: milliseconds(h.ValueAtPercentile(99)),
		P999: milliseconds(h.ValueAtPercentile(99.9)), Max: milliseconds(h.Max()),
	}
}

func milliseconds(microseconds int64) float64 { return float64(microseconds) / 1000 }
