package directory_test

import (
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/directory"
)

func TestTheDemoDirectoryIsRead(t *testing.T) {
	d, err := directory.Read("directory.yaml", demo.Directory)
	if err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string][2]int{
		"audiences": {len(d.Audiences), 4}, "tenants": {len(d.Tenants), 10}, "roles": {len(d.Roles), 3},
		"people": {len(d.People), 8}, "services": {len(d.Services), 4}, "credentials": {len(d.Credentials), 16},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, not %d", n[0], what, n[1])
		}
	}
}
