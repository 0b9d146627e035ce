package secret

import (
	"crypto/rand"
	"strconv"
)

// repeatable is a stream of bytes that only the pepper and its fields lead to.
type repeatable struct {
	pepper *[keyBytes]byte
	fields []string
	blocks int
	rest   []byte
}

// Repeatable returns keys that mint the same secrets again for the same seed and text, in the same order and for the
// same times, so that a repeated request is answered alike while no clear text is stored. The seed must be fresh for
// each request that is not a repeat: two that share one share their secrets.
func (k *Keys) Repeatable(seed ID, text Text) *Keys {
	again := *k
	again.repeat = &repeatable{pepper: k.pepper, fields: []string{"repeatable", string(seed[:]), text.Reveal()}}
	return &again
}

// draw fills b with what nobody can guess.
func (k *Keys) draw(b []byte) {
	if k.repeat == nil {
		_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
		return
	}
	k.repeat.draw(b)
}

func (r *repeatable) draw(b []byte) {
	for len(r.rest) < len(b) {
		r.rest = append(r.rest, framedMAC(r.pepper, append(r.fields, strconv.Itoa(r.blocks))...)...)
		r.blocks++
	}
	r.rest = r.rest[copy(b, r.rest):]
}
