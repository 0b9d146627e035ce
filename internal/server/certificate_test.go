package server_test

import (
	"bytes"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/testenv"
)

// spoiled are files that cannot be served, each with what is said of them. The pair in the directory was good.
var spoiled = map[string]struct {
	spoil func(t *testing.T, i *testenv.Issuer, files config.TLS)
	says  []string
}{
	"no certificate": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) { remove(t, f.Certificate) }, []string{"--tls-cert", "no such file", "write the path"}},
	"no key":         {func(t *testing.T, _ *testenv.Issuer, f config.TLS) { remove(t, f.Key) }, []string{"--tls-key", "no such file", "write the path"}},
	"a directory": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		remove(t, f.Certificate)
		if err := os.Mkdir(f.Certificate, 0o700); err != nil {
			t.Fatal(err)
		}
	}, []string{"--tls-cert", "is not a file"}},
	"a key that all can read":      {mode(0o644), []string{"--tls-key", "0644", "chmod 0600"}},
	"a key that a group can write": {mode(0o660), []string{"--tls-key", "0660", "chmod 0600"}},
	"another key": {func(t *testing.T, i *testenv.Issuer, f config.TLS) {
		rename(t, pairFor(t, i, t.TempDir()).Key, f.Key)
	}, []string{"are no pair", "write the private key of the first certificate"}},
	"mixed up": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		write(t, f.Certificate, read(t, f.Key))
	}, []string{"--tls-cert", "holds no CERTIFICATE but PRIVATE KEY", "mixed up?"}},
	"an empty file": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) { write(t, f.Key, nil) }, []string{"--tls-key", "holds no PEM PRIVATE KEY"}},
	"DER": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		block, _ := pem.Decode(read(t, f.Certificate))
		write(t, f.Certificate, block.Bytes)
	}, []string{"--tls-cert", "is DER"}},
	"a pass phrase": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		write(t, f.Key, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}))
	}, []string{"--tls-key", "pass phrase", "openssl pkey"}},
	"cut off": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		write(t, f.Certificate, read(t, f.Certificate)[:300])
	}, []string{"--tls-cert", "holds no PEM CERTIFICATE"}},
	"the intermediate first": {func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		_, rest := pem.Decode(read(t, f.Certificate))
		write(t, f.Certificate, rest)
	}, []string{"are no pair", "first certificate"}},
	"expired": {func(t *testing.T, i *testenv.Issuer, f config.TLS) {
		i.Write(t, filepath.Dir(f.Key), time.Now().Add(-time.Hour), time.Now().Add(-time.Minute), "doorward.test")
	}, []string{"--tls-cert", "expired at", "renew it"}},
	"not yet valid": {func(t *testing.T, i *testenv.Issuer, f config.TLS) {
		i.Write(t, filepath.Dir(f.Key), time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), "doorward.test")
	}, []string{"--tls-cert", "not valid before", "clock"}},
}

func TestACertificateThatCannotBeServedIsRefusedWithWhatToDo(t *testing.T) {
	issuer := testenv.NewIssuer(t)
	for name, c := range spoiled {
		t.Run(name, func(t *testing.T) {
			files := pairFor(t, issuer, t.TempDir())
			if _, err := server.LoadCertificate(files, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatalf("the good pair: %v", err)
			}
			c.spoil(t, issuer, files)
			_, err := server.LoadCertificate(files, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatal("accepted")
			}
			for _, say := range c.says {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("%q does not say %q", err, say)
				}
			}
		})
	}
}

func TestAGroupMayReadTheKey(t *testing.T) {
	files := pairFor(t, testenv.NewIssuer(t), t.TempDir())
	mode(0o640)(t, nil, files)
	if _, err := server.LoadCertificate(files, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}

func TestACertificateForAnotherHostIsSaidAtTheStart(t *testing.T) {
	var log bytes.Buffer
	c, err := server.LoadCertificate(pairFor(t, testenv.NewIssuer(t), t.TempDir()), slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for url, warns := range map[string]bool{"https://doorward.test": false, "https://127.0.0.1:8443": false, "https://login.example.com": true} {
		log.Reset()
		c.WarnUnlessFor(url)
		if got := strings.Contains(log.String(), "not for the host of the public URL"); got != warns {
			t.Errorf("%s: %s", url, log.String())
		}
	}
}

func TestACertificateThatNobodyRenewsIsSaidOnceBeforeItsEndAndOnceAtIt(t *testing.T) {
	const day = 24 * time.Hour
	made := time.Now()
	clock := made
	files := testenv.NewIssuer(t).Write(t, t.TempDir(), made.Add(-time.Second), made.Add(60*day), "doorward.test")
	var log bytes.Buffer
	c, err := server.LoadCertificateAt(files, slog.New(slog.NewJSONHandler(&log, nil)), func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		days  int
		wants string
	}{{49, ""}, {51, "expires soon"}, {55, ""}, {61, "has expired"}, {62, ""}} {
		log.Reset()
		clock = made.Add(time.Duration(at.days) * day)
		c.Look(false)
		if got := log.String(); (at.wants == "") != (got == "") || !strings.Contains(got, at.wants) {
			t.Errorf("day %d: %q", at.days, got)
		}
	}
}

// pairFor writes a pair that is good for an hour.
func pairFor(t *testing.T, i *testenv.Issuer, dir string) config.TLS {
	t.Helper()
	return i.Write(t, dir, time.Now().Add(-time.Minute), time.Now().Add(time.Hour), "doorward.test", "127.0.0.1")
}

func mode(mode os.FileMode) func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
	return func(t *testing.T, _ *testenv.Issuer, f config.TLS) {
		if err := os.Chmod(f.Key, mode); err != nil {
			t.Fatal(err)
		}
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func removeAll(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}
