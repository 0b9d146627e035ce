package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// lines is a file of lines of one length, mapped and not read: ten million secrets are more than should be held.
type lines struct {
	mapped []byte
	length int // with the line break
}

func openLines(name string) (l lines, err error) {
	file, err := os.Open(name)
	if err != nil {
		return l, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return l, err
	}
	if info.Size() == 0 {
		return l, fmt.Errorf("%s is empty", name)
	}
	if l.mapped, err = syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED); err != nil {
		return l, err
	}
	l.length = bytes.IndexByte(l.mapped, '\n') + 1
	if l.length == 0 || len(l.mapped)%l.length != 0 {
		return l, errors.Join(fmt.Errorf("the lines of %s are not all of one length", name), l.close())
	}
	return l, nil
}

func (l lines) count() int64 { return int64(len(l.mapped) / l.length) }

func (l lines) at(n int64) string {
	begin := int(n) * l.length
	return string(l.mapped[begin : begin+l.length-1])
}

func (l lines) close() error { return syscall.Munmap(l.mapped) }

// loginTokens are minted and not redeemed yet, the oldest first. Those that have expired are thrown away.
type loginTokens struct {
	mu   sync.Mutex
	held []loginToken
	next int
}

type loginToken struct {
	text string
	ends time.Time
}

// put keeps a token until shortly before it expires.
func (t *loginTokens) put(text string, lifetime time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, loginToken{text, time.Now().Add(lifetime - time.Second)})
}

func (t *loginTokens) take() (text string, ok bool) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next < len(t.held) {
		first := t.held[t.next]
		if t.next++; now.Before(first.ends) {
			return first.text, true
		}
	}
	t.held, t.next = nil, 0
	return "", false
}

func (t *loginTokens) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.held) - t.next
}
