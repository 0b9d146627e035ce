package server_test

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// world is a whole server over the demo directory on one engine, with all that is known of it from outside and inside.
type world struct {
	*testing.T
	caller
	engine    string
	server    *server.Server
	authority *authority.Authority // another one on the same store: to prepare what a request needs
	watch     watch
	log       *buffer
	actors    map[string]authority.Actor
	secrets   map[string]bool // that requests were made with
	asked     int
	kept      map[string]string // made once for all requests
}

// unlimited keeps the rate limits out of the way; the guess budgets are, as every request has an address of its own.
const unlimited = "900000/min"

func newWorld(t *testing.T, engine string) *world {
	t.Helper()
	clock := testenv.NewClock()
	store, source := openSource(t, engine, sqlstore.Options{Clock: clock.Now})
	c := config.Config{
		PublicURL: testenv.InstallationURL, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Alephee: config.Alephee{Rate: unlimited}, Native: config.Native{Rate: unlimited},
	}
	opened := server.Opened{Store: store, Keys: secret.KeysFrom([32]byte{1, 2, 3}, [32]byte{4, 5, 6})}
	w := &world{
		T: t, engine: engine, authority: server.NewAuthority(opened, c), watch: startWatch(t, engine, source),
		log: &buffer{}, actors: map[string]authority.Actor{}, secrets: map[string]bool{}, kept: map[string]string{},
	}
	w.apply()
	w.server = server.New(opened, c, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	w.serve()
	return w
}

func openSource(t *testing.T, engine string, o sqlstore.Options) (store *sqlstore.Store, source string) {
	t.Helper()
	var err error
	if engine == "postgres" {
		source = testenv.PostgresDatabase(t)
		store, _, err = sqlstore.OpenPostgres(t.Context(), source, o)
	} else {
		dir := t.TempDir()
		source = "file:" + filepath.Join(dir, "doorward.db") + "?_pragma=busy_timeout(10000)"
		store, _, err = sqlstore.OpenSQLite(t.Context(), dir, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, source
}

// apply loads the demo directory with limits that no test reaches.
func (w *world) apply() {
	w.Helper()
	text := bytes.ReplaceAll(demo.Directory, []byte("30/min"), []byte(unlimited))
	d, err := directory.Read("directory.yaml", text)
	if err != nil {
		w.Fatal(err)
	}
	for i, c := range d.Credentials {
		if c.Kind == authority.Password || c.Kind == authority.PassCode {
			d.Credentials[i].PasswordHash, d.Credentials[i].Secret = cheaplyHashed(w.T, c.Secret), secret.Text{}
		}
	}
	if _, err := w.authority.Apply(w.Context(), authority.CommandLine(authority.Origin{}), d, authority.ApplyOptions{}); err != nil {
		w.Fatal(err)
	}
}

// cheaplyHashed keeps the hundreds of log-ins with a right name from being most of the test's time.
func cheaplyHashed(t *testing.T, clear secret.Text) secret.PasswordHash {
	t.Helper()
	salt := []byte("0123456789abcdef")
	derived, err := pbkdf2.Key(sha256.New, clear.Reveal(), salt, 1000, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(b []byte) string { return strings.ReplaceAll(base64.RawStdEncoding.EncodeToString(b), "+", ".") }
	hash, err := secret.ParsePasswordHash("$pbkdf2-sha256$1000$" + encode(salt) + "$" + encode(derived))
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// serve runs the server as doorward serve does, until the test ends.
func (w *world) serve() {
	w.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	w.address = listener.Addr().String()
	ctx, stop := context.WithCancel(w.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- w.server.Serve(ctx, listener, nil) }()
	w.Cleanup(func() {
		w.close()
		stop()
		if err := <-stopped; err != nil {
			w.Error(err)
		}
	})
}

// call sends a request from an address that nobody has asked from yet.
func (w *world) call(d draft) reply {
	w.Helper()
	w.asked++
	d.source = netip.AddrFrom4([4]byte{10, byte(w.asked >> 16), byte(w.asked >> 8), byte(w.asked)}).String()
	got, err := w.send(d)
	if err != nil {
		w.Fatalf("%.300q: %v", d.write(), err)
	}
	return got
}

// actor authenticates once, as passwords are slow.
func (w *world) actor(dialect, name string, proof authority.Proof) authority.Actor {
	w.Helper()
	by, known := w.actors[dialect+" "+name]
	if !known {
		var err error
		if by, err = w.authority.Authenticate(w.Context(), authority.Origin{Dialect: dialect}, proof); err != nil {
			w.Fatalf("%s in %s: %v", name, dialect, err)
		}
		w.actors[dialect+" "+name] = by
	}
	return by
}

func (w *world) session(by authority.Actor, r authority.SessionRequest) string {
	w.Helper()
	opened, err := w.authority.OpenSession(w.Context(), by, r)
	if err != nil {
		w.Fatal(err)
	}
	return opened.Token.Reveal()
}

func (w *world) loginToken(by authority.Actor, r authority.MintRequest) string {
	w.Helper()
	minted, err := w.authority.MintLoginToken(w.Context(), by, r)
	if err != nil {
		w.Fatal(err)
	}
	return minted.Text.Reveal()
}

// leaked returns a secret that a text holds, or nothing. Whatever is sent as a wrong value has the canary in it.
func (w *world) leaked(text string) string {
	text = strings.ToLower(text)
	for clear := range w.secrets {
		for _, spelled := range []string{clear, escape(clear), fmt.Sprintf("%x", clear)} {
			if strings.Contains(text, strings.ToLower(spelled)) {
				return clear
			}
		}
	}
	return ""
}

// buffer takes what several requests log at once.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// take returns what was logged since it was last taken.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.text.String()
	b.text.Reset()
	return text
}
