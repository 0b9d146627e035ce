package crashproof_test

import (
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	opening   = `outcome = 'done' AND act IN ('session.open', 'login-token.redeem')`
	ending    = `outcome = 'done' AND act = 'session.close'`
	minting   = `outcome = 'done' AND act = 'login-token.mint'`
	redeeming = `act = 'login-token.redeem'` // one that is spent for nothing has an event of its denial
)

// odds are counts over the whole store that must all be zero; {since} spares what earlier rounds have looked at. They
// see what nobody was told of, too: an act without its event, and an event without its act.
var odds = map[string]string{
	"session without the event of its opening":      `SELECT id FROM sessions WHERE opened_at > {since} EXCEPT SELECT session_id FROM events WHERE ` + opening,
	"event of an opening without the session":       `SELECT session_id FROM events WHERE at > {since} AND ` + opening + ` EXCEPT SELECT id FROM sessions`,
	"session opened by two events":                  `SELECT session_id FROM events WHERE ` + opening + ` GROUP BY session_id HAVING count(*) > 1`,
	"session closed without its event":              `SELECT id FROM sessions WHERE closed_at > {since} EXCEPT SELECT session_id FROM events WHERE ` + ending,
	"event of a close without the closed session":   `SELECT session_id FROM events WHERE at > {since} AND ` + ending + ` EXCEPT SELECT id FROM sessions WHERE closed_at IS NOT NULL`,
	"session closed by two events":                  `SELECT session_id FROM events WHERE ` + ending + ` GROUP BY session_id HAVING count(*) > 1`,
	"login token without the event of its minting":  `SELECT id FROM login_tokens WHERE minted_at > {since} EXCEPT SELECT login_token_id FROM events WHERE ` + minting,
	"login token minted by two events":              `SELECT login_token_id FROM events WHERE ` + minting + ` GROUP BY login_token_id HAVING count(*) > 1`,
	"login token redeemed without its event":        `SELECT id FROM login_tokens WHERE redeemed_at > {since} EXCEPT SELECT login_token_id FROM events WHERE ` + redeeming,
	"event of a redemption without the login token": `SELECT login_token_id FROM events WHERE at > {since} AND outcome = 'done' AND ` + redeeming + ` EXCEPT SELECT id FROM login_tokens WHERE redeemed_at IS NOT NULL`,
	"login token redeemed by two events":            `SELECT login_token_id FROM events WHERE outcome = 'done' AND ` + redeeming + ` GROUP BY login_token_id HAVING count(*) > 1`,
	"login token that led to two sessions":          `SELECT login_token_id FROM sessions WHERE login_token_id IS NOT NULL GROUP BY login_token_id HAVING count(*) > 1`,
}

// tally returns how often each of the odds is found.
func tally(t *testing.T, db *sql.DB, since time.Time) map[string]int {
	t.Helper()
	found := map[string]int{}
	for what, query := range odds {
		query = strings.ReplaceAll(query, "{since}", strconv.FormatInt(since.UnixMicro(), 10))
		var n int
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM (`+query+`) AS found`).Scan(&n); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n > 0 {
			found[what] = n
		}
	}
	return found
}

// damages are planted in a store that was in order; each must turn up as one of the odds.
var damages = []struct{ odd, do string }{
	{"session without the event of its opening", `DELETE FROM events WHERE id = (SELECT id FROM events WHERE act = 'session.open' AND outcome = 'done' ORDER BY id DESC LIMIT 1)`},
	{"event of an opening without the session", `DELETE FROM sessions WHERE id = (SELECT session_id FROM events WHERE act = 'session.open' AND outcome = 'done' ORDER BY id DESC LIMIT 1)`},
	{"session opened by two events", copyEvent("session.open")},
	{"session closed without its event", `DELETE FROM events WHERE id = (SELECT id FROM events WHERE act = 'session.close' AND outcome = 'done' ORDER BY id DESC LIMIT 1)`},
	{"event of a close without the closed session", `UPDATE sessions SET closed_at = NULL WHERE id = (SELECT session_id FROM events WHERE act = 'session.close' AND outcome = 'done' ORDER BY id DESC LIMIT 1)`},
	{"session closed by two events", copyEvent("session.close")},
	{"login token without the event of its minting", `DELETE FROM events WHERE act = 'login-token.mint' AND login_token_id = (SELECT id FROM login_tokens ORDER BY minted_at DESC LIMIT 1)`},
	{"login token minted by two events", copyEvent("login-token.mint")},
	{"login token redeemed without its event", `DELETE FROM events WHERE act = 'login-token.redeem' AND login_token_id = (SELECT id FROM login_tokens WHERE redeemed_at IS NOT NULL ORDER BY redeemed_at DESC LIMIT 1)`},
	{"event of a redemption without the login token", `UPDATE login_tokens SET redeemed_at = NULL WHERE session_id IS NOT NULL`},
	{"login token redeemed by two events", copyEvent("login-token.redeem")},
	{"login token that led to two sessions", `UPDATE sessions SET login_token_id = (SELECT login_token_id FROM sessions WHERE login_token_id IS NOT NULL LIMIT 1)`},
}

// copyEvent doubles the event of an act under an ID of its own.
func copyEvent(act string) string {
	return `INSERT INTO events SELECT randomblob(16), at, act, outcome, reason, actor_id, acting_for_id, credential_id, subject_id, tenant_id,
		audience_id, session_id, login_token_id, dialect, request, source, count, detail
		FROM events WHERE outcome = 'done' AND act = '` + act + `' ORDER BY id DESC LIMIT 1`
}

func TestADamageToTheStoreIsFound(t *testing.T) {
	rig, began := newRig(t, "sqlite"), time.Now().Add(-slack)
	r := &round{rig: rig, strike: noStrike, seed: 1, span: 100, ledger: newLedger()}
	if faults := r.run(t); len(faults) > 0 {
		t.Fatal(shown(faults))
	}
	if len(damages) != len(odds) {
		t.Errorf("%d damages for %d odds", len(damages), len(odds))
	}
	db := rig.openRaw(t)
	defer closing(t, db)
	for _, damage := range damages {
		before := tally(t, db, began)[damage.odd]
		if _, err := db.ExecContext(t.Context(), damage.do); err != nil {
			t.Fatalf("%s: %v", damage.odd, err)
		}
		if after := tally(t, db, began)[damage.odd]; after <= before {
			t.Errorf("%s: %d before and %d after it was done", damage.odd, before, after)
		}
	}
}
