package facts

import (
	"bytes"

	"github.com/VictoriaMetrics/fastcache"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// bytesOfPrincipal is what is remembered of a person: its row, its credential's, the origin of its sessions and a name.
const bytesOfPrincipal = 600

// rows remembers, packed like sessions, the rows of principals, credentials and tenants, each under its fact, and origins
// and names under keys that are longer. A row holds while it is here: what changes is forgotten when it is said to have
// changed. What is here is put together again when it is needed, and at hand for a while when that happens again soon.
type rows struct{ packed *fastcache.Cache }

func keepRows(principals int) *rows {
	return &rows{fastcache.New(principals * bytesOfPrincipal)}
}

// longestRow is what a fastcache takes: it drops what is 64 KiB with its key without a word.
const longestRow = 60 << 10

// roomOfRow is enough for nearly every row; what is larger is not on the stack.
const roomOfRow = 512

// put keeps what is not there yet: the oldest is written over first, so that nothing is written twice.
func (r *rows) put(key, row []byte) {
	var room [roomOfRow]byte
	if !bytes.Equal(r.packed.Get(room[:0], key), row) {
		r.packed.Set(key, row)
	}
}

func (r *rows) forget(f fact) { r.packed.Del(f[:]) }

func (r *rows) forgetAll() { r.packed.Reset() }

func (r *rows) has(f fact) bool { return r.packed.Has(f[:]) }

func (r *rows) get(key []byte) (packedRow, bool) {
	var room [roomOfRow]byte
	p := packedRow{string(r.packed.Get(room[:0], key))}
	return p, len(p.left) > 0
}

// row returns what is packed under a fact. A fact is a short name: whose row it is has to be asked, and of which kind.
func (r *rows) row(f fact, kind byte) (packedRow, bool) {
	p, ok := r.get(f[:])
	return p, ok && p.byte() == kind
}

// principal returns a principal and what it is granted.
func (r *rows) principal(id grant.PrincipalID) (p authority.Principal, grants []grant.Grant, ok bool) {
	row, ok := r.row(factOf(authority.FeedPrincipal, string(id)), rowOfPrincipal)
	if !ok {
		return p, nil, false
	}
	p, grants = unpackPrincipal(&row)
	return p, grants, p.ID == id
}

func (r *rows) credential(id authority.CredentialID) (c authority.Credential, ok bool) {
	row, ok := r.row(factOf(authority.FeedCredential, id.String()), rowOfCredential)
	if !ok {
		return c, false
	}
	c = unpackCredential(&row)
	return c, c.ID == id
}

func (r *rows) tenant(id tenant.ID) (t authority.Tenant, ok bool) {
	row, ok := r.row(factOf(authority.FeedTenant, string(id)), rowOfTenant)
	if !ok {
		return t, false
	}
	t, ok = unpackTenant(&row)
	return t, ok && t.ID == id
}

// The names under which somebody was found. They are guesses: who was found is asked whether it still has the name.

const (
	nameOfOrigin = 1 + iota
	nameOfKey
	nameOfEmail
	nameOfOwned
)

func name[T ~string | ~[]byte](kind byte, text T) []byte {
	return append([]byte{kind}, text...)
}

func (r *rows) named(name []byte) (string, bool) {
	row, ok := r.get(name)
	return row.left, ok
}

func (r *rows) call(name []byte, who string) { r.put(name, []byte(who)) }
