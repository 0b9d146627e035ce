package facts

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// packing writes a row, field after field; packed reads it in the same order. Each step returns what it has written to: a
// row that was written through a pointer would not stay on the stack.
type packing []byte

func text[T ~string](b packing, values ...T) packing {
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	return b
}

// list keeps apart no list and an empty one.
func list[T any](b packing, values []T, each func(packing, T) packing) packing {
	if values == nil {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(values))+1)
	for _, v := range values {
		b = each(b, v)
	}
	return b
}

func (b packing) number(values ...int64) packing {
	for _, v := range values {
		b = binary.AppendVarint(b, v)
	}
	return b
}

func (b packing) times(values ...time.Time) packing {
	for _, v := range values {
		b = b.number(micros(v))
	}
	return b
}

// raw writes those that are not all zero, after a byte that says which: of most rows they are.
func (b packing) raw(values ...[]byte) packing {
	at, has := len(b), byte(0)
	b = append(b, has)
	for i, v := range values {
		if !isZero(v) {
			has |= 1 << i
			b = append(b, v...)
		}
	}
	b[at] = has
	return b
}

func isZero(v []byte) bool {
	return !slices.ContainsFunc(v, func(b byte) bool { return b != 0 })
}

// packedRow is a row that is read. Its texts are parts of it.
type packedRow = packed[string]

func texts[T ~string](p *packedRow, into ...*T) {
	for _, v := range into {
		*v = T(textOf(p))
	}
}

func textOf(p *packedRow) string {
	n := p.uvarint()
	text := p.left[:n]
	p.left = p.left[n:]
	return text
}

func listOf[T any](p *packedRow, each func() T) []T {
	n := p.uvarint()
	if n == 0 {
		return nil
	}
	values := make([]T, n-1)
	for i := range values {
		values[i] = each()
	}
	return values
}

func timesOf(p *packedRow, into ...*time.Time) {
	for _, v := range into {
		*v = at(p.varint())
	}
}

func raws(p *packedRow, into ...[]byte) {
	has := p.byte()
	for i, v := range into {
		if has&(1<<i) != 0 {
			p.bytes(v)
		}
	}
}

const (
	isInactive = 1 << iota
	isPrimary
)

// What a row begins with, by which it is known for what it is.
const (
	rowOfPrincipal = iota
	rowOfCredential
	rowOfTenant
)

func packPrincipal(b packing, w *authority.Principal, grants []grant.Grant) packing {
	b = append(b, rowOfPrincipal)
	b = text(b, w.ID, w.CreatedBy, w.UpdatedBy)
	b = text(b, w.Organisation)
	b = text(b, w.Email, w.Username, w.Name)
	b = text(b, w.Status)
	b = b.times(w.HeldAt, w.CreatedAt, w.UpdatedAt)
	return list(b, grants, func(b packing, g grant.Grant) packing {
		b = text(b, g.Tenant)
		b = text(b, g.Role)
		b = append(b, flag(g.Inactive, isInactive)|flag(g.Primary, isPrimary))
		return b.number(g.Position)
	})
}

func unpackPrincipal(p *packedRow) (w authority.Principal, grants []grant.Grant) {
	texts(p, &w.ID, &w.CreatedBy, &w.UpdatedBy)
	texts(p, &w.Organisation)
	texts(p, &w.Email, &w.Username, &w.Name)
	texts(p, &w.Status)
	timesOf(p, &w.HeldAt, &w.CreatedAt, &w.UpdatedAt)
	grants = listOf(p, func() (g grant.Grant) {
		g.Principal = w.ID
		texts(p, &g.Tenant)
		texts(p, &g.Role)
		has := p.byte()
		g.Inactive, g.Primary, g.Position = has&isInactive != 0, has&isPrimary != 0, p.varint()
		return g
	})
	return w, grants
}

func packCredential(b packing, c *authority.Credential) packing {
	b = append(b, rowOfCredential)
	b = b.raw(c.ID[:], c.ReplacedBy[:], c.Lookup[:], c.Verifier[:])
	b = text(b, c.Kind)
	b = text(b, c.Principal, c.CreatedBy)
	b = text(b, c.Name, c.PublicID, c.PublicKeys)
	b = text(b, c.PasswordHash)
	b = text(b, c.Status)
	b = append(b, flag(c.Weak, 1))
	b = b.number(int64(c.Audience))
	b = b.times(c.ExpiresAt, c.RevokedAt, c.SecretAt, c.CreatedAt, c.UpdatedAt)
	b = list(b, c.Tenants, func(b packing, v tenant.ID) packing { return text(b, v) })
	b = list(b, c.Permissions, func(b packing, v grant.Permission) packing { return text(b, v) })
	b = list(b, c.Dialects, func(b packing, v string) packing { return text(b, v) })
	b = list(b, c.Networks, func(b packing, v netip.Prefix) packing { return text(b, v.String()) })
	var limits []string
	if c.Limits != nil {
		limits = []string{}
	}
	for route := range c.Limits {
		limits = append(limits, route)
	}
	slices.Sort(limits) // the same row is always packed the same
	return list(b, limits, func(b packing, route string) packing {
		return text(b, route).number(int64(c.Limits[route]))
	})
}

