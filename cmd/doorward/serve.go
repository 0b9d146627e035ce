package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

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
  doorward serve --data /var/lib/doorward --listen :443 --public-url https://login.example.com --tls-cert chain.pem --tls-key key.pem
  doorward serve --database postgres://doorward@db/doorward --keys /etc/doorward/keys

Every flag can be set in the environment (--public-url is DOORWARD_PUBLIC_URL) and in the file of --config.
A flag wins over the environment, the environment over the file. Logs are JSON on standard error.`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	// First, so that a wrong file is said before a store is made or migrated.
	certificate, err := server.LoadCertificate(c.TLS, log)
	if err != nil {
		return err
	}
	opened, err := server.Open(ctx, c.Store, log)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, &c.Config)
	if err == nil {
		err = server.New(opened, c.Config, log).Serve(ctx, listener, certificate)
	}
	return errors.Join(err, opened.Store.Close())
}

// listen opens the address and fills in the public URL that follows from it.
func listen(ctx context.Context, c *config.Config) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: another server is running there; stop it, or choose another address with --listen", err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%w: this machine has no such address; choose one of its own with --listen", err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%w: ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher one with --listen", err)
	case err != nil:
		return nil, err
	}
	if c.PublicURL == "" {
		c.PublicURL = c.URLAt(listener.Addr().String())
	}
	return listener, nil
}
