package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/doorward/doorward/internal/bench"
)

type benchCommand struct {
	bench.Options
	JSON bool `name:"json" help:"Print one JSON object with all that was measured."`
}

// Help is shown by doorward bench --help.
func (benchCommand) Help() string {
	return `Examples:
  doorward bench                                            # all workloads on a new embedded store, in about three minutes
  doorward bench --workload verify,login-pair --sessions 1000000 --rounds 3 --half-rate
  doorward bench --engine postgres --database postgres://postgres@db/postgres
  doorward bench --data /var/tmp/bench --sessions 1000000 --prepare-only
  doorward bench --data /var/tmp/bench --workload mix --rate 5000 --start-time --overload login-pair
  doorward bench --target http://127.0.0.1:8080 --credentials population.json --workload verify

Fills a store made for it with accounts, people, keys and live sessions, starts a server on it and measures, on cores
of their own, what it does beside a bare net/http server. docs/performance.md says what every column means.
Never name a store that is in use: what a population is made of is written down beside it.

Workloads: ` + strings.Join(bench.Workloads(), " ")
}

// Run measures and prints what was found.
func (c *benchCommand) Run(ctx context.Context, _ *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	report, err := bench.Run(ctx, c.Options, os.Stderr, progress(os.Stderr, "populating"))
	if ctx.Err() != nil && !c.ServeOnly {
		return fmt.Errorf("interrupted; what was made is removed: %w", err)
	}
	if err != nil || len(report.Rows) == 0 {
		return err
	}
	if c.JSON {
		return printJSON(report)
	}
	report.Print(os.Stdout)
	return nil
}

// benchBareCommand is the server that rates are compared with; bench starts it.
type benchBareCommand struct {
	Listen string `required:"" placeholder:"HOST:PORT" help:"Address to listen on."`
}

// Run answers until it is told to stop.
func (c *benchBareCommand) Run(ctx context.Context) error { return bench.ServeBare(ctx, c.Listen) }
