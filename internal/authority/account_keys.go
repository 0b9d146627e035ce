package authority

import (
	"context"
	"errors"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// AccountKey is a key pair that is for one account, with whose it is.
type AccountKey struct {
	Credential Credential
	Holder     Principal
}

// MaxAccountKeys bounds the live key pairs of one account, beside those that a directory file or an operator gives it.
const MaxAccountKeys = 200

// AccountKeyRequest says what key pair to make for oneself.
type AccountKeyRequest struct {
	Account     tenant.ID
	Name        string
	Permissions []grant.Permission // at least one, all of which the actor has in that account
}

// IssueAccountKey makes the actor a key pair for an account, with a fixed set of its own permissions there. What else
// binds the actor's credential (dialects, networks, limits, its end) binds the new one. It needs grant.WriteAPIKeys in
// that account. It fails with Denied, with Malformed for a name, and with Conflict (too-many-keys) in an account that has
// MaxAccountKeys.
func (a *Authority) IssueAccountKey(ctx context.Context, by Actor, r AccountKeyRequest) (IssuedCredential, error) {
	refused := a.refusedAccountKeys(by, r.Account, grant.WriteAPIKeys)
	if refused == nil {
		refused = a.refusedPermissions(by, r.Account, r.Permissions)
	}
	if refused == nil {
		if err := checkName(r.Name); err != nil {
			return IssuedCredential{}, err
		}
	}
	var made IssuedCredential
	err := a.act(ctx, by, audit.IssueCredential, refused, func(ctx context.Context, tx Tx, e *audit.Event) error {
		if err := a.mustStillCount(ctx, tx, by); err != nil {
			return err
		}
		keys, err := a.accountKeys(ctx, tx, r.Account)
		if err != nil {
			return err
		}
		if len(keys) >= MaxAccountKeys {
			return fault.New(fault.Conflict, ReasonTooManyKeys, "The account has as many keys as it can have; delete those that nobody uses.")
		}
		made = a.newAccountKey(by, r)
		tx.PutCredential(made.Credential)
		made.Credential.describe(e)
		e.Tenant = r.Account
		return nil
	})
	if errors.Is(err, errKeyEnded) {
		err = a.refuse(ctx, by.event(audit.IssueCredential), err)
	}
	if err != nil {
		return IssuedCredential{}, uniqueCredential(err)
	}
	return made, nil
}

func (a *Authority) newAccountKey(by Actor, r AccountKeyRequest) IssuedCredential {
	now := a.store.Now()
	key, minted := a.keys.MintKeyPair(now)
	return IssuedCredential{Key: key, Secret: minted.Text, Credential: Credential{
		ID: CredentialID(secret.NewID(now)), Kind: KeyPair, Principal: by.Principal().ID, Name: r.Name,
		PublicID: key.Reveal(), Lookup: a.LookupOf(KeyPair, key), Verifier: minted.Fingerprint,
		Restriction: by.credential().within(r.Account, r.Permissions), Limits: by.credential().Limits, ExpiresAt: by.credential().ExpiresAt,
		Status: Active, SecretAt: now, CreatedAt: now, UpdatedAt: now, CreatedBy: by.Principal().ID,
	}}
}

// mustStillCount refuses an actor whose credential ended, or was given another secret, after it had been authenticated:
// what it makes would outlive that.
func (a *Authority) mustStillCount(ctx context.Context, tx Tx, by Actor) error {
	if err := tx.LockDirectory(ctx); err != nil {
		return err
	}
	c, _, err := tx.Credential(ctx, by.credential().ID)
	if fault.KindOf(err) == fault.NotFound || err == nil && !a.stillCounts(by, []Credential{c}) {
		return errKeyEnded
	}
	return err
}

// within returns a restriction to some permissions in an account that keeps what else the credential is bound by.
func (c Credential) within(account tenant.ID, permissions []grant.Permission) Restriction {
	r := c.Restriction
	r.Tenants, r.Permissions = []tenant.ID{account}, slices.Clone(permissions)
	return r
}

// AccountKeys returns the live key pairs of an account, in the order they were made. It needs grant.ReadAPIKeys or
// grant.WriteAPIKeys there.
func (a *Authority) AccountKeys(ctx context.Context, by Actor, account tenant.ID) (keys []AccountKey, err error) {
	if refused := a.refusedAccountKeys(by, account, grant.ReadAPIKeys, grant.WriteAPIKeys); refused != nil {
		return nil, a.refuseRead(ctx, by, grant.ReadAPIKeys, account, refused)
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		keys, err = a.accountKeys(ctx, v, account)
		return err
	})
	return keys, err
}

func (a *Authority) accountKeys(ctx context.Context, v View, account tenant.ID) (keys []AccountKey, err error) {
	filter := CredentialFilter{At: account, Kind: KeyPair, LiveAt: a.store.Now()}
	for after := (CredentialID{}); ; {
		page, err := v.CredentialPage(ctx, filter, after, applyBatch)
		if err != nil || len(page) == 0 {
			return keys, err
		}
		if keys, err = appendKeys(ctx, v, keys, page, account); err != nil {
			return nil, err
		}
		after = page[len(page)-1].ID
	}
}

func appendKeys(ctx context.Context, v View, keys []AccountKey, page []Credential, account tenant.ID) ([]AccountKey, error) {
	rows, err := v.Principals(ctx, keysOf(page, func(c Credential) grant.PrincipalID { return c.Principal }))
	holders := keyed(rows, principalID)
	for _, c := range page {
		if c.onlyAccount() == account {
			keys = append(keys, AccountKey{Credential: c, Holder: holders[c.Principal]})
		}
	}
	return keys, err
}

