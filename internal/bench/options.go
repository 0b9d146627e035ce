package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options say what to measure on what, as the command's flags.
type Options struct {
	Target      string `placeholder:"URL" help:"Measure the server that runs there, with --credentials, and start none."`
	Credentials string `placeholder:"FILE" help:"Population file that says how to log in at --target (DIR/population.json of a prepared --data)."`
	ServerPID   int    `name:"server-pid" placeholder:"PID" help:"Process of --target, when it runs on this machine, for its CPU and memory."`

	Engine   string `enum:"sqlite,postgres" default:"sqlite" help:"Store of the server that is started: ${enum}."`
	Database string `env:"-" placeholder:"URL" help:"PostgreSQL server to make a database on, with --engine postgres."`
	Data     string `env:"-" placeholder:"DIR" help:"Where the population is made and kept, to be measured again (default: a temporary directory, removed at the end)."`

	Tenants  int    `default:"1000" help:"Accounts, each with an owner, a key pair and two API keys; twenty to a reseller."`
	Persons  int    `default:"10000" help:"People, each with a password and a member of an account."`
	Sessions int64  `default:"100000" help:"Live sessions before the first request, up to 10000000."`
	OfPeople bool   `name:"sessions-of-people" help:"The sessions are everybody's, each opened with a password, and not of the owners' key pairs of the first 10000 accounts."`
	Seed     string `default:"doorward" help:"What all secrets of the population are made of."`

	Workloads   []string      `name:"workload" default:"standard" help:"What to measure, separated by commas: standard, or names of the list below."`
	Duration    time.Duration `default:"10s" help:"How long each row is measured."`
	Warmup      time.Duration `default:"2s" help:"How long each row runs before."`
	Rounds      int           `default:"1" help:"How often each row is measured; the median is told, with the range of the rates."`
	Connections int           `default:"64" help:"Connections, each with one request at a time."`
	Rate        float64       `help:"Open loop: operations a second that are due whether or not earlier ones were answered; latency counts from when each was due."`
	HalfRate    bool          `help:"Measure each row again, open loop at half the rate it has just reached."`
	Hot         int64         `help:"Verify only the first so many of the sessions."`

	Overload            string `placeholder:"WORKLOAD" help:"Measure this workload open loop at ten times the most that it reaches just before, and how soon it is back to normal."`
	OverloadConnections int    `default:"1024" help:"Connections of --overload."`
	Revocations         int    `default:"10" help:"Sessions that the workload revoke revokes."`
	StartTime           bool   `help:"Measure how soon the server is ready on this store, and its memory when idle."`

	PrepareOnly bool   `help:"Make the population, and do no more; needs --data."`
	ServeOnly   bool   `help:"Start the server and the bare one, say where, and wait to be stopped: for another load generator."`
	Requests    string `enum:",login-pair,mint,redeem" default:"" placeholder:"WORKLOAD" help:"Write the requests of login-pair, mint or redeem at --target to --token-file, for another load generator, and do no more."`
	LoginTokens int    `default:"10000" placeholder:"N" help:"Login tokens to mint for --requests redeem; they live 15 minutes."`
	TokenFile   string `placeholder:"FILE" help:"Where the secrets of the sessions (or --requests) are written, one a line (default: DIR/sessions.txt)."`

	ServerCPUs string   `name:"server-cpus" placeholder:"LIST" help:"Cores of the server, as 0 or 0-3 (default: the first, where there are two or more)."`
	ClientCPUs string   `name:"client-cpus" placeholder:"LIST" help:"Cores of the load generator (default: all others)."`
	ServerFlag []string `sep:"none" placeholder:"FLAG" help:"One more flag for the server, as --server-flag=--hash-workers=1; may be repeated."`
	ServerLog  string   `placeholder:"FILE" help:"Where the server's log goes (default: nowhere, though it is written)."`
}

const (
	mostSessions = 10_000_000
	mostPersons  = 5_000_000
)

// Check completes the options, and refuses those that contradict each other or cannot be measured.
func (o *Options) Check() error {
	o.Persons = max(o.Persons, o.Tenants)
	if o.ServerCPUs == "" && o.ClientCPUs == "" {
		o.ServerCPUs, o.ClientCPUs = defaultCPUs()
	}
	var problems []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	wrong(o.Tenants < 1 || o.Persons > mostPersons, "--tenants must be at least 1, and --persons at most %d", mostPersons)
	wrong(o.Sessions < 1 || o.Sessions > mostSessions, "--sessions must be from 1 to %d", mostSessions)
	wrong(o.Duration <= 0 || o.Warmup < 0 || o.Rounds < 1, "--duration and --rounds must be more than 0")
	wrong(o.Connections < 1 || o.OverloadConnections < 1, "--connections must be at least 1")
	wrong(o.Rate < 0 || o.Hot < 0, "--rate and --hot must not be negative")
	wrong(o.Target != "" && o.Credentials == "", "--target needs --credentials, the population file of a prepared --data")
	wrong(o.Target == "" && o.Credentials != "", "--credentials goes with --target")
	wrong(o.Target != "" && (o.Data != "" || o.StartTime || o.PrepareOnly || o.ServeOnly), "--target cannot be combined with --data, --start-time, --prepare-only and --serve-only")
	wrong(o.Target == "" && o.Engine == "postgres" && o.Database == "" && !o.isPopulated(), "--engine postgres needs --database, the URL of a server to make a database on")
	wrong(o.Engine != "postgres" && o.Database != "", "--database goes with --engine postgres")
	wrong(o.PrepareOnly && o.Data == "", "--prepare-only needs --data, or nothing would be kept")
	wrong(o.Requests != "" && (o.Target == "" || o.TokenFile == ""), "--requests needs --target and --token-file")
	for _, list := range []string{o.ServerCPUs, o.ClientCPUs} {
		if _, err := parseCPUs(list); err != nil {
			problems = append(problems, err)
		}
	}
	if err := o.checkWorkloads(); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func (o *Options) checkWorkloads() error {
	byClients := func(name string) bool { return o.OfPeople && (name == "introspect" || name == "mix") }
	if slices.Contains(o.Workloads, "standard") {
		o.Workloads = slices.DeleteFunc(slices.Clone(standard), byClients)
	}
	if slices.ContainsFunc(o.Workloads, byClients) {
		return errors.New("introspect and mix ask with the key that opened a session: they do not go with --sessions-of-people")
	}
	for _, name := range append(slices.Clone(o.Workloads), o.Overload) {
		if _, ok := workloads[name]; !ok && name != "" && name != revoke {
			return fmt.Errorf("there is no workload %q; there are %s", name, strings.Join(Workloads(), ", "))
		}
	}
	return nil
}

func (o *Options) isPopulated() bool {
	_, err := os.Stat(filepath.Join(o.Data, populationFile))
	return o.Data != "" && err == nil
}
