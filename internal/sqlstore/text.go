package sqlstore

import (
	"strconv"
	"strings"
	"sync"
)

// texts turns the one query text into an engine's own, once each.
type texts struct {
	words  *strings.Replacer // {now}, {epoch}, {lock directory}, {lock signing keys}
	dollar bool              // $1, $2, … for PostgreSQL
	ready  sync.Map          // text → text
}

func (t *texts) of(text string) string {
	if ready, ok := t.ready.Load(text); ok {
		return ready.(string)
	}
	ready := t.words.Replace(text)
	if t.dollar {
		ready = rebind(ready)
	}
	t.ready.Store(text, ready)
	return ready
}

// rebind numbers the placeholders. Our query texts hold no ? but placeholders.
func rebind(text string) string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// placeholders returns a list for IN. The length is rounded up to a power of four, with the last argument repeated,
// so that there are few different texts to prepare.
func placeholders[T any](list []T, arg func(T) any) (text string, args []any) {
	n := 1
	for n < len(list) {
		n *= 4
	}
	args = make([]any, n)
	for i := range args {
		args[i] = arg(list[min(i, len(list)-1)])
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")", args
}

// isWrite reports whether a statement that returns rows may also change some: every one that is not plainly a read.
func isWrite(text string) bool {
	text = strings.TrimSpace(text)
	return !strings.HasPrefix(text, "SELECT") && (!strings.HasPrefix(text, "WITH") || strings.Contains(text, "RETURNING"))
}
