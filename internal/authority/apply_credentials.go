package authority

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// wantedCredential is a credential of the directory with the fingerprints it will have.
type wantedCredential struct {
	Credential
	clear  secret.Text         // of a password or a pass code
	ready  secret.PasswordHash // instead of it
	hashed *hashedSecret
	stored bool // the secret is only in the store
	line   int
}

func (p *application) planCredentials() {
	for _, c := range p.directory.Credentials {
		w := wantedCredential{
			Credential: c.Credential, ready: c.PasswordHash, hashed: &hashedSecret{}, stored: c.Stored, line: c.Line,
		}
		if w.byName() {
			p.plan.named[nameOf(c.Credential)] = true
			p.plan.credentials = append(p.plan.credentials, w)
			continue
		}
		if c.Kind != Password {
			w.Lookup = p.LookupOf(c.Kind, c.Key)
			p.plan.lookups[w.Lookup] = true
		}
		switch c.Kind {
		case KeyPair:
			w.Verifier = p.keys.Fingerprint(secret.PurposePairSecret, c.Secret)
		case Password, PassCode:
			w.clear = c.Secret
		}
		w.PasswordHash = ""
		if c.isWeakKey() {
			p.report.WeakKeys = append(p.report.WeakKeys, c.shown())
		}
		p.plan.credentials = append(p.plan.credentials, w)
	}
}

