package directory_test

import (
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/grant"
)

func TestNoRoleOfAnOrganisationGivesAPermissionOfOurs(t *testing.T) {
	for _, p := range grant.Own {
		_, err := directory.Read("directory.yaml", []byte("version: 1\norganisations:\n  - name: ORG\n    roles: [{name: r, permissions: ["+string(p)+"]}]\n"))
		if err == nil || !strings.Contains(err.Error(), "Doorward's own") {
			t.Errorf("%s: %v", p, err)
		}
	}
}
