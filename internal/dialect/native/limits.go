package native

import (
	"net/http"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/web"
)

// The allowances that each credential has, by the names that headers and a credential's own limits call them.
const (
	defaultPolicy = "v1"
	verifyPolicy  = "v1-verify"
)

// standardPerMinute is what a credential may ask a minute where neither it nor the operator says otherwise.
const standardPerMinute = 600

// limits keep each credential, and all sessions that descend from it, to its allowance.
type limits struct {
	meter     *limit.Meter
	perMinute int
}

func newLimits(a *authority.Authority, perMinute int) limits {
	if perMinute == 0 {
		perMinute = standardPerMinute
	}
	meter, err := limit.NewMeter(0, a.Now)
	if err != nil {
		panic("native: " + err.Error()) // the size is valid by construction
	}
	return limits{meter: meter, perMinute: perMinute}
}

// of returns a credential's allowance under a policy, in requests a minute.
func (l limits) of(c authority.Credential, policy string) int {
	if n, ok := c.Limits[policy]; ok {
		return n
	}
	return l.perMinute
}

// take counts the request, says in headers what is left, and refuses what is over the allowance.
func (l limits) take(c *dialect.Call, policy string) error {
	credential := c.By.Credential()
	perMinute := l.of(credential, policy)
	reading, err := l.meter.Take(c.Context(), policy+" "+credential.ID.String(), perMinute)
	if err != nil {
		return err
	}
	showLimit(c.ResponseWriter.Header(), policy, reading)
	if reading.Allowed {
		return nil
	}
	return &fault.Error{
		Kind: fault.TooMany, Reason: "rate-limited", RetryAfter: reading.RetryAfter,
		Message: "The allowance of this credential is used up for now.",
	}
}

// showLimit sets RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11): q requests in w seconds, of
// which r are left and the next comes after t seconds.
func showLimit(h http.Header, policy string, r limit.Reading) {
	h.Set("RateLimit-Policy", `"`+policy+`";q=`+strconv.Itoa(r.Limit)+";w=60")
	h.Set("RateLimit", `"`+policy+`";r=`+strconv.Itoa(r.Remaining)+";t="+strconv.FormatInt(web.Seconds(untilNext(r)), 10))
}

// untilNext is how long it takes until one request more is allowed than now.
func untilNext(r limit.Reading) time.Duration {
	if !r.Allowed {
		return r.RetryAfter
	}
	each := time.Minute / time.Duration(r.Limit)
	if rest := r.Reset % each; rest > 0 {
		return rest
	}
	return min(r.Reset, each)
}
