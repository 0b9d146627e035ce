package native

import (
	"net/http"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

const (
	credentialsPath = "/v1/credentials"
	credentialPath  = credentialsPath + "/{id}"
)

func (n native) credentialRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, credentialsPath, grant.ReadDirectory, n.listCredentials),
		n.route(http.MethodPost, credentialsPath, grant.ManageCredential, n.issueCredential),
		n.route(http.MethodGet, credentialPath, grant.ReadDirectory, n.showCredential),
		n.route(http.MethodPatch, credentialPath, grant.ManageCredential, n.changeCredential),
		n.route(http.MethodDelete, credentialPath, grant.ManageCredential, n.revokeCredential),
		n.route(http.MethodPost, credentialPath+"/rotate", grant.ManageCredential, n.rotateCredential),
	}
}

// listCredentials answers the credentials whose holders are below a tenant, in the order they were made.
func (n native) listCredentials(c *dialect.Call) error {
	q, p, err := n.parseList(c, "tenant", "principal", "kind", "name", "live")
	if err != nil {
		return err
	}
	f := authority.CredentialFilter{
		Principal: grant.PrincipalID(q["principal"]), Kind: authority.CredentialKind(q["kind"]), Name: q["name"],
	}
	if f.Kind != "" && !slices.Contains(authority.CredentialKinds, f.Kind) {
		return fault.BadParameter("kind", "There is no such kind of credential.")
	}
	if f.LiveAt, err = n.liveAt(q); err != nil {
		return err
	}
	if f.Within, err = n.within(c, q, grant.ReadDirectory); err != nil {
		return err
	}
	after, err := positionID(p)
	if err != nil {
		return err
	}
	listed, err := n.authority.ListCredentials(c.Context(), c.By, f, authority.CredentialID(after), p.limit+1)
	if err != nil {
		return err
	}
	return writeList(n, c, p, listed, func(l authority.ListedCredential) string { return l.ID.String() }, showListed)
}

// showCredential answers one credential, never its secret.
func (n native) showCredential(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	listed, err := n.authority.ShowCredential(c.Context(), c.By, authority.CredentialID(id))
	if err != nil {
		return err
	}
	setVersion(c, listed.UpdatedAt)
	return answer(c, http.StatusOK, showListed(listed))
}

// changeCredential changes what a credential is called, may and until when.
func (n native) changeCredential(c *dialect.Call) error {
	id, err := parsePathID(c)
	if err != nil {
		return err
	}
	change, err := parseCredentialChange(c)
	if err != nil {
		return err
	}
	changed, err := n.authority.ChangeCredential(c.Context(), c.By, authority.CredentialID(id), change)
	if err != nil {
		return err
	}
	setVersion(c, changed.UpdatedAt)
	return answer(c, http.StatusOK, n.showOne(changed))
}

func parseCredentialChange(c *dialect.Call) (change authority.CredentialChange, err error) {
	var body credentialChange
	if err := decode(c, &body); err != nil {
		return change, err
	}
	if change.Match, err = parseMatch(c.Request); err != nil {
		return change, err
	}
	change.Name = body.Name
	if body.Status != nil {
		status := authority.Status(*body.Status)
		change.Status = &status
	}
	if body.Permissions.given {
		var permissions []grant.Permission
		if body.Permissions.value != nil {
			if permissions = *body.Permissions.value; len(permissions) == 0 {
				return change, fault.BadParameter("permissions", "The list must not be empty: null is no restriction.")
			}
		}
		change.Permissions = &permissions
	}
	if body.ExpiresAt.given {
		at, err := parseEnd(body.ExpiresAt.value)
		if err != nil {
			return change, err
		}
		change.ExpiresAt = &at
	}
	return change, nil
}

// revokeCredential ends a credential and all that it made, or says what that would be.
func (n native) revokeCredential(c *dialect.Call) error {
	id, dryRun, err := parseEnding(c)
	if err != nil {
		return err
	}
	var ends authority.Ends
	if dryRun {
		_, ends, err = n.authority.WouldEnd(c.Context(), c.By, authority.CredentialID(id))
	} else {
		ends, err = n.authority.RevokeCredential(c.Context(), c.By, authority.CredentialID(id))
	}
	return n.writeEnds(c, dryRun, ends, err)
}

// parseEnding reads which thing is to end, and whether it is only asked what that would be.
func parseEnding(c *dialect.Call) (id secret.ID, dryRun bool, err error) {
	if id, err = parsePathID(c); err != nil {
		return id, false, err
	}
	q, err := parseQuery(c, "dry_run")
	if err != nil {
		return id, false, err
	}
	dryRun, err = parseFlag(q, "dry_run")
	return id, dryRun, err
}

// liveAt returns the time at which what is listed must count, or zero where all is wanted.
func (n native) liveAt(q web.Query) (time.Time, error) {
	live, err := parseFlag(q, "live")
	if err != nil || !live {
		return time.Time{}, err
	}
	return n.authority.Now(), nil
}

// parseFlag reads a parameter that is true or false, false when it is left out.
func parseFlag(q web.Query, name string) (bool, error) {
	switch q[name] {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, fault.BadParameter(name, "The parameter must be true or false.")
}

// within returns the tenant below which a list lies: the one that is named, else all that the actor reaches.
func (n native) within(c *dialect.Call, q web.Query, p grant.Permission) (tenant.ID, error) {
	if q.Has("tenant") {
		return tenant.ID(q["tenant"]), nil
	}
	return n.authority.ReachOf(c.Context(), c.By, p)
}

// parsePathID reads the ID of 32 hexadecimal digits in a path; what is none is nothing's.
func parsePathID(c *dialect.Call) (secret.ID, error) {
	id, err := secret.ParseID(c.PathValue("id"))
	if err != nil || id.IsZero() {
		return secret.ID{}, fault.BadParameter("id", "An identifier is 32 lower-case hexadecimal digits.")
	}
	return id, nil
}

// parseOnlyID is parsePathID for a request that says nothing else.
func parseOnlyID(c *dialect.Call) (secret.ID, error) {
	id, err := parsePathID(c)
	if err != nil {
		return id, err
	}
	return id, refuseQuery(c.Request)
}

// positionID returns the ID that a list goes on after, zero at the beginning.
func positionID(p part) (secret.ID, error) {
	if p.position == "" {
		return secret.ID{}, nil
	}
	return secret.ParseID(p.position)
}
