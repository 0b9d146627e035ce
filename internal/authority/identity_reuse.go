package authority

import (
	"sync"

	"github.com/doorward/doorward/internal/secret"
)

// identitiesHeld bounds the signed identities that are remembered: about 20 MiB.
const identitiesHeld = 20_000

// identities remembers what was signed in this period: signing takes longer than all else that a gateway asks for. It is
// what was told and not whether it may be: that is decided anew for each request.
type identities struct {
	mu     sync.Mutex
	period secret.NumericDate
	texts  map[told]secret.Text
}

// told is all that a signed identity says, but for its own ID, and by which key.
type told struct {
	key    secret.ID
	claims secret.IdentityClaims // without the pointer to who acts
	actor  secret.Acting
}

func toldBy(key secret.ID, claims secret.IdentityClaims) told {
	t := told{key: key, claims: claims}
	if claims.Actor != nil {
		t.actor = *claims.Actor
	}
	t.claims.Actor = nil
	return t
}

// signed returns the text that was signed for the same in the same period, or signs it.
func (i *identities) signed(period secret.NumericDate, what told, sign func() (secret.Text, error)) (secret.Text, error) {
	i.mu.Lock()
	if i.period != period || len(i.texts) >= identitiesHeld {
		i.period, i.texts = period, map[told]secret.Text{}
	}
	text, ok := i.texts[what]
	i.mu.Unlock()
	if ok {
		return text, nil
	}
	text, err := sign()
	if err != nil {
		return secret.Text{}, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.period == period {
		i.texts[what] = text
	}
	return text, nil
}
