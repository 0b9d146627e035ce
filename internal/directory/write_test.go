package directory_test

import (
	"bytes"
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

var heading = directory.Heading{Source: "a test\nof two lines", At: time.Date(2030, 5, 17, 12, 0, 0, 0, time.UTC)}

func written(t rapid.TB, d authority.Directory) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := directory.Write(&out, d, heading); err != nil {
		t.Fatalf("write: %v", err)
	}
	return out.Bytes()
}

func TestWhatIsWrittenIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDirectory(t)
		text := written(t, d)
		got, err := directory.Read("written.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := gocmp.Diff(comparable(d), comparable(got), cmpopts.EquateEmpty(), netipOption); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
		if again := written(t, got); !bytes.Equal(withoutComments(text), withoutComments(again)) {
			t.Fatalf("written again:\n%s", gocmp.Diff(string(text), string(again)))
		}
	})
}

// comparable is what a file without secrets keeps of a directory. Positions are the order only.
func comparable(d authority.Directory) authority.Directory {
	d.WithoutSecrets = true
	d.Tenants, d.Grants = slices.Clone(d.Tenants), slices.Clone(d.Grants)
	for i := range d.Tenants {
		d.Tenants[i].Position = 0
	}
	slices.SortStableFunc(d.Tenants, func(a, b authority.Tenant) int { return cmp.Compare(a.ID, b.ID) })
	for i := range d.Grants {
		d.Grants[i].Position = 0
	}
	slices.SortStableFunc(d.Grants, func(a, b grant.Grant) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Principal, b.Principal))
	})
	var kept []authority.DirectoryCredential
	for _, c := range d.Credentials {
		switch c.Kind {
		case authority.APIKey, authority.KeyPair:
			c.Kind, c.PublicID = authority.APIKey, ""
		case authority.PassCode:
		default:
			continue
		}
		c.Key, c.Secret, c.Stored, c.Line, c.PasswordHash = secret.Text{}, secret.Text{}, true, 0, ""
		kept = append(kept, c)
	}
	slices.SortStableFunc(kept, func(a, b authority.DirectoryCredential) int {
		return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	d.Credentials = kept
	return d
}

var netipOption = gocmp.Options{
	gocmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	gocmp.Comparer(func(a, b secret.Text) bool { return a.Reveal() == b.Reveal() }),
}

func withoutComments(text []byte) []byte {
	var lines [][]byte
	for _, line := range bytes.Split(text, []byte("\n")) {
		before, _, _ := bytes.Cut(line, []byte(" # a key pair"))
		lines = append(lines, before)
	}
	return bytes.Join(lines, []byte("\n"))
}

func export(t rapid.TB, env *testenv.Env) []byte {
	t.Helper()
	d, omitted, err := env.Authority.Export(contextOf(t), authority.CommandLine(authority.Origin{}))
	if err != nil || len(omitted) > 0 {
		t.Fatalf("export: %v, omitted %+v", err, omitted)
	}
	return written(t, d)
}

func apply(t rapid.TB, env *testenv.Env, d authority.Directory) authority.ApplyReport {
	t.Helper()
	report, err := env.Authority.Apply(contextOf(t), authority.CommandLine(authority.Origin{}), d, authority.ApplyOptions{})
	if err != nil {
		t.Fatalf("apply: %v", err)
	}
	return report
}

func read(t rapid.TB, text []byte) authority.Directory {
	t.Helper()
	d, err := directory.Read("export.yaml", text)
	if err != nil {
		t.Fatalf("read: %v\n%s", err, text)
	}
	return d
}

// wantUnchanged demands that an export applied to its own store changes nothing and misses nothing.
func wantUnchanged(t rapid.TB, env *testenv.Env) {
	t.Helper()
	text := export(t, env)
	r := apply(t, env, read(t, text))
	if r.Changes() != 0 || len(r.Left) > 0 || len(r.Revoked) > 0 {
		t.Fatalf("applied again: %+v\n%s", r, text)
	}
	if again := export(t, env); !bytes.Equal(text, again) {
		t.Fatalf("exported again: %s", gocmp.Diff(string(text), string(again)))
	}
}

func TestAnExportOfTheDemoChangesNothing(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		wantUnchanged(t, env)
		if r := env.Apply(t, string(demo.Directory)); r.Changes() != 0 || len(r.Left) > 0 {
			t.Errorf("the demo applied again: %+v", r)
		}
	})
}

func TestAnExportOfAnyDirectoryChangesNothing(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		if env.Engine == "sqlite" {
			rapid.Check(t, func(r *rapid.T) {
				fresh := testenv.New(t, env.Engine)
				apply(r, fresh, newDirectory(r))
				wantUnchanged(r, fresh)
			})
			return
		}
		for seed := range 10 {
			fresh := testenv.New(t, env.Engine)
			apply(t, fresh, rapid.Custom(newDirectory).Example(seed))
			wantUnchanged(t, fresh)
		}
	})
}

func TestAnExportHasNoSecret(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	text := string(export(t, env))
	for _, c := range read(t, demo.Directory).Credentials {
		clear := []secret.Text{c.Secret}
		if c.Kind != authority.KeyPair && c.Kind != authority.PassCode && c.Kind != authority.PublicKey {
			clear = append(clear, c.Key)
		}
		for _, one := range clear {
			if !one.IsZero() && strings.Contains(text, one.Reveal()) {
				t.Errorf("the secret of %s %s of %s is in it", c.Kind, c.Name, c.Principal)
			}
		}
	}
	if strings.Contains(text, "$argon2") {
		t.Error("a password hash is in it")
	}
}

func contextOf(t rapid.TB) context.Context {
	if t, ok := t.(interface{ Context() context.Context }); ok {
		return t.Context()
	}
	return context.Background()
}
