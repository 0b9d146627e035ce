package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

type serveCommand struct {
	config.Config
}

// Help is shown by doorward serve --help.
func (serveCommand) Help() string {
	return `Examples:
  doorward serve --data /var/lib/doorward --public-url https://login.example.com
  doorward serve --database postgres://doorward@db/doorward --keys /etc/doorward/keys

Every flag can be set in the environment (--public-url is DOORWARD_PUBLIC_URL) and in the file of --config.
A flag wins over the environment, the environment over the file. Logs are JSON on standard error.`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return err
	}
	opened, err := server.Open(ctx, c.Store, log)
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, log, opened, c.Config, func(config.Config) error { return nil }, func(config.Config) {}), opened.Store.Close())
}

// serve listens, prepares what needs to know where, and serves; ready is called once requests are answered.
func serve(ctx context.Context, log *slog.Logger, opened server.Opened, c config.Config, prepare func(config.Config) error, ready func(config.Config)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w: is another server running there? Choose another address with --listen", err)
	}
	if c.PublicURL == "" {
		c.PublicURL = config.DefaultPublicURL(listener.Addr().String())
	}
	s := server.New(opened, c, log)
	if err := prepare(c); err != nil {
		return errors.Join(err, listener.Close())
	}
	log.Info("serving", "address", listener.Addr().String(), "public_url", c.PublicURL, "version", version())
	ready(c)
	return s.Serve(ctx, listener)
}
