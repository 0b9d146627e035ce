package secret_test

import (
	"io"
	"testing"

	"github.com/doorward/doorward/internal/secret"
)

func TestASealDependsOnKeyPurposeAndEveryByte(t *testing.T) {
	sealOf := func(keys *secret.Keys, purpose, text string) string {
		s := keys.NewSeal(purpose)
		_, _ = io.WriteString(s, text)
		return s.String()
	}
	base := sealOf(testKeys(), "backup", "text")
	if base != sealOf(testKeys(), "backup", "text") || len(base) != 64 {
		t.Errorf("the seal %s differs from itself", base)
	}
	for name, other := range map[string]string{
		"sealing key": sealOf(secret.KeysFrom([32]byte{1}, [32]byte{2}), "backup", "text"),
		"purpose":     sealOf(testKeys(), "backu", "text"),
		"text":        sealOf(testKeys(), "backup", "Text"),
		"length":      sealOf(testKeys(), "backup", "text\x00"),
	} {
		if base == other {
			t.Errorf("the seal does not depend on the %s", name)
		}
	}
}

func TestASealDoesNotDependOnHowItIsWritten(t *testing.T) {
	whole, pieces := testKeys().NewSeal("backup"), testKeys().NewSeal("backup")
	_, _ = io.WriteString(whole, "one two")
	for _, piece := range []string{"one", " ", "two"} {
		_, _ = io.WriteString(pieces, piece)
		_ = pieces.String() // looking at it does not end it
	}
	if whole.String() != pieces.String() {
		t.Error("pieces are sealed otherwise than the whole")
	}
}
