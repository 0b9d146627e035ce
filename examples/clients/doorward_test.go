package clients_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// doorward is the real program, serving the directory of testdata.
type doorward struct {
	program, data, url string
	private            string // the JWK that the signing shop signs with
}

func start(t *testing.T) doorward {
	t.Helper()
	d := doorward{program: filepath.Join(t.TempDir(), "doorward"), data: t.TempDir()}
	d.run(t, "go", "build", "-o", d.program, "../../cmd/doorward")
	d.run(t, d.program, "apply", d.directory(t), "--data", d.data)
	serve := d.command(t, d.program, "serve", "--data", d.data, "--listen", "127.0.0.1:0")
	log, err := serve.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	serve.Cancel = func() error { return serve.Process.Signal(syscall.SIGTERM) }
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	serving, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var line struct{ Msg, Address string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				serving <- line.Address
			}
		}
	}()
	t.Cleanup(func() { <-ended; _ = serve.Wait() })
	select {
	case address := <-serving:
		d.url = "http://" + address
	case <-ended:
		t.Fatal("the server ended before it served")
	}
	return d
}

// directory is the file of testdata with a key pair made for this run.
func (d *doorward) directory(t *testing.T) string {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: "one", Algorithm: "ES256", Use: "sig"}
	d.private = asJSON(t, key)
	text, err := os.ReadFile("testdata/directory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	public := asJSON(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	file := filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "JWKS", "'"+public+"'")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// clientID is how OAuth clients call the credential of that name.
func (d doorward) clientID(t *testing.T, name string) string {
	t.Helper()
	for lines := json.NewDecoder(bytes.NewReader(d.run(t, d.program, "credential", "list", "--json", "--data", d.data))); lines.More(); {
		var c struct {
			ID       string `json:"id"`
			Name     string `json:"name"`
			PublicID string `json:"public_id"`
		}
		if err := lines.Decode(&c); err != nil {
			t.Fatal(err)
		}
		if c.Name == name && c.PublicID != "" {
			return c.PublicID
		}
		if c.Name == name {
			return c.ID
		}
	}
	t.Fatalf("there is no credential %q", name)
	return ""
}

func (d doorward) command(t *testing.T, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "DOORWARD_") })
	return c
}

func (d doorward) run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := d.command(t, name, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
		}
		t.Fatal(err)
	}
	return out
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
