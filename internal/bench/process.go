package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	startBound = 5 * time.Minute // a store of 10 million sessions may have a log to recover
	stopBound  = 30 * time.Second
	pollEvery  = time.Millisecond
)

// process is a child of ours that serves HTTP.
type process struct {
	command *exec.Cmd
	url     string
	began   time.Time
	ready   time.Time
	ended   chan error
	warm    chan struct{}
	output  *tail
}

// start runs this same program pinned to some cores, and waits until path answers 200.
func start(ctx context.Context, cpus []int, log io.Writer, path string, arguments ...string) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{url: "http://" + address, ended: make(chan error, 1), warm: make(chan struct{})}
	p.output = &tail{to: log, warm: p.warm}
	// Not by ctx: it is ended in order, so that its store is closed.
	p.command = exec.Command(self, append(arguments, "--listen", address)...)
	p.command.Args[0] = os.Args[0]
	p.command.Env = ownEnvironment()
	written, err := p.readOutput()
	if err != nil {
		return nil, err
	}
	defer written.Close() // the child has its own
	p.command.Stderr = written
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches us first
	if err := p.startPinned(cpus); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.command.Wait() }()
	if err := p.await(ctx, path); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// outputRoom is what the pipe of a child's output holds: more than it logs while the generator takes no breath. A server
// that waits for somebody to read its log would be measured.
const outputRoom = 1 << 20

// readOutput returns where the child writes, and reads it until that is closed.
func (p *process) readOutput() (written *os.File, err error) {
	read, written, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	widen(written, outputRoom)
	go func() {
		_, _ = io.Copy(p.output, read)
		_ = read.Close()
	}()
	return written, nil
}

// ownEnvironment is this process's without what would configure the child in place of its flags.
func ownEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(one string) bool { return strings.HasPrefix(one, "DOORWARD_") })
}

// startPinned starts the child from a thread that may run on cpus only, which the child inherits before its runtime
// counts its cores.
func (p *process) startPinned(cpus []int) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		var err error
		if len(cpus) > 0 {
			err = pinThread(0, cpus)
		}
		if p.began = time.Now(); err == nil {
			err = p.command.Start()
		}
		done <- err
	}()
	return <-done
}

// await asks until the child answers, or has ended.
func (p *process) await(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startBound)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if answers(ctx, p.url+path) {
			p.ready = time.Now()
			return nil
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			return fmt.Errorf("%s did not start: %w\n%s", p.command.Args[1], err, p.output.text())
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w\n%s", p.command.Args[1], ctx.Err(), p.output.text())
		case <-tick.C:
		}
	}
}

// awaitWarm waits until the child has read ahead what it will be asked for.
func (p *process) awaitWarm(ctx context.Context) error {
	select {
	case <-p.warm:
		return nil
	case err := <-p.ended:
		p.ended <- err
		return fmt.Errorf("%s ended: %w\n%s", p.command.Args[1], err, p.output.text())
	case <-ctx.Done():
		return ctx.Err()
	}
}

func answers(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// stop ends the child as an operator would, and by force when it does not end.
func (p *process) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		p.ended <- err
		return err
	case <-time.After(stopBound):
		_ = p.command.Process.Kill()
		err := <-p.ended
		p.ended <- err
		return errors.Join(fmt.Errorf("%s did not stop within %s", p.command.Args[1], stopBound), err)
	}
}

func (p *process) pid() int { return p.command.Process.Pid }

func (p *process) address() string { return strings.TrimPrefix(p.url, "http://") }

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tail passes a child's log on and keeps the end of it, to say why it did not start.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	last []byte
	warm chan struct{} // closed when the child says that it is
}

// warmLine is in the line of the log that says that what lives has been read ahead.
const warmLine = `"live sessions are in memory"`

func (t *tail) Write(b []byte) (int, error) {
	const most = 2000
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if t.warm != nil && strings.Contains(string(t.last), warmLine) {
		close(t.warm)
		t.warm = nil
	}
	if len(t.last) > 2*most {
		t.last = append([]byte(nil), t.last[len(t.last)-most:]...)
	}
	if t.to == nil {
		return len(b), nil
	}
	return t.to.Write(b)
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
