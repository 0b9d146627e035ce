package authority_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

func TestAURLTemplateIsFilledInAsAReplacerWould(t *testing.T) {
	a := authority.New(nil, secret.KeysFrom([32]byte{}, [32]byte{}), nil, limit.NewPool(0, 0), authority.Options{InstallationURL: "http://{portal}/"})
	account := authority.Tenant{ID: tenant.Unit("A B&{portal}"), Portal: "https://shop.test/{account}/"}
	replacer := strings.NewReplacer("{portal}", "https://shop.test/{account}", "{installation}", "http://{portal}", "{account}", "A+B%26%7Bportal%7D")
	piece := rapid.SampledFrom([]string{"{portal}", "{installation}", "{account}", "{token}", "{", "}", "{{", "portal}", "{account", "/x?y=", "é"})
	rapid.Check(t, func(t *rapid.T) {
		template := strings.Join(rapid.SliceOf(piece).Draw(t, "template"), "")
		if got, want := a.HomeURL(authority.Audience{Home: template}, account), replacer.Replace(template); got != want {
			t.Errorf("%q is %q, not %q", template, got, want)
		}
	})
}
