package crmcom

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

func FuzzBasic(f *testing.F) {
	for _, seed := range []string{
		"Basic QzBGRkVFOg==", "basic QzBGRkVF", "BASIC  Og==", "Basic", "Bearer x", "Basic QQ==, Basic QQ==", "Ba\u017fic QQ==", "Basic QR==", "Basic \n", "basic Qz\n\n\n\nVF",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		user, password, err := basic(http.Header{headerAuthorization: {header}})
		if err != nil {
			if g := fault.As(err); g.Kind != fault.Malformed || g.Parameter != headerAuthorization {
				t.Fatalf("%q: %v", header, err)
			}
			return
		}
		name, pass := user.Reveal(), password.Reveal()
		if name == "" || strings.Contains(name, ":") || !web.Clean(name+pass) {
			t.Fatalf("%q was accepted as %q and %q", header, name, pass)
		}
		// Nothing but one of these, in the one spelling of base64, may have been accepted.
		encoded := strings.Trim(header[len("Basic"):], " ")
		for _, credentials := range []string{name + ":" + pass, name} {
			if base64.StdEncoding.EncodeToString([]byte(credentials)) == encoded && (pass == "" || credentials != name) {
				return
			}
		}
		t.Fatalf("%q was accepted as %q and %q", header, name, pass)
	})
}
