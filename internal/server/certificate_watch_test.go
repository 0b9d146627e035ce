package server_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/testenv"
)

// secured is an HTTPS server with the bounds of the real one, whose certificate's files the test changes.
type secured struct {
	issuer      *testenv.Issuer
	dir         string
	files       config.TLS
	certificate *server.Certificate
	log         bytes.Buffer
	url         string
}

func newSecured(t *testing.T) *secured {
	t.Helper()
	s := &secured{issuer: testenv.NewIssuer(t), dir: t.TempDir()}
	s.files = pairFor(t, s.issuer, s.dir)
	var err error
	if s.certificate, err = server.LoadCertificate(s.files, slog.New(slog.NewJSONHandler(&s.log, nil))); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.Proto)) })
	h := server.NewHTTPServer(handler, slog.New(slog.DiscardHandler), s.certificate)
	stopped := make(chan error, 1)
	go func() { stopped <- server.ServeOn(h, listener) }()
	t.Cleanup(func() {
		h.Close()
		<-stopped
	})
	s.url = "https://" + listener.Addr().String()
	return s
}

func (s *secured) client(kept bool) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.issuer.Pool()}, ForceAttemptHTTP2: true, DisableKeepAlives: !kept,
	}}
}

// shown returns the serial number that a request came by.
func (s *secured) shown(c *http.Client) (string, error) {
	answer, err := c.Get(s.url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	return answer.TLS.PeerCertificates[0].SerialNumber.Text(16), nil
}

func (s *secured) mustShow(t *testing.T) string {
	t.Helper()
	serial, err := s.shown(s.client(false))
	if err != nil {
		t.Fatal(err)
	}
	return serial
}

func TestCertificatesAreSwappedWhileConnectionsGoOn(t *testing.T) {
	s := newSecured(t)
	kept := s.client(true)
	first, err := s.shown(kept)
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	var answered atomic.Int64
	var seen sync.Map
	done := make(chan struct{})
	for range 4 {
		clients.Go(func() {
			for {
				serial, err := s.shown(s.client(false))
				if err != nil {
					t.Errorf("a new connection: %v", err)
					return
				}
				seen.Store(serial, true)
				answered.Add(1)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	const swaps = 20
	for range swaps {
		pairFor(t, s.issuer, s.dir)
		s.certificate.Look(true)
		seen.Store(s.mustShow(t), true) // so that each is seen by somebody
		if serial, err := s.shown(kept); err != nil || serial != first {
			t.Fatalf("the connection that was kept: %s, %v", serial, err)
		}
	}
	close(done)
	clients.Wait()
	distinct := 0
	seen.Range(func(_, _ any) bool { distinct++; return true })
	if distinct < swaps {
		t.Errorf("%d certificates seen of %d", distinct, swaps)
	}
	t.Logf("%d swaps, %d new connections, %d certificates seen", swaps, answered.Load(), distinct)
}

func TestABrokenPairIsNotServedAndSaidOnceAndTheNextGoodOneIsTaken(t *testing.T) {
	for name, c := range spoiled {
		t.Run(name, func(t *testing.T) {
			s := newSecured(t)
			before := s.mustShow(t)
			c.spoil(t, s.issuer, s.files)
			for range 4 {
				s.certificate.Look(false)
			}
			if after := s.mustShow(t); after != before {
				t.Error("another certificate is shown")
			}
			if lines := strings.Count(s.log.String(), "\n"); lines != 1 || !strings.Contains(s.log.String(), "the pair before stays") {
				t.Errorf("%d lines: %s", lines, s.log.String())
			}
			for _, say := range c.says {
				if !strings.Contains(s.log.String(), say) {
					t.Errorf("%s does not say %q", s.log.String(), say)
				}
			}
			removeAll(t, s.files.Certificate)
			pairFor(t, s.issuer, s.dir)
			s.certificate.Look(false)
			s.certificate.Look(false)
			if s.mustShow(t) == before || !strings.Contains(s.log.String(), "another certificate") {
				t.Errorf("the good pair was not taken: %s", s.log.String())
			}
		})
	}
}

func TestFilesThatAreBeingWrittenCountWhenTwoLooksSawTheSame(t *testing.T) {
	s := newSecured(t)
	before := s.mustShow(t)
	whole := read(t, pairFor(t, s.issuer, s.dir).Certificate)
	block := bytes.Index(whole, []byte("-----END CERTIFICATE-----")) + 40
	write(t, s.files.Certificate, whole[:block]) // the intermediate is not there yet, so that clients would not trust it
	s.certificate.Look(false)
	if s.mustShow(t) != before || s.log.Len() != 0 {
		t.Errorf("half a file counted: %s", s.log.String())
	}
	write(t, s.files.Certificate, whole)
	s.certificate.Look(false)
	if s.mustShow(t) != before {
		t.Error("one look counted")
	}
	s.certificate.Look(false)
	if s.mustShow(t) == before {
		t.Error("two looks did not count")
	}
}

// TestWhatALinkLeadsToCounts as in a mounted Kubernetes secret, where a link to a directory is replaced and no file is.
func TestWhatALinkLeadsToCounts(t *testing.T) {
	s := newSecured(t)
	mount, old, renewed := t.TempDir(), t.TempDir(), t.TempDir()
	pairFor(t, s.issuer, old)
	link(t, old, mount+"/..data")
	link(t, "..data/chain.pem", mount+"/chain.pem")
	link(t, "..data/key.pem", mount+"/key.pem")
	certificate, err := server.LoadCertificate(config.TLS{Certificate: mount + "/chain.pem", Key: mount + "/key.pem"}, slog.New(slog.NewJSONHandler(&s.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	pairFor(t, s.issuer, renewed)
	link(t, renewed, mount+"/..new")
	rename(t, mount+"/..new", mount+"/..data")
	certificate.Look(false)
	certificate.Look(false)
	if !strings.Contains(s.log.String(), "another certificate") {
		t.Errorf("not seen: %s", s.log.String())
	}
}