// ChangeAccountKey changes a key pair of an account; permissions must be the actor's own there, and whoever enables a
// key has all that it may there. It needs grant.WriteAPIKeys in that account, and fails with NotFound for a key that is
// not the account's.
func (a *Authority) ChangeAccountKey(ctx context.Context, by Actor, account tenant.ID, id CredentialID, change CredentialChange) (AccountKey, error) {
	refused := a.refusedAccountKeys(by, account, grant.WriteAPIKeys)
	if refused == nil && change.Permissions != nil {
		refused = a.refusedPermissions(by, account, *change.Permissions)
	}
	if refused != nil || by.IsZero() {
		return AccountKey{}, a.actMany(ctx, by, audit.ChangeCredential, refused, nil)
	}
	changed, err := a.changeCredential(ctx, by, id, change, a.judgeKeyChange(by, account, change))
	if err != nil {
		return AccountKey{}, goneAccountKey(err)
	}
	_, holder, err := a.credential(ctx, id)
	return AccountKey{Credential: changed, Holder: holder.Principal}, err
}

// RevokeAccountKey ends a key pair of an account and with it all sessions made from it. It needs grant.WriteAPIKeys in
// that account, and fails with NotFound for a key that is not the account's or has ended.
func (a *Authority) RevokeAccountKey(ctx context.Context, by Actor, account tenant.ID, id CredentialID) error {
	if refused := a.refusedAccountKeys(by, account, grant.WriteAPIKeys); refused != nil || by.IsZero() {
		return a.actMany(ctx, by, audit.RevokeCredential, refused, nil)
	}
	_, err := a.revokeCredential(ctx, by, id, a.judgeAccountKey(account))
	return goneAccountKey(err)
}

// goneAccountKey answers a key that has ended, or is another account's, like one that was never there.
func goneAccountKey(err error) error {
	if kind := fault.KindOf(err); err != nil && (kind == fault.Conflict || kind == fault.NotFound) {
		return noSuchKey(fault.ReasonOf(err))
	}
	return err
}

func noSuchKey(reason string) error {
	return fault.New(fault.NotFound, reason, "There is no such key.")
}

func (a *Authority) judgeAccountKey(account tenant.ID) func(Credential, Standing) error {
	return func(c Credential, _ Standing) error {
		switch {
		case c.Kind != KeyPair || c.onlyAccount() != account:
			return noSuchKey(ReasonOutside)
		case c.over(a.store.Now()) != "":
			return noSuchKey(c.over(a.store.Now()))
		}
		return nil
	}
}

// judgeKeyChange is judgeAccountKey for a change.
func (a *Authority) judgeKeyChange(by Actor, account tenant.ID, change CredentialChange) func(Credential, Standing) error {
	judge := a.judgeAccountKey(account)
	return func(c Credential, holder Standing) error {
		if err := judge(c, holder); err != nil {
			return err
		}
		if change.Name != nil && *change.Name != c.Name && !c.ownMade() {
			// By its name the directory says what it may: names that were swapped would swap that too.
			return fault.New(fault.Denied, ReasonNoPermission, "The directory names this key.")
		}
		next, path := change.of(c), holder.Path(account)
		lacks := func(p grant.Permission) bool { return !by.may(p, path) }
		if c.Status == Disabled && next.Status == Active && slices.ContainsFunc(a.grantedTo(next, holder, path), lacks) {
			// Else a weak key would bring a strong one back that was taken from the same thief.
			return fault.New(fault.Denied, ReasonNoPermission, "A key is enabled by who has all its permissions in this account.")
		}
		return nil
	}
}

// grantedTo returns the permissions that a credential has at the tenant of path: its own, else all of its holder.
func (a *Authority) grantedTo(c Credential, holder Standing, path tenant.Path) (permissions []grant.Permission) {
	if c.Permissions != nil {
		return c.Permissions
	}
	for _, h := range a.heldOf(&holder) {
		if h.Covers(path) {
			permissions = append(permissions, h.RoleOf.Permissions...)
		}
	}
	return permissions
}

// refusedAccountKeys returns why an actor may not deal with the keys of an account, or nil; any of the permissions is enough.
func (a *Authority) refusedAccountKeys(by Actor, account tenant.ID, anyOf ...grant.Permission) error {
	if by.actingBy != "" {
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot manage keys.")
	}
	held := a.heldIn(by, account)
	if !slices.ContainsFunc(anyOf, func(p grant.Permission) bool { return slices.Contains(held, p) }) {
		return fault.New(fault.Denied, ReasonNoPermission, "The session does not have the permission "+string(anyOf[0])+" in this account.")
	}
	return nil
}

// refusedPermissions returns why a key may not have these permissions, or nil: nobody gives away what it does not have.
func (a *Authority) refusedPermissions(by Actor, account tenant.ID, wanted []grant.Permission) error {
	held := a.heldIn(by, account)
	if slices.ContainsFunc(wanted, func(p grant.Permission) bool { return !slices.Contains(held, p) }) || len(wanted) == 0 {
		return fault.New(fault.Denied, ReasonNoPermission, "A key has one or more of the session's own permissions in this account.")
	}
	return nil
}

// heldIn returns the actor's permissions in one of its accounts.
func (a *Authority) heldIn(by Actor, account tenant.ID) []grant.Permission {
	for _, m := range a.Memberships(by) {
		if m.Account.ID == account {
			return m.Permissions
		}
	}
	return nil
}
