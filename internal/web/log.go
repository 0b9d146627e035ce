package web

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// linesKept is for how long a line may wait to be written together with others.
	linesKept = 100 * time.Millisecond
	// linesAtOnce is how many bytes of lines wait at most.
	linesAtOnce = 64 << 10
)

// NewLog returns a log that writes JSON lines, many at a time: a system call for each line costs more than the line. One
// that warns is written at once, with all before it. flush writes what waits; what nobody has flushed when the process is
// killed, of the last tenth of a second at most, is lost.
func NewLog(out io.Writer) (log *slog.Logger, flush func()) {
	l := &lines{out: out}
	return slog.New(prompt{slog.NewJSONHandler(l, nil), l, true}), l.flush
}

// lines is a writer that keeps lines for a moment.
type lines struct {
	out io.Writer

	mu      sync.Mutex
	waiting []byte
	due     bool // somebody will flush

	writing sync.Mutex // whoever holds it may write; taken before mu
	spare   []byte
}

// Write keeps a line. It waits only while there are too many, for as long as out takes.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	l.waiting = append(l.waiting, line...)
	full, first := len(l.waiting) >= linesAtOnce, !l.due
	l.due = true
	l.mu.Unlock()
	switch {
	case full:
		l.flush()
	case first:
		time.AfterFunc(linesKept, l.flush)
	}
	return len(line), nil
}

func (l *lines) flush() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	now := l.waiting
	l.waiting, l.due = l.spare[:0], false
	l.mu.Unlock()
	if len(now) > 0 {
		_, _ = l.out.Write(now) // there is nowhere to say it
	}
	l.spare = now
}

// prompt is a handler whose warnings do not wait.
type prompt struct {
	slog.Handler
	lines *lines
	bare  bool // nothing was added to what each line says
}

// Handle writes a line, and all before it when it warns.
func (p prompt) Handle(ctx context.Context, r slog.Record) error {
	err := p.write(ctx, r)
	if r.Level >= slog.LevelWarn {
		p.lines.flush()
	}
	return err
}

func (p prompt) write(ctx context.Context, r slog.Record) error {
	if p.bare {
		var room [512]byte // a line about a request has half as much
		if line, ok := appendPlain(room[:0], r); ok {
			_, err := p.lines.Write(line)
			return err
		}
	}
	return p.Handler.Handle(ctx, r)
}

// WithAttrs stays prompt.
func (p prompt) WithAttrs(attrs []slog.Attr) slog.Handler {
	return prompt{p.Handler.WithAttrs(attrs), p.lines, false}
}

// WithGroup stays prompt.
func (p prompt) WithGroup(name string) slog.Handler {
	return prompt{p.Handler.WithGroup(name), p.lines, false}
}
