package alephee

import (
	"net/http"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// The headers on every answer, all integers (WIRE.md §1, headers).
const (
	headerLimit      = "X-Ratelimit-Limit"
	headerRemaining  = "X-Ratelimit-Remaining"
	headerReset      = "X-Ratelimit-Reset"
	headerRetryAfter = "X-Ratelimit-Retryafter"
)

// limits keep each key to its rate on each route. Keys that nobody has are remembered apart, so that however many
// are made up, no known one is forgotten.
type limits struct {
	authority      *authority.Authority
	known, unknown *limit.Meter
	perMinute      int
	byRoute        map[string]int
}

func newLimits(a *authority.Authority, o Options) limits {
	return limits{
		authority: a, known: mustMeter(a, o.MaxKeys), unknown: mustMeter(a, o.MaxKeys),
		perMinute: o.PerMinute, byRoute: o.Limits,
	}
}

// allowance is what a call is taken from: all of keys must have some left; the first is the one shown.
type allowance struct {
	meter     *limit.Meter
	keys      []string
	perMinute int
}

func (l limits) defaultOf(route string) int {
	if n, ok := l.byRoute[route]; ok {
		return n
	}
	return l.perMinute
}

// allowanceOf returns a live key's own allowance. What is no live key has a default key's, by what was presented, so
// that it looks like one, and shares another by its address, so that making keys up gains nothing.
func (l limits) allowanceOf(limited authority.LimitedKey, from authority.Origin, route string, key secret.Text) allowance {
	perMinute := l.defaultOf(route)
	if !limited.Credential.IsZero() {
		if n, ok := limited.Limits[route]; ok {
			perMinute = n
		}
		return allowance{meter: l.known, keys: []string{route + " " + limited.Credential.String()}, perMinute: perMinute}
	}
	a := allowance{meter: l.unknown, perMinute: perMinute}
	if !key.IsZero() {
		fingerprint := l.authority.LookupOf(authority.APIKey, key)
		a.keys = append(a.keys, route+" key "+string(fingerprint[:]))
	}
	a.keys = append(a.keys, route+" source "+authority.SourcePrefix(from.Source).String())
	return a
}

// take is the Limit phase: it counts the call and sets the headers, and refuses what is over the rate.
func (l limits) take(c *dialect.Call) error {
	key := c.Input.(keyed).presented()
	limited, err := l.authority.KeyLimits(c.Context(), c.Origin, key)
	if err != nil {
		return err
	}
	c.Proof = limited.Proof
	a := l.allowanceOf(limited, c.Origin, routeNames[web.RecordOf(c.Context()).Route], key)
	for i, key := range a.keys {
		reading, err := a.meter.Take(c.Context(), key, a.perMinute)
		if err != nil {
			return err
		}
		if i == 0 || !reading.Allowed {
			show(c.ResponseWriter.Header(), reading)
		}
		if !reading.Allowed {
			return &fault.Error{
				Kind: fault.TooMany, Reason: "rate-limited", RetryAfter: reading.RetryAfter,
				Message: "The rate limit of this key is reached.",
			}
		}
	}
	return nil
}

// showWithoutTaking sets the headers on an answer to what was never counted: a default key's untouched state, whatever
// was presented. The presented key's own would tell, as often as anybody asks, whether it is live.
func (l limits) showWithoutTaking(w http.ResponseWriter, r *http.Request) {
	if w.Header().Get(headerLimit) != "" {
		return
	}
	n := l.defaultOf(routeNames[web.RecordOf(r.Context()).Route])
	show(w.Header(), limit.Reading{Limit: n, Remaining: n, RetryAfter: limit.NotLimited})
}

func show(h http.Header, r limit.Reading) {
	h.Set(headerLimit, strconv.Itoa(r.Limit))
	h.Set(headerRemaining, strconv.Itoa(r.Remaining))
	h.Set(headerReset, strconv.FormatInt(seconds(r.Reset), 10))
	h.Set(headerRetryAfter, strconv.FormatInt(seconds(r.RetryAfter), 10))
}

// seconds are whole ones; NotLimited is -1.
func seconds(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return web.Seconds(d)
}
