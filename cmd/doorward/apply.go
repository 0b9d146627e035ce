package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/server"
)

type applyCommand struct {
	operation
	Directory      string `arg:"" name:"file" help:"Directory file in YAML; - reads standard input."`
	ResetPasswords bool   `help:"Set passwords and pass codes again where they differ from the file."`
}

// Help is shown by doorward apply --help.
func (applyCommand) Help() string {
	return `Examples:
  doorward apply directory.yaml --data /var/lib/doorward
  doorward apply directory.yaml --database postgres://doorward@db/doorward --keys /etc/doorward/keys

The file is checked whole before anything is written: every mistake is listed with its line and what to write instead.
Applying the same file again changes nothing. Nothing is ever deleted; what left the file is listed. A server may run
on the same store meanwhile. docs/directory.md explains every key.`
}

// Run reads, checks and applies the file and says what changed.
func (c *applyCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	text, err := readFile(c.Directory)
	if err != nil {
		return err
	}
	done := reading(os.Stderr, shownName(c.Directory), len(text))
	d, err := directory.Read(shownName(c.Directory), text)
	done()
	if err != nil {
		return fmt.Errorf("nothing was applied:\n%w", err)
	}
	opened, err := server.Open(ctx, c.Store, log)
	if err != nil {
		return err
	}
	a := server.NewAuthority(opened, config.Config{Store: c.Store})
	o := authority.ApplyOptions{ResetPasswords: c.ResetPasswords, Progress: progress(os.Stderr, "applying")}
	report, err := a.Apply(ctx, authority.CommandLine(authority.Origin{Dialect: "command-line"}), d, o)
	if err != nil {
		err = c.stopped(report, err)
	} else {
		err = c.print(report)
	}
	return errors.Join(err, settled(ctx, a), opened.Store.Close())
}

// stopped says what an apply that failed has done, and what is missing in which line if that is why.
func (c *applyCommand) stopped(report authority.ApplyReport, err error) error {
	missing, ok := errors.AsType[authority.MissingSecrets](err)
	if !ok || report.Changes() > 0 {
		return fmt.Errorf("stopped after %d changes, which stay; run it again to finish: %w", report.Changes(), err)
	}
	wrong := &directory.Error{File: shownName(c.Directory)}
	for _, one := range missing {
		wrong.Problems = append(wrong.Problems, directory.Problem{Line: one.Line, Text: one.Text()})
	}
	return fmt.Errorf("nothing was applied:\n%w", wrong)
}

func readFile(name string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	return io.ReadAll(io.LimitReader(in, directory.MaxSize+1))
}

// shownName is how messages name the file.
func shownName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// reading says on a terminal that a file is read, which takes seconds for a large one, until done is called.
func reading(out *os.File, name string, size int) (done func()) {
	if !term.IsTerminal(int(out.Fd())) {
		return func() {}
	}
	fmt.Fprintf(out, "reading %s (%.1f MB)", name, float64(size)/1e6)
	return func() { fmt.Fprint(out, "\r\x1b[K") }
}

// progress shows a bar with the stage on a terminal and nothing elsewhere.
func progress(out *os.File, what string) func(stage string, done, total int) {
	if !term.IsTerminal(int(out.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	var last string
	return func(stage string, done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(out), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
		}
		if stage != last {
			last = stage
			bar.Describe(fmt.Sprintf("%s %-11s", what, stage))
		}
		_ = bar.Set(done) // a bar that cannot be drawn must not stop the work
	}
}

// appliedReport is what an apply found and did, in JSON.
type appliedReport struct {
	Tenants     appliedTally `json:"tenants"`
	Roles       appliedTally `json:"roles"`
	Audiences   appliedTally `json:"audiences"`
	Principals  appliedTally `json:"principals"`
	Grants      appliedTally `json:"grants"`
	Credentials appliedTally `json:"credentials"`
	Left        []leftover   `json:"left"`
	Revoked     []leftover   `json:"revoked"`
	Suspended   []leftover   `json:"suspended"`
	Weak        []string     `json:"weak_passwords"`
	WeakKeys    []string     `json:"weak_keys"`
}

type appliedTally struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Ended     int `json:"ended"`
	Unchanged int `json:"unchanged"`
}

type leftover struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

func leftovers(found []authority.Leftover) (shown []leftover) {
	for _, l := range found {
		shown = append(shown, leftover(l))
	}
	return shown
}

func (c *applyCommand) print(r authority.ApplyReport) error {
	if !c.JSON {
		printReport(os.Stdout, r)
		return nil
	}
	return printJSON(appliedReport{
		appliedTally(r.Tenants), appliedTally(r.Roles), appliedTally(r.Audiences), appliedTally(r.Principals),
		appliedTally(r.Grants), appliedTally(r.Credentials), leftovers(r.Left), leftovers(r.Revoked), leftovers(r.Held),
		texts(r.Weak), r.WeakKeys,
	})
}

func printReport(out io.Writer, r authority.ApplyReport) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tcreated\tupdated\tended\tunchanged\t")
	for _, row := range []struct {
		name  string
		tally authority.Tally
	}{
		{"tenants", r.Tenants},
		{"roles", r.Roles},
		{"audiences", r.Audiences},
		{"principals", r.Principals},
		{"grants", r.Grants},
		{"credentials", r.Credentials},
	} {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", row.name, row.tally.Created, row.tally.Updated, row.tally.Ended, row.tally.Unchanged)
	}
	_ = table.Flush()
	if r.Changes() == 0 {
		fmt.Fprintln(out, "unchanged: the store is as the file says")
	}
	printLeftovers(out, "no longer in the file, kept", r.Left)
	printLeftovers(out, "in the file but revoked or rotated meanwhile, left so", r.Revoked)
	printLeftovers(out, "in the file as active, but suspended by command, left so", r.Held)
	for _, who := range r.Weak {
		fmt.Fprintf(out, "weak password, shorter than 8 characters: %s\n", who)
	}
	for _, name := range r.WeakKeys {
		fmt.Fprintf(out, "weak key, shorter than 16 characters: %s\n", name)
	}
}

func printLeftovers(out io.Writer, what string, leftovers []authority.Leftover) {
	for _, l := range leftovers {
		fmt.Fprintf(out, "%s: %s %s\n", what, l.Kind, l.Name)
	}
}
