package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const servingFile = "serving.env" // where --serve-only says what it serves

// Bench is one run.
type Bench struct {
	options  Options
	progress Progress
	notes    io.Writer // what goes on, for people
	log      io.Writer // of the server; nil: nowhere

	server, client []int // cores
	pinning        string

	dir      string
	cleanups []func() error
	subject  *subject
	doorward *process // nil with a target
	address  string
	pid      int
	bare     *process
	report   Report
}

// Run measures what o, which was checked, says and returns what it found. notes is told what goes on; progress may be
// nil. Whatever it started has ended when it returns, and what it made is gone but for o.Data.
func Run(ctx context.Context, o Options, notes io.Writer, progress Progress) (report Report, err error) {
	b := &Bench{options: o, progress: progress, notes: notes}
	defer func() { err = errors.Join(err, b.cleanUp()) }()
	if err := b.begin(); err != nil {
		return b.report, err
	}
	if err := b.prepare(ctx); err != nil || o.PrepareOnly {
		return b.report, err
	}
	if err := b.startAll(ctx); err != nil {
		return b.report, err
	}
	switch {
	case o.ServeOnly:
		return b.report, b.serve(ctx)
	case o.Requests != "":
		return b.report, b.writeRequests(ctx)
	}
	return b.report, b.measureAll(ctx)
}

func (b *Bench) cleanup(what func() error) { b.cleanups = append(b.cleanups, what) }

func (b *Bench) cleanUp() error {
	var all error
	for _, one := range slices.Backward(b.cleanups) {
		all = errors.Join(all, one())
	}
	return all
}

// begin settles which cores are whose and where things are.
func (b *Bench) begin() (err error) {
	b.report = Report{BeganAt: time.Now().UTC(), Go: runtime.Version(), Machine: machine(), Engine: b.options.Engine, Hot: b.options.Hot}
	if err := b.chooseCPUs(); err != nil {
		return err
	}
	if b.options.ServerLog != "" {
		file, err := os.OpenFile(b.options.ServerLog, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		b.log = file
		b.cleanup(file.Close)
	}
	if b.dir = b.options.Data; b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "doorward-bench-"); err != nil {
			return err
		}
		b.cleanup(func() error { return os.RemoveAll(b.dir) })
	}
	return os.MkdirAll(b.dir, 0o700)
}

// chooseCPUs reads the lists of cores, and lets the population be made on all of them.
func (b *Bench) chooseCPUs() (err error) {
	o := b.options
	if b.server, err = parseCPUs(o.ServerCPUs); err != nil {
		return err
	}
	if b.client, err = parseCPUs(o.ClientCPUs); err != nil {
		return err
	}
	b.pinning = fmt.Sprintf("server on cores %s, generator on %s", o.ServerCPUs, o.ClientCPUs)
	if o.Target != "" {
		b.pinning = fmt.Sprintf("the server is not ours to pin; bare server on cores %s, generator on %s", o.ServerCPUs, o.ClientCPUs)
	}
	if len(b.server) == 0 || len(b.client) == 0 {
		b.pinning = "NOT PINNED: there is one core only, or --server-cpus or --client-cpus is missing; server and generator share cores"
		b.server, b.client = nil, nil
	} else if err := pinSelf(slices.Concat(b.server, b.client)); err != nil {
		b.pinning = "NOT PINNED: " + err.Error() + "; server and generator share cores"
		b.server, b.client = nil, nil
	}
	b.report.Pinning = b.pinning
	return nil
}

// prepare finds out who can log in, and makes it so where the server is ours.
func (b *Bench) prepare(ctx context.Context) error {
	var p Population
	var err error
	if b.options.Target != "" {
		p, err = readPopulation(b.options.Credentials)
	} else {
		p, err = b.populate(ctx)
	}
	if err != nil {
		return err
	}
	b.subject = &subject{population: p, hot: b.options.Hot}
	b.report.Tenants, b.report.Persons, b.report.Sessions = p.Tenants, p.Persons, p.Sessions
	if p.Engine != "" {
		b.report.Engine = p.Engine
	}
	if p.Tokens == "" {
		return nil // opened by log-in, once there is a server
	}
	if b.subject.sessions, err = openLines(p.Tokens); err == nil {
		b.cleanup(b.subject.sessions.close)
	}
	return err
}

