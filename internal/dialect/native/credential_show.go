package native

import (
	"github.com/doorward/doorward/internal/authority"
)

func (n native) showOne(c authority.Credential) credentialAnswer {
	return showListed(authority.ListedCredential{Credential: c, Refusal: n.authority.CredentialRefusal(c)})
}

func showListed(l authority.ListedCredential) credentialAnswer {
	shown := credentialAnswer{
		ID: l.ID.String(), Kind: string(l.Kind), Principal: string(l.Principal), Name: l.Name, KeyID: optional(l.PublicID),
		Status: string(l.Status), Refusal: optional(l.Refusal), Audience: audienceOf(l.Credential.Audience),
		Tenants: textsOf(l.Tenants), Permissions: textsOf(l.Permissions), Dialects: l.Dialects, Networks: networksOf(l.Credential), Limits: l.Limits,
		ExpiresAt: formatTime(l.ExpiresAt), RevokedAt: formatTime(l.RevokedAt), CreatedAt: formatTime(l.CreatedAt),
		UpdatedAt: formatTime(l.UpdatedAt), ReplacedBy: optionalID(l.ReplacedBy), CreatedBy: optional(l.CreatedBy), Uses: []useAnswer{},
	}
	for _, u := range l.Uses {
		shown.Uses = append(shown.Uses, useAnswer{Dialect: u.Dialect, Source: optional(u.Source), At: formatTime(u.At)})
	}
	return shown
}

func networksOf(c authority.Credential) []string {
	var texts []string
	for _, network := range c.Networks {
		texts = append(texts, network.String())
	}
	return texts
}

// textsOf returns the texts of names; none is none.
func textsOf[T ~string](names []T) []string {
	var texts []string
	for _, name := range names {
		texts = append(texts, string(name))
	}
	return texts
}
