package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// measureAll measures all rows that were asked for, the bare ones first.
func (b *Bench) measureAll(ctx context.Context) error {
	if err := b.measureStored(ctx); err != nil {
		return err
	}
	for _, name := range inOrder(b.options.Workloads) {
		row, err := b.measure(ctx, name, b.options.Rate)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b.report.Rows = append(b.report.Rows, row)
		if !b.options.HalfRate || workloads[name].base == "" || row.PerSecond == 0 {
			continue
		}
		half, err := b.measure(ctx, name, row.PerSecond/2)
		if err != nil {
			return fmt.Errorf("%s at half its rate: %w", name, err)
		}
		b.report.Rows = append(b.report.Rows, half)
	}
	return b.measureSpecial(ctx)
}

// inOrder returns the rows to measure: those of the bare server that the others are compared with before these.
func inOrder(names []string) []string {
	bare, ours := []string{bareGet, barePost}, []string(nil)
	for _, name := range names {
		base := workloads[name].base
		if base != "" {
			ours = append(ours, name)
		} else if name != revoke {
			base = name
		}
		if base != "" && !slices.Contains(bare, base) {
			bare = append(bare, base)
		}
	}
	return append(bare, ours...)
}

// measureSpecial measures what is no row of operations.
func (b *Bench) measureSpecial(ctx context.Context) (err error) {
	if slices.Contains(b.options.Workloads, revoke) {
		b.note("measuring %s", revoke)
		if b.report.Revocation, err = b.revoke(ctx); err != nil {
			return fmt.Errorf("%s: %w", revoke, err)
		}
	}
	if b.options.Overload != "" {
		if b.report.Overload, err = b.overload(ctx, b.options.Overload); err != nil {
			return fmt.Errorf("overload: %w", err)
		}
	}
	if b.options.StartTime {
		b.note("measuring the start")
		if b.report.Start, err = b.measureStart(ctx); err != nil {
			return fmt.Errorf("start: %w", err)
		}
	}
	return nil
}

func (b *Bench) measureStored(ctx context.Context) (err error) {
	if b.doorward != nil {
		b.report.Stored, err = storedBytes(ctx, b.dir, b.subject.population)
	}
	return err
}

// measure measures one row as often as there are rounds; rate 0 is closed loop, which the bare rows always are.
func (b *Bench) measure(ctx context.Context, name string, rate float64) (Row, error) {
	work := workloads[name]
	if work.base == "" {
		rate = 0
	}
	var rounds []Row
	for round := range b.options.Rounds {
		b.note("measuring %s%s, round %d of %d", name, atRate(rate), round+1, b.options.Rounds)
		row, err := b.round(ctx, name, work, rate)
		if err != nil {
			return Row{}, err
		}
		rounds = append(rounds, row)
	}
	return median(rounds), nil
}

// median returns the round of the median rate, with the range of all, and the median of their ratios.
func median(rounds []Row) Row {
	slices.SortFunc(rounds, func(x, y Row) int { return cmp.Compare(x.Ratio, y.Ratio) })
	ratio := rounds[len(rounds)/2].Ratio
	slices.SortFunc(rounds, func(x, y Row) int { return cmp.Compare(x.PerSecond, y.PerSecond) })
	row := rounds[len(rounds)/2]
	row.Lowest, row.Highest, row.Rounds, row.Ratio = rounds[0].PerSecond, rounds[len(rounds)-1].PerSecond, len(rounds), ratio
	return row
}

func atRate(rate float64) string {
	if rate == 0 {
		return ""
	}
	return fmt.Sprintf(" at %.0f/s", rate)
}

func (b *Bench) round(ctx context.Context, name string, work workload, rate float64) (Row, error) {
	o := b.options
	if work.needs.loginTokens {
		if err := b.mintAhead(ctx); err != nil {
			return Row{}, err
		}
	}
	var bare measured
	address, pid := b.bare.address(), b.bare.pid()
	if work.base != "" {
		address, pid = b.address, b.pid
		var err error
		if bare, err = b.beside(ctx, work, rate); err != nil {
			return Row{}, err
		}
	}
	workers := b.workers(address, o.Connections)
	defer closeAll(workers)
	if err := b.warm(ctx, loop{work.do, workers, newTally()}, rate); err != nil {
		return Row{}, err
	}
	m, err := b.watch(ctx, pid, func(t *tally) time.Duration { return b.drive(ctx, loop{work.do, workers, t}, rate, o.Duration) })
	if err != nil {
		return Row{}, err
	}
	row := m.row()
	row.Workload, row.Loop, row.Connections, row.Rate = name, "closed", o.Connections, rate
	if rate > 0 {
		row.Loop = "open" + atRate(rate)
	}
	if work.base != "" {
		row.compare(work.base, bare)
	}
	b.addGenerator(&row, m)
	return row, nil
}