// populate makes the population, or completes the one that is there.
func (b *Bench) populate(ctx context.Context) (p Population, err error) {
	o := b.options
	p = newPopulation(o)
	if o.isPopulated() {
		if p, err = readPopulation(filepath.Join(b.dir, populationFile)); err != nil {
			return p, err
		}
		b.note("the population in %s is used again: %d accounts, %d people, %d sessions", b.dir, p.Tenants, p.Persons, p.Sessions)
	} else if o.Engine == "postgres" {
		if p.Database, err = createDatabase(ctx, o.Database); err != nil {
			return p, fmt.Errorf("make a database: %w", err)
		}
		if o.Data == "" {
			b.cleanup(func() error { return dropDatabase(context.WithoutCancel(ctx), o.Database, p.Database) })
		}
	}
	tokens := o.TokenFile
	if tokens == "" {
		tokens = filepath.Join(b.dir, sessionsFile)
	}
	began := time.Now()
	had := p.Sessions
	if err := populate(ctx, storeOf(b.dir, p), b.dir, tokens, &p, o.Sessions, b.progress); err != nil {
		return p, fmt.Errorf("make the population: %w", err)
	}
	if p.Sessions > had {
		b.note("populated in %.1f s", time.Since(began).Seconds())
	}
	p.Tokens = tokens
	return p, nil
}

func (b *Bench) note(format string, args ...any) { fmt.Fprintf(b.notes, format+"\n", args...) }

// startAll starts both servers and goes to the generator's cores.
func (b *Bench) startAll(ctx context.Context) (err error) {
	if b.options.Target != "" {
		b.address, b.pid = strings.TrimSuffix(strings.TrimPrefix(b.options.Target, "http://"), "/"), b.options.ServerPID
	} else {
		if err := b.startServer(ctx); err != nil {
			return err
		}
		b.note("ready; waiting until it has read its live sessions ahead")
		if err := b.doorward.awaitWarm(ctx); err != nil {
			return err
		}
		b.note("they are in memory after %.1f s", time.Since(b.doorward.began).Seconds())
	}
	if b.options.Requests == "" {
		if b.bare, err = start(ctx, b.server, b.log, "/", "bench-bare"); err != nil {
			return err
		}
		b.cleanup(b.bare.stop)
	}
	if len(b.client) > 0 {
		if err := pinSelf(b.client); err != nil {
			return err
		}
	}
	if b.subject.sessions.mapped == nil && b.options.Requests == "" {
		return b.openSessions(ctx)
	}
	return nil
}

// startServer starts Doorward on the population. It is stopped at the end, whichever of them runs then.
func (b *Bench) startServer(ctx context.Context) (err error) {
	first := b.doorward == nil
	store := storeOf(b.dir, b.subject.population)
	arguments := []string{"serve", "--keys", store.Keys}
	if store.Database != "" {
		arguments = append(arguments, "--database", store.Database)
	} else {
		arguments = append(arguments, "--data", store.Data)
	}
	if b.doorward, err = start(ctx, b.server, b.log, "/readyz", append(arguments, b.options.ServerFlag...)...); err != nil {
		b.doorward = nil
		return err
	}
	b.address, b.pid = b.doorward.address(), b.doorward.pid()
	if first {
		b.cleanup(func() error {
			if b.doorward == nil {
				return nil
			}
			return b.doorward.stop()
		})
	}
	return nil
}

// serve says where everything is, and waits.
func (b *Bench) serve(ctx context.Context) error {
	text := fmt.Sprintf("SERVER=%s\nSERVER_PID=%d\nBARE=%s\nSESSIONS=%s\nPOPULATION=%s\n", b.doorward.url, b.pid, b.bare.url,
		b.subject.population.Tokens, filepath.Join(b.dir, populationFile))
	file := filepath.Join(b.dir, servingFile)
	// Renamed, so that who waits for it never reads half of it.
	if err := errors.Join(os.WriteFile(file+".new", []byte(text), 0o600), os.Rename(file+".new", file)); err != nil {
		return err
	}
	b.note("%sserving until Ctrl-C; the same is in %s", text, file)
	<-ctx.Done()
	return os.Remove(file)
}
