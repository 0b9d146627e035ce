package authority

import (
	"context"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// spending is how one try to spend a login token ended.
type spending struct {
	redeemed RedeemedLoginToken
	facts    LoginTokenFacts
	reason   string // why not, or empty
	issued   IssuedAccessToken
	repeats  bool // the redeemer has spent it before, with the same idempotency key; its event is still to be recorded
}

// spend makes the one conditional change. The facts are judged in the same transaction, after the token is spent:
// a token that arrives when its subject, account, actor or credential does not count any more is spent for nothing,
// so that there is no window in which it is read and not yet written. Whatever is wrong with a token, it costs the same.
func (a *Authority) spend(ctx context.Context, by Actor, r RedeemRequest, try Redemption) (outcome spending, err error) {
	var refused audit.Event
	admitted := sync.OnceValue(func() bool { return a.refusals.admit(refused, a.store.Now()) }) // a change may run twice
	err = a.actMany(ctx, by, audit.RedeemLoginToken, nil, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		outcome = spending{}
		now := a.store.Now()
		minted, audience, err := a.mintSpent(ctx, tx, r, now)
		if err != nil {
			return err
		}
		try.Session = SessionID(minted.ID)
		if r.access != nil {
			if err := a.refuseBefore(ctx, tx, by, r, try); err != nil {
				return err
			}
			if err := spendAll(ctx, tx, r.access.Once); err != nil {
				return err
			}
		}
		spent, err := a.spendIn(ctx, tx, r, try, &outcome)
		if err != nil {
			return err
		}
		e := redeemEvent(by, try, outcome.facts)
		if outcome.reason != "" {
			e.Outcome, e.Reason = audit.Denied, outcome.reason
			if refused = e; spent || !outcome.repeats && admitted() {
				record(e)
			}
			return nil
		}
		session := a.sessionOf(outcome.facts, minted, now)
		e.Session = secret.ID(session.ID)
		outcome.redeemed = redeemedFrom(minted.Text, session, outcome.facts)
		if r.access != nil {
			if outcome.issued, err = a.accessOfSpent(by, r, outcome.redeemed.SessionFacts, audience, minted); err != nil {
				return err
			}
			session = outcome.issued.Session
		}
		tx.PutSession(session)
		record(e)
		if r.access != nil {
			e = by.event(audit.IssueAccessToken)
			outcome.issued.describe(&e)
			record(e)
		}
		return nil
	})
	return outcome, err
}

// spendIn spends the token, if it can be, and finds out why it is of no use, if so.
func (a *Authority) spendIn(ctx context.Context, tx Tx, r RedeemRequest, try Redemption, outcome *spending) (spent bool, err error) {
	if outcome.reason, err = r.elsewhere(ctx, tx, try.Token); err != nil || outcome.reason != "" {
		return false, err
	}
	if outcome.facts, spent, err = tx.RedeemLoginToken(ctx, try); err != nil {
		return false, err
	}
	if spent {
		outcome.reason = a.judgeSpent(outcome.facts, a.store.Now())
		return true, nil
	}
	outcome.reason = outcome.facts.unspendable(try, a.store.Now())
	outcome.repeats = r.IdempotencyKey != "" && outcome.facts.wasSpentBy(try)
	return false, nil
}

// judgeSpent judges a token that has just been spent. The statement that spends it compares its lifetime, and only then
// waits for whoever else holds its row.
func (a *Authority) judgeSpent(f LoginTokenFacts, now time.Time) string {
	if !now.Before(f.LoginToken.ExpiresAt) {
		return ReasonExpired
	}
	return a.judgeLoginToken(f, now)
}

// elsewhere says that the token is not for the account it must be for, or "". A token's account never changes, so that
// it can be read before the token is spent.
func (r RedeemRequest) elsewhere(ctx context.Context, v View, id LoginTokenID) (reason string, err error) {
	if r.Account == "" {
		return "", nil
	}
	t, _, err := v.LoginToken(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return ReasonUnknown, nil
	case err == nil && t.Account != r.Account:
		return ReasonOutside, nil
	}
	return "", err
}

// unspendable returns why the redeeming statement did not spend a token.
func (f LoginTokenFacts) unspendable(try Redemption, now time.Time) string {
	if f.LoginToken.ID.IsZero() {
		return ReasonUnknown
	}
	if reason := f.unredeemable(try, now); reason != "" {
		return reason
	}
	return ReasonNotLive
}
