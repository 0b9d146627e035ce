package facts

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// packing writes a row, field after field; packed reads it in the same order.
type packing []byte

func text[T ~string](b *packing, values ...T) {
	for _, v := range values {
		*b = binary.AppendUvarint(*b, uint64(len(v)))
		*b = append(*b, v...)
	}
}

// list keeps apart no list and an empty one.
func list[T any](b *packing, values []T, each func(T)) {
	if values == nil {
		*b = append(*b, 0)
		return
	}
	*b = binary.AppendUvarint(*b, uint64(len(values))+1)
	for _, v := range values {
		each(v)
	}
}

func (b *packing) number(values ...int64) {
	for _, v := range values {
		*b = binary.AppendVarint(*b, v)
	}
}

func (b *packing) times(values ...time.Time) {
	for _, v := range values {
		b.number(micros(v))
	}
}

// raw writes those that are not all zero, after a byte that says which: of most rows they are.
func (b *packing) raw(values ...[]byte) {
	at, has := len(*b), byte(0)
	*b = append(*b, has)
	for i, v := range values {
		if !isZero(v) {
			has |= 1 << i
			*b = append(*b, v...)
		}
	}
	(*b)[at] = has
}

func isZero(v []byte) bool {
	return !slices.ContainsFunc(v, func(b byte) bool { return b != 0 })
}

func texts[T ~string](p *packed, into ...*T) {
	for _, v := range into {
		*v = T(p.text())
	}
}

func listOf[T any](p *packed, each func() T) []T {
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

func (p *packed) times(into ...*time.Time) {
	for _, v := range into {
		*v = at(p.varint())
	}
}

func (p *packed) raws(into ...[]byte) {
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
	text(&b, w.ID, w.CreatedBy, w.UpdatedBy)
	text(&b, w.Organisation)
	text(&b, w.Email, w.Username, w.Name)
	text(&b, w.Status)
	b.times(w.HeldAt, w.CreatedAt, w.UpdatedAt)
	list(&b, grants, func(g grant.Grant) {
		text(&b, g.Tenant)
		text(&b, g.Role)
		b = append(b, flag(g.Inactive, isInactive)|flag(g.Primary, isPrimary))
		b.number(g.Position)
	})
	return b
}

func (p *packed) principal() (w authority.Principal, grants []grant.Grant) {
	texts(p, &w.ID, &w.CreatedBy, &w.UpdatedBy)
	texts(p, &w.Organisation)
	texts(p, &w.Email, &w.Username, &w.Name)
	texts(p, &w.Status)
	p.times(&w.HeldAt, &w.CreatedAt, &w.UpdatedAt)
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
	b.raw(c.ID[:], c.ReplacedBy[:], c.Lookup[:], c.Verifier[:])
	text(&b, c.Kind)
	text(&b, c.Principal, c.CreatedBy)
	text(&b, c.Name, c.PublicID, c.PublicKeys)
	text(&b, c.PasswordHash)
	text(&b, c.Status)
	b = append(b, flag(c.Weak, 1))
	b.number(int64(c.Audience))
	b.times(c.ExpiresAt, c.RevokedAt, c.SecretAt, c.CreatedAt, c.UpdatedAt)
	list(&b, c.Tenants, func(v tenant.ID) { text(&b, v) })
	list(&b, c.Permissions, func(v grant.Permission) { text(&b, v) })
	list(&b, c.Dialects, func(v string) { text(&b, v) })
	list(&b, c.Networks, func(v netip.Prefix) { text(&b, v.String()) })
	var limits []string
	if c.Limits != nil {
		limits = []string{}
	}
	for route := range c.Limits {
		limits = append(limits, route)
	}
	slices.Sort(limits) // the same row is always packed the same
	list(&b, limits, func(route string) {
		text(&b, route)
		b.number(int64(c.Limits[route]))
	})
	return b
}

func (p *packed) credential() (c authority.Credential) {
	p.raws(c.ID[:], c.ReplacedBy[:], c.Lookup[:], c.Verifier[:])
	texts(p, &c.Kind)
	texts(p, &c.Principal, &c.CreatedBy)
	texts(p, &c.Name, &c.PublicID, &c.PublicKeys)
	texts(p, &c.PasswordHash)
	texts(p, &c.Status)
	c.Weak = p.byte() != 0
	c.Audience = authority.AudienceID(p.varint())
	p.times(&c.ExpiresAt, &c.RevokedAt, &c.SecretAt, &c.CreatedAt, &c.UpdatedAt)
	c.Tenants = listOf(p, func() tenant.ID { return tenant.ID(p.text()) })
	c.Permissions = listOf(p, func() grant.Permission { return grant.Permission(p.text()) })
	c.Dialects = listOf(p, p.text)
	c.Networks = listOf(p, func() netip.Prefix {
		network, _ := netip.ParsePrefix(p.text()) // it was one
		return network
	})
	type limit struct {
		route string
		most  int
	}
	if limits := listOf(p, func() limit { return limit{p.text(), int(p.varint())} }); limits != nil {
		c.Limits = map[string]int{}
		for _, l := range limits {
			c.Limits[l.route] = l.most
		}
	}
	return c
}

// packTenant packs a tenant; ok is false for one whose profile cannot be.
func packTenant(b packing, t *authority.Tenant) (_ packing, ok bool) {
	b = append(b, rowOfTenant)
	text(&b, t.ID, t.Parent)
	text(&b, t.Name, t.Portal)
	text(&b, t.Status)
	b.number(t.Position)
	b.times(t.HeldAt, t.CreatedAt, t.UpdatedAt)
	f := &t.Profile
	text(&b, f.BusinessName, f.DocType, f.DocNumber, f.OwnCode, f.PickupCode, f.Repcode, f.ServicePhone, f.ServiceEmail)
	label, err := []byte(nil), error(nil)
	if f.Whitelabel != nil {
		label, err = json.Marshal(f.Whitelabel, json.Deterministic(true))
	}
	text(&b, string(label))
	return b, err == nil
}

func (p *packed) tenant() (t *authority.Tenant, ok bool) {
	t = &authority.Tenant{}
	texts(p, &t.ID, &t.Parent)
	texts(p, &t.Name, &t.Portal)
	texts(p, &t.Status)
	t.Position = p.varint()
	p.times(&t.HeldAt, &t.CreatedAt, &t.UpdatedAt)
	f := &t.Profile
	texts(p, &f.BusinessName, &f.DocType, &f.DocNumber, &f.OwnCode, &f.PickupCode, &f.Repcode, &f.ServicePhone, &f.ServiceEmail)
	if label := p.text(); label != "" && json.Unmarshal([]byte(label), &f.Whitelabel) != nil {
		return nil, false
	}
	return t, true
}

func packOrigin(b packing, o *origin) packing {
	text(&b, o.kind)
	text(&b, o.subject, o.actor)
	text(&b, o.organisation, o.account, o.unit)
	b.number(int64(o.audience), o.secretAt, int64(o.idleLifetime))
	b.raw(o.credential[:], o.client[:])
	b = append(b, flag(o.narrowed, 1))
	text(&b, o.permissions, o.thumbprint, o.dialect)
	return b
}

func (p *packed) origin() (o origin) {
	texts(p, &o.kind)
	texts(p, &o.subject, &o.actor)
	texts(p, &o.organisation, &o.account, &o.unit)
	o.audience, o.secretAt, o.idleLifetime = authority.AudienceID(p.varint()), p.varint(), time.Duration(p.varint())
	p.raws(o.credential[:], o.client[:])
	o.narrowed = p.byte() != 0
	texts(p, &o.permissions, &o.thumbprint, &o.dialect)
	return o
}
