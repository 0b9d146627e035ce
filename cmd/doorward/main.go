// Command doorward is the token authority: the server and its operator's commands, one file each.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// Exit codes, as docs/commands.md lists them.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitUnconfirmed = 4
	exitUnavailable = 5
)

type commands struct {
	Serve      serveCommand      `cmd:"" help:"Run the server."`
	Demo       demoCommand       `cmd:"" help:"Run a server with the demo directory and print requests to paste."`
	Apply      applyCommand      `cmd:"" help:"Load a directory file: tenants, people, credentials and audiences."`
	Export     exportCommand     `cmd:"" help:"Write the store back as a directory file, without secrets."`
	Credential credentialCommand `cmd:"" help:"Issue, list, rotate and revoke credentials."`
	Session    sessionCommand    `cmd:"" help:"List and end sessions."`
	Person     personCommand     `cmd:"" help:"Look at a person or service, suspend and resume it."`
	Tenant     tenantCommand     `cmd:"" help:"Look at a tenant, suspend and resume all below it."`
	SigningKey signingKeyCommand `cmd:"" help:"List, rotate and kill the keys that sign access tokens."`
	Audit      auditCommand      `cmd:"" help:"Read what was written down."`
	Backup     backupCommand     `cmd:"" help:"Write everything the store holds to a file, beside a running server."`
	Restore    restoreCommand    `cmd:"" help:"Fill an empty store with a backup."`
	Fence      fenceCommand      `cmd:"" help:"End every login token minted so far, after the data was copied by other means."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the store's schema up to this program's version."`
	Bench      benchCommand      `cmd:"" help:"Measure a server under load, beside a bare one."`
	BenchBare  benchBareCommand  `cmd:"" hidden:""`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log, flush := web.NewLog(os.Stderr)
	defer flush()
	var c commands
	options := append(config.Options(),
		kong.Name("doorward"),
		kong.Description("The token authority of a platform: it logs integrators in, hands people over, and tells every module who came."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(log),
	)
	parser, err := kong.New(&c, options...)
	if err != nil {
		return failed(err)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "doorward: %v\nSee doorward --help.\n", err)
		return exitUsage
	}
	if err := chosen.Run(); err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintf(os.Stderr, "doorward: %s\n", explain(err))
	return exitCode(err)
}

// exitCode tells a script what kind of failure it was.
func exitCode(err error) int {
	if _, ok := errors.AsType[usage](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[unconfirmed](err); ok {
		return exitUnconfirmed
	}
	switch fault.KindOf(err) {
	case fault.Malformed:
		return exitUsage
	case fault.NotFound:
		return exitNotFound
	case fault.Unavailable:
		return exitUnavailable
	default:
		return exitFailed
	}
}

// explain says what happened to a person: a fault by its message and cause, without its kind and code.
func explain(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err.Error()
	}
	text := strings.Replace(err.Error(), f.Error(), strings.TrimSuffix(f.Message, "."), 1)
	if f.Parameter != "" {
		text = f.Parameter + ": " + text
	}
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	return text
}
