package secret_test

import (
	"testing"

	"github.com/doorward/doorward/internal/secret"
)

// minted are secrets of every kind that chance goes into, minted in order.
func minted(k *secret.Keys) (texts []string) {
	key, pair := k.MintKeyPair(mintedAt)
	texts = append(texts, key.Reveal(), pair.Text.Reveal(), k.MintAPIKey(mintedAt).Text.Reveal(), k.MintManagerKey(mintedAt).Text.Reveal())
	for _, m := range mintings {
		if m.shape != secret.ShapeAlnum22 {
			texts = append(texts, m.mint(k).Text.Reveal())
		}
	}
	return texts
}

func TestRepeatableKeysMintTheSameAgainForTheSameSeedAndTextOnly(t *testing.T) {
	keys, seed := testKeys(), secret.ID{7}
	first := minted(keys.Repeatable(seed, secret.Of("person:3")))
	for i, again := range minted(keys.Repeatable(seed, secret.Of("person:3"))) {
		if again != first[i] {
			t.Errorf("%d: %s, then %s", i, first[i], again)
		}
	}
	others := map[string]*secret.Keys{
		"another seed": keys.Repeatable(secret.ID{8}, secret.Of("person:3")), "another text": keys.Repeatable(seed, secret.Of("person:4")),
		"another pepper": secret.KeysFrom([32]byte{99}, [32]byte{4}).Repeatable(seed, secret.Of("person:3")), "chance": keys,
	}
	for name, k := range others {
		for i, other := range minted(k) {
			if other == first[i] {
				t.Errorf("%s: %d is %s too", name, i, other)
			}
		}
	}
	seen := map[string]bool{}
	for _, text := range first {
		if body := text[max(0, len(text)-20):]; seen[body] {
			t.Errorf("one stream gives %s twice", body)
		} else {
			seen[body] = true
		}
	}
}

func TestACursorIsReadForItsOwnListAndAsItWasMadeOnly(t *testing.T) {
	keys := testKeys()
	cursor := keys.Cursor("/v1/sessions?kind=a", "0123")
	if position, ok := keys.CursorPosition("/v1/sessions?kind=a", cursor); !ok || position != "0123" {
		t.Errorf("%q, %v", position, ok)
	}
	for name, c := range map[string]struct {
		keys         *secret.Keys
		list, cursor string
	}{
		"another list":        {keys, "/v1/sessions?kind=b", cursor},
		"other keys":          {secret.KeysFrom([32]byte{1}, [32]byte{99}), "/v1/sessions?kind=a", cursor},
		"empty":               {keys, "/v1/sessions?kind=a", ""},
		"cut":                 {keys, "/v1/sessions?kind=a", cursor[:len(cursor)-2]},
		"with a line break":   {keys, "/v1/sessions?kind=a", cursor[:4] + "\n" + cursor[4:]},
		"with padding":        {keys, "/v1/sessions?kind=a", cursor + "="},
		"another first digit": {keys, "/v1/sessions?kind=a", string(cursor[0]^1) + cursor[1:]},
	} {
		if position, ok := c.keys.CursorPosition(c.list, c.cursor); ok {
			t.Errorf("%s: %q", name, position)
		}
	}
}
