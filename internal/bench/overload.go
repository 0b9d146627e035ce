package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Overload says what a server did with ten times what it can: the round of the median goodput, with the range of all.
type Overload struct {
	Workload  string  `json:"workload"`
	Most      float64 `json:"most_per_second"` // that it reached, closed loop, just before
	Row       Row     `json:"row"`             // at ten times that
	Sent      float64 `json:"sent_per_second"`
	Goodput   float64 `json:"goodput"` // share of the most
	Lowest    float64 `json:"goodput_lowest"`
	Highest   float64 `json:"goodput_highest"`
	Normal    float64 `json:"normal_p99_ms"`
	Recovery  float64 `json:"recovery_seconds"` // until p99 at half the rate was at most twice the normal again
	Recovered bool    `json:"recovered"`
}

func (v Overload) print(out io.Writer) {
	fmt.Fprintf(out, "\noverload of %s: %.0f/s due, %.0f/s sent (for the rest no connection was free), %.0f/s succeeded: %.0f %% of the most, %.0f/s just before (lowest and highest of the rounds %.0f and %.0f %%)\n",
		v.Workload, v.Row.Rate, v.Sent, v.Row.PerSecond, 100*v.Goodput, v.Most, 100*v.Lowest, 100*v.Highest)
	v.Row.remark(out)
	if v.Recovered {
		fmt.Fprintf(out, "p99 at half the rate was normal (%.2f ms) again after %.1f s\n", v.Normal, v.Recovery)
	} else {
		fmt.Fprintf(out, "p99 at half the rate was NOT normal (%.2f ms) again after %.1f s\n", v.Normal, v.Recovery)
	}
}

const (
	overloadTimes = 10
	recoveryStep  = time.Second
	recoveryBound = 60
)

func (b *Bench) overload(ctx context.Context, name string) (*Overload, error) {
	var rounds []*Overload
	for round := range b.options.Rounds {
		b.note("measuring %s at ten times its rate, round %d of %d", name, round+1, b.options.Rounds)
		v, err := b.overloadOnce(ctx, name)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, v)
	}
	slices.SortFunc(rounds, func(x, y *Overload) int { return cmp.Compare(x.Goodput, y.Goodput) })
	v := rounds[len(rounds)/2]
	v.Lowest, v.Highest = rounds[0].Goodput, rounds[len(rounds)-1].Goodput
	return v, nil
}

// overloadOnce measures the most anew: a machine is not equally fast all the time.
func (b *Bench) overloadOnce(ctx context.Context, name string) (*Overload, error) {
	most, err := b.round(ctx, name, workloads[name], 0)
	if err != nil {
		return nil, err
	}
	calm := b.workers(b.address, b.options.Connections)
	defer closeAll(calm)
	normal, err := b.calm(ctx, name, calm, most.PerSecond/2, b.options.Duration)
	if err != nil {
		return nil, err
	}
	v := &Overload{Workload: name, Most: most.PerSecond, Normal: normal}
	if v.Row, err = b.flood(ctx, name, overloadTimes*most.PerSecond); err != nil {
		return nil, err
	}
	v.Goodput = v.Row.PerSecond / most.PerSecond
	answered := v.Row.Operations + v.Row.Errors + v.Row.Refusals.TooMany + v.Row.Refusals.Unavailable
	v.Sent = float64(answered) / v.Row.Seconds
	began := time.Now()
	for range recoveryBound {
		p99, err := b.calm(ctx, name, calm, most.PerSecond/2, recoveryStep)
		if err != nil {
			return nil, err
		}
		if p99 <= 2*normal {
			v.Recovered = true
			v.Recovery = max(time.Since(began)-recoveryStep, 0).Seconds()
			return v, nil
		}
	}
	v.Recovery = time.Since(began).Seconds()
	return v, nil
}

// calm returns the 99th percentile at a rate that is no trouble, in milliseconds.
func (b *Bench) calm(ctx context.Context, name string, workers []*worker, rate float64, duration time.Duration) (float64, error) {
	t := newTally()
	b.drive(ctx, loop{workloads[name].do, workers, t}, rate, duration)
	return milliseconds(t.latency.ValueAtPercentile(99)), ctx.Err()
}

func (b *Bench) flood(ctx context.Context, name string, rate float64) (Row, error) {
	workers := b.workers(b.address, b.options.OverloadConnections)
	defer closeAll(workers)
	m, err := b.watch(ctx, b.pid, func(t *tally) time.Duration {
		return b.drive(ctx, loop{workloads[name].do, workers, t}, rate, b.options.Duration)
	})
	if err != nil {
		return Row{}, err
	}
	row := m.row()
	row.Workload, row.Loop, row.Connections, row.Rate, row.Rounds = name, "open"+atRate(rate), len(workers), rate, 1
	row.Lowest, row.Highest = row.PerSecond, row.PerSecond
	b.addGenerator(&row, m)
	return row, nil
}
