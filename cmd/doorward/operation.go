package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

// operation is what the commands that work on a store have in common, beside a running server or without one.
type operation struct {
	config.Store
	JSON bool `name:"json" help:"Print JSON: one object, or one a line for a list."`
}

// run opens the store and acts on it as the operator at the machine.
func (o *operation) run(ctx context.Context, log *slog.Logger, do func(ctx context.Context, a *authority.Authority, by authority.Actor) error) error {
	if err := o.Check(); err != nil {
		return usage{err}
	}
	opened, err := server.Open(ctx, o.Store, log)
	if err != nil {
		return err
	}
	by := authority.CommandLine(authority.Origin{Dialect: "command-line"})
	a := server.NewAuthority(opened, config.Config{Store: o.Store})
	err = do(ctx, a, by)
	return errors.Join(err, settled(ctx, a), opened.Store.Close())
}

// settled waits until what a command has changed counts on every server beside it, so that it does when the command has
// ended: a server may remember facts for a moment.
func settled(ctx context.Context, a *authority.Authority) error {
	if err := a.Settle(ctx); err != nil {
		return fmt.Errorf("what was changed is stored, and may not count on every server for another second: %w", err)
	}
	return nil
}

// say prints a report as JSON, or what it says in words, if anything.
func (o *operation) say(report any, words string) error {
	if o.JSON {
		return printJSON(report)
	}
	if words != "" {
		fmt.Println(words)
	}
	return nil
}

// usage is a mistake on the command line that only shows after parsing.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// unconfirmed says what would be done and that nothing was.
type unconfirmed struct{ what string }

func (u unconfirmed) Error() string { return u.what + "; nothing was done: add --yes to do it" }

// printTable writes rows under a heading, a column as wide as its widest cell. A cell without a value is "-".
func printTable(out io.Writer, heading string, rows [][]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.ReplaceAll(heading, " ", "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = printable(cell); cell == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}

// printFields writes a name and a value a line. A field without a value is "-".
func printFields(out io.Writer, fields [][]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, field := range fields {
		value := printable(field[1])
		if value == "" {
			value = "-"
		}
		fmt.Fprintln(table, field[0]+"\t"+value)
	}
	return table.Flush()
}

// printJSON writes one object on a line of its own.
func printJSON(value any) error {
	text, err := json.Marshal(value, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(escaped(string(text)) + "\n")
	return err
}
