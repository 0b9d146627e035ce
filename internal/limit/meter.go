package limit

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/throttled/throttled/v2"
	"github.com/throttled/throttled/v2/store/memstore"

	"github.com/doorward/doorward/internal/fault"
)

// NotLimited is the RetryAfter of a call that was allowed; a dialect that shows seconds shows -1 (WIRE.md §1).
const NotLimited time.Duration = -1

const (
	maxPerMinute = 9_999_999
	// Every lost round of compare-and-swap is somebody's success, so this is only met by a broken store.
	maxRounds = 10_000
)

// Meter limits how often each key may call, by the generic cell rate algorithm.
type Meter struct {
	store    throttled.GCRAStoreCtx
	limiters sync.Map // calls per minute (int) to *throttled.GCRARateLimiterCtx
}

// Reading is what one call did to its key's allowance.
type Reading struct {
	Allowed          bool
	Limit, Remaining int
	Reset            time.Duration // until the allowance is whole again
	RetryAfter       time.Duration // until a call will be allowed, or NotLimited
}

// NewMeter returns a meter that remembers the maxKeys keys last used; below one means 100,000.
func NewMeter(maxKeys int, clock func() time.Time) (*Meter, error) {
	if maxKeys < 1 {
		maxKeys = defaultMaxKeys
	}
	store, err := memstore.New(maxKeys)
	if err != nil {
		return nil, fault.As(err)
	}
	if clock != nil {
		store.SetTimeNow(clock)
	}
	return &Meter{store: throttled.WrapStoreWithContext(store)}, nil
}

// Take makes one call of key at a rate of 1 to 9,999,999 a minute: that many at once, then one each 60/perMinute seconds.
//
// A refused call changes nothing. The same key at two rates has two allowances.
func (m *Meter) Take(ctx context.Context, key string, perMinute int) (Reading, error) {
	limiter, err := m.limiter(perMinute)
	if err != nil {
		return Reading{}, err
	}
	limited, result, err := limiter.RateLimitCtx(ctx, strconv.Itoa(perMinute)+" "+key, 1)
	if err != nil {
		return Reading{}, unavailable("meter-failed", err)
	}
	return Reading{
		Allowed: !limited, Limit: result.Limit, Remaining: result.Remaining,
		Reset: result.ResetAfter, RetryAfter: result.RetryAfter,
	}, nil
}

func (m *Meter) limiter(perMinute int) (*throttled.GCRARateLimiterCtx, error) {
	if known, ok := m.limiters.Load(perMinute); ok {
		return known.(*throttled.GCRARateLimiterCtx), nil
	}
	if perMinute < 1 || perMinute > maxPerMinute {
		return nil, &fault.Error{Kind: fault.Internal, Reason: "rate-out-of-range", Message: "Something went wrong on our side."}
	}
	quota := throttled.RateQuota{MaxRate: throttled.PerMin(perMinute), MaxBurst: perMinute - 1}
	limiter, err := throttled.NewGCRARateLimiterCtx(m.store, quota)
	if err != nil {
		return nil, fault.As(err)
	}
	limiter.SetMaxCASAttemptsLimit(maxRounds)
	m.limiters.Store(perMinute, limiter)
	return limiter, nil
}

var ratePattern = regexp.MustCompile(`^[1-9][0-9]{0,6}/min$`)

// ParseRate reads a rate such as "30/min", from 1 to 9,999,999 a minute without sign, space or leading zero.
func ParseRate(text string) (perMinute int, err error) {
	if !ratePattern.MatchString(text) {
		return 0, fault.BadParameter("rate", `A rate is a number from 1 to 9999999 and "/min", as in "30/min".`)
	}
	return strconv.Atoi(strings.TrimSuffix(text, "/min"))
}
