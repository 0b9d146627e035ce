package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

type restoreCommand struct {
	config.Store
	File         string `arg:"" name:"file" help:"Backup to restore; a file, since it is read twice."`
	KeepSessions bool   `help:"Let the sessions of the backup live on, those closed since it was made included."`
	JSON         bool   `name:"json" help:"Print one JSON object about what was restored."`
}

// Help is shown by doorward restore --help.
func (restoreCommand) Help() string {
	return `Examples:
  doorward restore doorward.backup --data /var/lib/doorward-restored --keys /etc/doorward/keys
  doorward restore doorward.backup --database postgres://doorward@db/restored --keys /etc/doorward/keys

The store must be new or empty, the keys those of the backup, and no server may run on it yet. The file is proved whole
before anything is written, and what is written is there whole or not at all. Login tokens in the backup can never be
redeemed again, and sessions end. docs/backup.md is the operator's guide.`
}

// restored is the report of a restore.
type restored struct {
	MadeAt        time.Time `json:"made_at"`
	Program       string    `json:"program"`
	Engine        string    `json:"engine"`
	Schema        int64     `json:"schema"`
	SessionsEnded int64     `json:"sessions_ended"`
	SessionsKept  bool      `json:"sessions_kept"`
	Seconds       float64   `json:"seconds"`
}

// Run restores and says what the operator must know of the time since the backup was made.
func (c *restoreCommand) Run(ctx context.Context, _ *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	if c.File == "-" {
		return usagef("a backup is read twice, once to prove it whole: save standard input to a file and name that")
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	started := time.Now()
	done, err := server.Restore(ctx, c.Store, file, authority.RestoreOptions{KeepSessions: c.KeepSessions}, bytesShown(file))
	if err != nil {
		return fmt.Errorf("%s was not restored: %w", c.File, err)
	}
	return c.report(restored{
		MadeAt: done.Backup.MadeAt, Program: done.Backup.Program, Engine: done.Backup.Engine, Schema: done.Backup.Schema,
		SessionsEnded: done.Sessions, SessionsKept: c.KeepSessions, Seconds: time.Since(started).Seconds(),
	})
}

func (c *restoreCommand) report(r restored) error {
	if c.JSON {
		return printJSON(r)
	}
	at := r.MadeAt.UTC().Format(time.RFC3339)
	fmt.Printf("restored in %.1f s the backup made at %s by Doorward %s on %s, schema version %d\n", r.Seconds, at, r.Program, r.Engine, r.Schema)
	fmt.Println("login tokens: none of those in the backup can be redeemed; hand-overs under way start again")
	if r.SessionsKept {
		fmt.Println("sessions: kept; those closed since the backup was made are open again, and signing keys killed since sign again")
	} else {
		fmt.Printf("sessions: %d ended; everybody signs in again, and new signing keys are made at the start\n", r.SessionsEnded)
	}
	fmt.Printf("since %s: credentials revoked and people, accounts and units suspended are back; what was added or changed\n", at)
	fmt.Println("is missing, events of the audit log too. Apply the directory again and repeat the revocations before you serve.")
	return nil
}

// bytesShown shows on a terminal how far in the file the proving, then the loading is.
func bytesShown(file *os.File) backup.Progress {
	show := progress(os.Stderr, "restoring")
	info, err := file.Stat()
	if show == nil || err != nil {
		return nil
	}
	return func(read int64) { show("bytes", int(min(read, info.Size())), int(info.Size())) }
}
