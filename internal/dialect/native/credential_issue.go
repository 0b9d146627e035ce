package native

import (
	"net/netip"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// issueCredential gives a principal a credential and answers its secret, this once.
func (n native) issueCredential(c *dialect.Call) error {
	r, err := parseIssue(c)
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		issued, err := n.authority.IssueCredential(c.Context(), by, r)
		return n.showIssued(c, issued, untold(err))
	}, n.showIssuedBefore(c))
}

// rotateCredential gives a credential a new secret; the old one may go on for a while.
func (n native) rotateCredential(c *dialect.Call) error {
	id, err := parsePathID(c)
	if err != nil {
		return err
	}
	r, err := parseRotate(c)
	if err != nil {
		return err
	}
	return n.once(c, func(by authority.Actor) error {
		issued, err := n.authority.RotateCredential(c.Context(), by, authority.CredentialID(id), r)
		return n.showIssued(c, issued, called(err, "overlap", "overlap_seconds"))
	}, n.showIssuedBefore(c))
}

func (n native) showIssued(c *dialect.Call, issued authority.IssuedCredential, err error) error {
	if err != nil {
		return err
	}
	shown := issuedAnswer{Credential: n.showOne(issued.Credential)}
	shown.Key, shown.Secret = optional(issued.Key.Reveal()), optional(issued.Secret.Reveal())
	setVersion(c, issued.Credential.UpdatedAt)
	return created(c, credentialsPath+"/"+shown.Credential.ID, shown)
}

// showIssuedBefore answers a repeat: the secret again while it is the credential's own, null afterwards.
func (n native) showIssuedBefore(c *dialect.Call) func(by authority.Actor, made string) error {
	return func(by authority.Actor, made string) error {
		id, err := secret.ParseID(made)
		if err != nil {
			return err
		}
		issued, err := n.authority.IssuedBefore(c.Context(), by, authority.CredentialID(id))
		return n.showIssued(c, issued, err)
	}
}

func parseIssue(c *dialect.Call) (r authority.IssueRequest, err error) {
	var body credentialRequest
	if err := decode(c, &body); err != nil {
		return r, err
	}
	if body.Kind == "" {
		return r, fault.BadParameter("kind", "The member is required.")
	}
	for name, list := range map[string][]string{"tenants": body.Tenants, "permissions": body.Permissions, "dialects": body.Dialects, "networks": body.Networks} {
		if list != nil && (len(list) == 0 || slices.Contains(list, "")) {
			return r, fault.BadParameter(name, "The list must have entries, none of them empty: leave it out, or null, for no restriction.")
		}
	}
	if body.Principal == "" {
		return r, fault.BadParameter("principal", "The member is required.")
	}
	r = authority.IssueRequest{
		Kind: authority.CredentialKind(body.Kind), Principal: grant.PrincipalID(body.Principal),
		Restriction: authority.Restriction{
			Tenants: typed[tenant.ID](body.Tenants), Permissions: typed[grant.Permission](body.Permissions), Dialects: body.Dialects,
		},
		Limits: body.Limits,
	}
	if body.Name != nil {
		r.Name = *body.Name
	}
	if r.Networks, err = parseNetworks(body.Networks); err != nil {
		return r, err
	}
	if r.ExpiresAt, err = parseEnd(body.ExpiresAt); err != nil {
		return r, err
	}
	r.Import, err = body.parse()
	return r, err
}

func parseRotate(c *dialect.Call) (r authority.RotateRequest, err error) {
	var body rotateRequest
	if err := decode(c, &body); err != nil {
		return r, err
	}
	if overlap := body.OverlapSeconds; overlap != nil {
		if *overlap < 0 || *overlap > int64(authority.MaxOverlap/time.Second) {
			return r, fault.BadParameter("overlap_seconds", "The overlap is 0 to 90 days.")
		}
		r.Overlap = time.Duration(*overlap) * time.Second
	}
	r.Import, err = body.parse()
	return r, err
}

// parse reads what is brought along. Empty is a mistake of the program that sends it, never "make one".
func (b importedSecret) parse() (from authority.Import, err error) {
	if from.Key, err = parseImported("key", b.Key); err == nil {
		from.Secret, err = parseImported("secret", b.Secret)
	}
	return from, err
}

// maxImported bounds what is brought along, in bytes.
const maxImported = 1024

func parseImported(name string, text *string) (secret.Text, error) {
	if text == nil {
		return secret.Text{}, nil
	}
	if *text == "" || len(*text) > maxImported {
		return secret.Text{}, fault.BadParameter(name, "The member must have from 1 to 1024 bytes, or be left out.")
	}
	return secret.Of(*text), nil
}

func parseNetworks(texts []string) (networks []netip.Prefix, err error) {
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil || network != network.Masked() {
			return nil, fault.BadParameter("networks", "A network is written as 192.0.2.0/24 or 2001:db8::/32.")
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// parseEnd reads when a credential ends; none is never.
func parseEnd(text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, nil
	}
	return parseTime("expires_at", *text)
}

// typed gives texts their type; none stays none.
func typed[T ~string](texts []string) []T {
	var all []T
	for _, text := range texts {
		all = append(all, T(text))
	}
	return all
}

// called gives the parameter that a failure names its name on this wire.
func called(err error, word, member string) error {
	if err == nil || fault.As(err).Parameter != word {
		return err
	}
	f := *fault.As(err)
	f.Parameter = member
	return &f
}

// untold says that there is no such thing without the name that was sent, which may be a secret in the wrong place.
func untold(err error) error {
	if err == nil || fault.KindOf(err) != fault.NotFound {
		return err
	}
	return &fault.Error{Kind: fault.NotFound, Reason: fault.ReasonOf(err), Cause: err, Message: "There is no such person, service or tenant."}
}