// beside measures the bare server just before a round and in the same way, since a machine is not equally fast all the time.
func (b *Bench) beside(ctx context.Context, work workload, rate float64) (measured, error) {
	workers := b.workers(b.bare.address(), b.options.Connections)
	defer closeAll(workers)
	do := workloads[work.base].do
	b.drive(ctx, loop{do, workers, newTally()}, rate, min(b.options.Warmup, besideWarmup))
	return b.watch(ctx, b.bare.pid(), func(t *tally) time.Duration {
		return b.drive(ctx, loop{do, workers, t}, rate, max(b.options.Duration/besideShare, min(b.options.Duration, besideLeast)))
	})
}

const (
	besideShare  = 3 // of a round's time
	besideLeast  = time.Second
	besideWarmup = 200 * time.Millisecond
)

func (b *Bench) workers(address string, n int) []*worker {
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = b.subject.worker(address)
	}
	return workers
}

func closeAll(workers []*worker) {
	for _, w := range workers {
		w.conn.close()
	}
}

// warm lets a row run unmeasured, and fails when nothing of it succeeds.
func (b *Bench) warm(ctx context.Context, l loop, rate float64) error {
	if b.options.Warmup == 0 {
		return nil
	}
	b.drive(ctx, l, rate, b.options.Warmup)
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.tally.succeeded == 0 && l.tally.first != nil {
		return l.tally.first
	}
	return nil
}

// drive runs a loop. An open one has a thread more, which keeps the time.
func (b *Bench) drive(ctx context.Context, l loop, rate float64, duration time.Duration) time.Duration {
	cores := len(b.client)
	if cores == 0 {
		cores = runtime.NumCPU()
	}
	if rate == 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		return l.closed(ctx, duration)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores + 1))
	return l.open(ctx, rate, duration, sleepFor)
}

// watch measures what a server and this process use meanwhile. A server whose process is not known uses nothing known.
func (b *Bench) watch(ctx context.Context, pid int, run func(t *tally) time.Duration) (m measured, err error) {
	m.tally = newTally()
	var before time.Duration
	var stored int64
	if pid != 0 {
		if before, err = cpuOf(pid); err != nil {
			return m, err
		}
		_ = forgetHighest(pid) // not a child of ours: then it is the highest since its start
	}
	if b.doorward != nil && pid == b.pid {
		if stored, err = storedBytes(ctx, b.dir, b.subject.population); err != nil {
			return m, err
		}
	}
	own := ownCPU()
	m.ran = run(m.tally)
	m.ownCPU = ownCPU() - own
	if err := ctx.Err(); err != nil {
		return m, err
	}
	if pid != 0 {
		after, err := cpuOf(pid)
		if err != nil {
			return m, err
		}
		m.serverCPU = after - before
		if m.memory, err = memoryOf(pid); err != nil {
			return m, err
		}
	}
	if b.doorward != nil && pid == b.pid {
		after, err := storedBytes(ctx, b.dir, b.subject.population)
		m.stored = after - stored
		return m, err
	}
	return m, nil
}

func (b *Bench) addGenerator(row *Row, m measured) {
	cores := max(len(b.client), 1)
	row.GeneratorShare = m.ownCPU.Seconds() / max(m.ran.Seconds(), 1e-9) / float64(cores)
	row.Saturated = row.GeneratorShare > saturation
}

// mintAhead mints login tokens for a row of redemptions, for as long as the row will run.
func (b *Bench) mintAhead(ctx context.Context) error {
	workers := b.workers(b.address, b.options.Connections)
	defer closeAll(workers)
	t := newTally()
	b.note("minting login tokens for it")
	b.drive(ctx, loop{mintLong.do, workers, t}, 0, b.options.Duration+b.options.Warmup)
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.succeeded == 0 {
		return fmt.Errorf("no login token was minted: statuses %v, %w", t.statuses, errors.Join(t.first))
	}
	return nil
}

// mostOpened is how many sessions are opened by log-in where nobody loaded any.
const mostOpened = 10_000

// openSessions logs in for the sessions to verify, at a server whose store is not ours to load.
func (b *Bench) openSessions(ctx context.Context) error {
	file, err := os.OpenFile(filepath.Join(b.dir, sessionsFile), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := b.subject.worker(b.address)
	defer w.conn.close()
	wanted := min(b.options.Sessions, mostOpened)
	for number := range wanted {
		if o := w.logInByPair(); !o.good {
			return errors.Join(fmt.Errorf("open session %d by log-in: status %d, %w", number, o.status, errors.Join(o.err)), file.Close())
		}
		if _, err := fmt.Fprintln(file, member(w.conn.body(), "token")); err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err(), file.Close())
		}
	}
	if err := file.Close(); err != nil {
		return err
	}
	b.report.Sessions = wanted
	if b.subject.sessions, err = openLines(file.Name()); err == nil {
		b.cleanup(b.subject.sessions.close)
	}
	return err
}
