package server

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/internal/config"
)

// Certificate is what the listener shows to clients; it follows its files. A nil one is none.
type Certificate struct {
	files   config.TLS
	log     *slog.Logger
	now     func() time.Time
	current atomic.Pointer[tls.Certificate]

	// Of the goroutine that watches, alone.
	shown     [sha256.Size]byte // what is shown
	glimpsed  [sha256.Size]byte // what the look before saw
	complaint string            // what was last logged about files that are not usable
	reminded  lateness
}

// LoadCertificate reads the files, which must be usable now; it returns nil when none are configured.
func LoadCertificate(files config.TLS, log *slog.Logger) (*Certificate, error) {
	return loadCertificate(files, log, time.Now)
}

func loadCertificate(files config.TLS, log *slog.Logger, now func() time.Time) (*Certificate, error) {
	if !files.On() {
		return nil, nil
	}
	content, err := readPair(files)
	if err != nil {
		return nil, err
	}
	pair, err := parsePair(files, content, now())
	if err != nil {
		return nil, err
	}
	c := &Certificate{files: files, log: log, now: now, shown: content.sum(), glimpsed: content.sum()}
	c.current.Store(pair)
	return c, nil
}

// show is the tls.Config's way to ask at every handshake.
func (c *Certificate) show(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current.Load(), nil
}

// warnUnlessFor says when clients that come by the public URL will refuse the certificate.
func (c *Certificate) warnUnlessFor(publicURL string) {
	if c == nil {
		return
	}
	leaf := c.current.Load().Leaf
	c.log.Info("certificate", describe(leaf)...)
	if at, err := url.Parse(publicURL); err == nil && leaf.VerifyHostname(at.Hostname()) != nil {
		c.log.Warn("the certificate is not for the host of the public URL, so that clients will refuse it: "+
			"have one made for that name, or set --public-url", "public_url", publicURL, "names", namesOf(leaf))
	}
	c.remind()
}

func describe(leaf *x509.Certificate) []any {
	return []any{"names", namesOf(leaf), "serial", leaf.SerialNumber.Text(16), "not_after", leaf.NotAfter.Format(time.RFC3339)}
}

func namesOf(leaf *x509.Certificate) []string {
	names := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// lateness is how near a certificate is to its end.
type lateness int

const (
	inTime lateness = iota
	late            // past the last sixth of its life: what renews it should have done so
	expired
)

func latenessOf(leaf *x509.Certificate, now time.Time) lateness {
	switch left := leaf.NotAfter.Sub(now); {
	case left < 0:
		return expired
	case left < leaf.NotAfter.Sub(leaf.NotBefore)/6:
		return late
	}
	return inTime
}

// remind logs once that the certificate was not renewed, and once that clients refuse it now.
func (c *Certificate) remind() {
	leaf := c.current.Load().Leaf
	was := c.reminded
	if c.reminded = latenessOf(leaf, c.now()); c.reminded <= was {
		return
	}
	if c.reminded == expired {
		c.log.Error("the certificate has expired, and clients refuse it: put a new pair into the files of --tls-cert and --tls-key", describe(leaf)...)
		return
	}
	c.log.Warn("the certificate expires soon and was not renewed: put a new pair into the files of --tls-cert and --tls-key; no restart is needed", describe(leaf)...)
}
