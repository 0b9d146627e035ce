package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strconv"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/secret"
)

func TestEveryActIsANounAndAVerbOfItsOwn(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if kind, named := typeName(spec); !ok || !named || kind != "Act" {
			return true
		}
		text, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*\.[a-z]+$`).MatchString(text) || seen[text] {
			t.Errorf("the act %q", text)
		}
		seen[text] = true
		return true
	})
	if !seen[string(audit.MintLoginToken)] || len(seen) < 10 {
		t.Errorf("found %v", seen)
	}
}

func typeName(spec *ast.ValueSpec) (string, bool) {
	if spec == nil {
		return "", false
	}
	name, ok := spec.Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return name.Name, true
}

func TestAnEventHasNoFieldThatCouldHoldASecret(t *testing.T) {
	event := reflect.TypeFor[audit.Event]()
	for i := range event.NumField() {
		switch f := event.Field(i); f.Type {
		case reflect.TypeFor[secret.Text](), reflect.TypeFor[secret.Fingerprint](), reflect.TypeFor[secret.PasswordHash](), reflect.TypeFor[any]():
			t.Errorf("%s is a %s", f.Name, f.Type)
		}
	}
}