func unpackCredential(p *packedRow) (c authority.Credential) {
	raws(p, c.ID[:], c.ReplacedBy[:], c.Lookup[:], c.Verifier[:])
	texts(p, &c.Kind)
	texts(p, &c.Principal, &c.CreatedBy)
	texts(p, &c.Name, &c.PublicID, &c.PublicKeys)
	texts(p, &c.PasswordHash)
	texts(p, &c.Status)
	c.Weak = p.byte() != 0
	c.Audience = authority.AudienceID(p.varint())
	timesOf(p, &c.ExpiresAt, &c.RevokedAt, &c.SecretAt, &c.CreatedAt, &c.UpdatedAt)
	c.Tenants = listOf(p, func() tenant.ID { return tenant.ID(textOf(p)) })
	c.Permissions = listOf(p, func() grant.Permission { return grant.Permission(textOf(p)) })
	c.Dialects = listOf(p, func() string { return textOf(p) })
	c.Networks = listOf(p, func() netip.Prefix {
		network, _ := netip.ParsePrefix(textOf(p)) // it was one
		return network
	})
	type limit struct {
		route string
		most  int
	}
	if limits := listOf(p, func() limit { return limit{textOf(p), int(p.varint())} }); limits != nil {
		c.Limits = map[string]int{}
		for _, l := range limits {
			c.Limits[l.route] = l.most
		}
	}
	return c
}

// packTenant packs a tenant; ok is false for one whose profile cannot be.
func packTenant(b packing, t *authority.Tenant) (_ packing, ok bool) {
	label, err := []byte(nil), error(nil)
	if t.Profile.Whitelabel != nil {
		label, err = json.Marshal(t.Profile.Whitelabel, json.Deterministic(true))
	}
	b = text(append(b, rowOfTenant), string(label))
	b = text(b, t.ID, t.Parent)
	b = text(b, t.Name, t.Portal)
	b = text(b, t.Status)
	b = b.number(t.Position)
	b = b.times(t.HeldAt, t.CreatedAt, t.UpdatedAt)
	f := &t.Profile
	b = text(b, f.BusinessName, f.DocType, f.DocNumber, f.OwnCode, f.PickupCode, f.Repcode, f.ServicePhone, f.ServiceEmail)
	return b, err == nil
}

func unpackTenant(p *packedRow) (t authority.Tenant, ok bool) {
	if label := textOf(p); label != "" {
		if json.Unmarshal([]byte(label), &t.Profile.Whitelabel) != nil {
			return t, false
		}
		p.left = strings.Clone(p.left) // or the other texts would keep it
	}
	texts(p, &t.ID, &t.Parent)
	texts(p, &t.Name, &t.Portal)
	texts(p, &t.Status)
	t.Position = p.varint()
	timesOf(p, &t.HeldAt, &t.CreatedAt, &t.UpdatedAt)
	f := &t.Profile
	texts(p, &f.BusinessName, &f.DocType, &f.DocNumber, &f.OwnCode, &f.PickupCode, &f.Repcode, &f.ServicePhone, &f.ServiceEmail)
	return t, true
}

func packOrigin(b packing, o *origin) packing {
	b = text(b, o.kind)
	b = text(b, o.subject, o.actor)
	b = text(b, o.organisation, o.account, o.unit)
	b = b.number(int64(o.audience), o.secretAt, int64(o.idleLifetime))
	b = b.raw(o.credential[:], o.client[:])
	b = append(b, flag(o.narrowed, 1))
	return text(b, o.permissions, o.thumbprint, o.dialect)
}

func unpackOrigin(p *packedRow) (o origin) {
	texts(p, &o.kind)
	texts(p, &o.subject, &o.actor)
	texts(p, &o.organisation, &o.account, &o.unit)
	o.audience, o.secretAt, o.idleLifetime = authority.AudienceID(p.varint()), p.varint(), time.Duration(p.varint())
	raws(p, o.credential[:], o.client[:])
	o.narrowed = p.byte() != 0
	texts(p, &o.permissions, &o.thumbprint, &o.dialect)
	return o
}
