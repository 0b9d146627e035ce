package authority

import (
	"context"
	"runtime"
	"sync"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// hashedSecret is what was found about a password or pass code outside of any transaction.
type hashedSecret struct {
	against secret.PasswordHash // the stored hash it was compared with
	done    bool
	hash    secret.PasswordHash // to be stored; empty: the stored one is of the same secret
}

// mustHash reports whether slow work is due before a credential can be compared: where no hash is stored yet, and,
// when passwords are reset, where it is not known whether the stored one is of the same secret.
func (p *application) mustHash(want wantedCredential, have Credential, exists bool) bool {
	if want.Kind != Password && want.Kind != PassCode || want.stored {
		return false
	}
	if want.hashed.done && want.hashed.against == have.PasswordHash {
		return false
	}
	return !exists || p.options.ResetPasswords
}

// hashAll does the slow work of a batch, as much at once as there are cores.
func (p *application) hashAll(ctx context.Context, batch []wantedCredential, stored storedCredentials) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan wantedCredential)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for want := range work {
				have, _ := stored.find(want)
				if err := p.hash(ctx, want, have.PasswordHash); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, want := range batch {
		if ctx.Err() != nil {
			break
		}
		work <- want
	}
	close(work)
	workers.Wait()
	if ctx.Err() != nil {
		return fault.As(context.Cause(ctx))
	}
	return nil
}

func (p *application) hash(ctx context.Context, want wantedCredential, stored secret.PasswordHash) error {
	found := hashedSecret{against: stored, done: true}
	if want.ready != "" {
		if want.ready != stored {
			found.hash = want.ready
		}
		*want.hashed = found
		return nil
	}
	var failed error
	err := p.hashing.Do(ctx, func() {
		var same bool
		if stored != "" {
			same, failed = stored.Verify(want.clear)
		}
		if failed == nil && !same {
			found.hash, failed = secret.HashPassword(want.clear)
		}
	})
	if err == nil {
		err = failed
	}
	if err == nil {
		*want.hashed = found
	}
	return err
}