func (p *application) applyCredentials(ctx context.Context) error {
	for batch := range slices.Chunk(p.plan.credentials, applyBatch) {
		err := p.step(ctx, &p.report.Credentials, len(batch), func(ctx context.Context, v View) (difference, error) {
			return p.compareCredentials(ctx, v, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// storedCredentials are those that a batch may be about.
type storedCredentials struct {
	byLookup map[secret.Fingerprint]Credential
	of       map[grant.PrincipalID][]Credential
}

func loadCredentials(ctx context.Context, v View, batch []wantedCredential) (s storedCredentials, err error) {
	var lookups []secret.Fingerprint
	var principals []grant.PrincipalID
	for _, want := range batch {
		if want.Kind != Password && !want.byName() {
			lookups = append(lookups, want.Lookup)
		}
		if want.Kind == Password || want.Kind == ManagerKey || want.byName() {
			principals = append(principals, want.Principal)
		}
	}
	found, err := v.Credentials(ctx, lookups)
	if err != nil {
		return s, err
	}
	owned, err := v.CredentialsOf(ctx, principals)
	s.byLookup = keyed(found, func(c Credential) secret.Fingerprint { return c.Lookup })
	s.of = map[grant.PrincipalID][]Credential{}
	for _, c := range owned {
		s.of[c.Principal] = append(s.of[c.Principal], c)
	}
	return s, err
}

// find returns the stored credential that a wanted one is.
func (s storedCredentials) find(want wantedCredential) (Credential, bool) {
	if want.byName() {
		return newestNamed(s.of[want.Principal], want.Name)
	}
	if want.Kind != Password {
		c, ok := s.byLookup[want.Lookup]
		return c, ok
	}
	for _, c := range s.of[want.Principal] {
		if c.Kind == Password {
			return c, true
		}
	}
	return Credential{}, false
}

func (p *application) compareCredentials(ctx context.Context, v View, batch []wantedCredential) (d difference, err error) {
	stored, err := loadCredentials(ctx, v, batch)
	if err != nil {
		return d, err
	}
	var toHash []wantedCredential
	for _, want := range batch {
		have, exists := stored.find(want)
		if want.stored && !exists {
			return d, missingSecrets(MissingSecret{Line: want.line, Name: want.shown()})
		}
		if exists && (!have.RevokedAt.IsZero() || !have.ReplacedBy.IsZero()) {
			d.Unchanged++
			d.revoked = append(d.revoked, leftCredential(have))
			continue
		}
		if p.mustHash(want, have, exists) {
			toHash = append(toHash, want)
			continue
		}
		p.compareCredential(&d, stored, want.secretsOf(have), have, exists)
	}
	if len(toHash) > 0 {
		d.prepare = func(ctx context.Context) error { return p.hashAll(ctx, toHash, stored) }
	}
	return d, nil
}

func (p *application) compareCredential(d *difference, stored storedCredentials, want wantedCredential, have Credential, exists bool) {
	now := p.store.Now()
	next := want.over(have, now)
	if !exists {
		next.ID, next.CreatedBy = CredentialID(secret.NewID(now)), p.by.Principal().ID
		p.endManagerKeys(d, stored, next)
		d.add(&d.Created, edit{
			put:    func(tx Tx) { tx.PutCredential(next) },
			events: []audit.Event{p.credentialEvent(audit.IssueCredential, next, nil)},
		})
		return
	}
	changed := next.changes(have)
	if len(changed) == 0 {
		d.Unchanged++
		return
	}
	next.UpdatedAt = now
	if next.Principal != have.Principal {
		p.endManagerKeys(d, stored, next)
	}
	d.add(&d.Updated, edit{
		put:    func(tx Tx) { tx.PutCredential(next) },
		events: []audit.Event{p.credentialEvent(audit.ChangeCredential, next, changed)},
		feed:   []FeedEntry{{Kind: FeedCredential, Key: next.ID.String()}},
	})
}

// over returns the wanted credential with what is stored of it and the directory does not say.
func (w wantedCredential) over(have Credential, now time.Time) Credential {
	next := w.Credential
	next.ID, next.RevokedAt, next.ReplacedBy = have.ID, have.RevokedAt, have.ReplacedBy
	next.CreatedAt, next.UpdatedAt, next.CreatedBy = have.CreatedAt, have.UpdatedAt, have.CreatedBy
	next.SecretAt = have.SecretAt
	next.PasswordHash, next.Weak = have.PasswordHash, have.Weak
	if hash := w.hashed.hash; hash != "" && w.hashed.against == have.PasswordHash {
		next.PasswordHash = hash
		next.Weak = w.Kind == Password && !w.clear.IsZero() && secret.WeakPassword(w.clear)
	}
	if next.CreatedAt.IsZero() {
		next.CreatedAt, next.UpdatedAt = now, now
	}
	if next.SecretAt.IsZero() || !next.sameSecret(have) {
		next.SecretAt = have.nextSecretAt(now)
	}
	return next
}

// endManagerKeys revokes the other manager keys of a manager: there is one, and the old one ends with the new.
func (p *application) endManagerKeys(d *difference, stored storedCredentials, next Credential) {
	if next.Kind != ManagerKey {
		return
	}
	for _, old := range stored.of[next.Principal] {
		if old.Kind != ManagerKey || !old.RevokedAt.IsZero() || old.Lookup == next.Lookup {
			continue
		}
		old.RevokedAt, old.UpdatedAt = p.store.Now(), p.store.Now()
		d.add(&d.Ended, edit{
			put:    func(tx Tx) { tx.PutCredential(old) },
			events: []audit.Event{p.credentialEvent(audit.RevokeCredential, old, nil)},
			feed:   []FeedEntry{{Kind: FeedCredential, Key: old.ID.String()}},
		})
	}
}

func (p *application) credentialEvent(act audit.Act, c Credential, changed []string) audit.Event {
	return p.by.credentialEvent(act, c, changed)
}

// credentialEvent is the record of what an actor did to a credential.
func (by Actor) credentialEvent(act audit.Act, c Credential, changed []string) audit.Event {
	e := by.event(act)
	e.Detail = detail(nil, "kind", string(c.Kind), "name", c.Name, "credential", c.ID.String(), "status", string(c.Status))
	if changed != nil {
		e.Detail["changed"] = strings.Join(changed, ",")
	}
	e.Subject, e.Audience = c.Principal, int64(c.Audience)
	return e
}

// changes names what differs.
func (c Credential) changes(have Credential) (names []string) {
	for name, differs := range map[string]bool{
		"principal":   c.Principal != have.Principal,
		"name":        c.Name != have.Name,
		"identifier":  c.PublicID != have.PublicID,
		"secret":      !c.sameSecret(have),
		"accounts":    !sameBounds(c.Tenants, have.Tenants),
		"permissions": !sameBounds(c.Permissions, have.Permissions),
		"dialects":    !sameBounds(c.Dialects, have.Dialects),
		"networks":    !sameBounds(c.Networks, have.Networks),
		"audience":    c.Audience != have.Audience,
		"limits":      !maps.Equal(c.Limits, have.Limits),
		"status":      c.Status != have.Status,
		"expires_at":  !c.ExpiresAt.Equal(have.ExpiresAt),
	} {
		if differs {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameBounds tells what is narrowed to nothing from what is not narrowed.
func sameBounds[T comparable](a, b []T) bool {
	return slices.Equal(a, b) && (a == nil) == (b == nil)
}
