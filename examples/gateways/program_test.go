package gateways_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is a gateway of Debian with its configuration of this folder.
type program struct {
	title, folder string
	files         []string // its configuration
	path          string   // of the executable
	args          func(dir string) []string
	filled        []string // pairs of what stands in the configuration and what is put in for it
}

var programs = []program{
	{"nginx", "nginx", []string{"nginx.conf"}, "/usr/sbin/nginx", func(dir string) []string {
		return []string{"-p", dir, "-c", dir + "/nginx.conf", "-e", "stderr", "-g", "daemon off; master_process off; pid " + dir + "/nginx.pid;"}
	}, nil},
	{"Caddy", "caddy", []string{"Caddyfile"}, "/usr/bin/caddy", func(string) []string {
		return []string{"run", "--adapter", "caddyfile", "--config", "Caddyfile"}
	}, nil},
	{"HAProxy", "haproxy", []string{"haproxy.cfg", "doorward.lua"}, "/usr/sbin/haproxy", func(string) []string {
		return []string{"-db", "-f", "haproxy.cfg"}
	}, nil},
	{"Apache, mod_lua", "apache", []string{"httpd.conf", "doorward.lua"}, "/usr/sbin/apache2", func(dir string) []string {
		return []string{"-X", "-d", dir, "-f", "httpd.conf"}
	}, nil},
}

// The addresses that the configurations are written with.
const (
	doorwardAddress    = "127.0.0.1:8080"
	applicationAddress = "127.0.0.1:9000"
	gatewayAddress     = "127.0.0.1:8000"
)

// start runs the program with its configuration, other addresses put in, and returns where it listens.
func (p program) start(t *testing.T, doorward, application string) (address string) {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	for _, name := range p.files {
		text, err := os.ReadFile(filepath.Join(p.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		adapted := strings.NewReplacer(append(p.filled, doorwardAddress, doorward, applicationAddress, application, gatewayAddress, address)...).Replace(string(text))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(adapted), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var output bytes.Buffer
	command := exec.Command(p.path, p.args(dir)...)
	command.Dir, command.Stdout, command.Stderr = dir, &output, &output
	command.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		t.Fatalf("%v; scripts/prepare installs it", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", p.title, output.String())
			if log, err := os.ReadFile(filepath.Join(dir, "error.log")); err == nil {
				t.Logf("its log:\n%s", log)
			}
		}
	})
	waitFor(t, address, ended)
	return address
}

// waitFor returns when something listens, and fails when the program has ended before.
func waitFor(t *testing.T, address string, ended <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			connection.Close()
			return
		}
		select {
		case <-ended:
			t.Fatal("it has ended")
		case <-ctx.Done():
			t.Fatal("it does not listen")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freeAddress returns an address that nobody listens on just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
