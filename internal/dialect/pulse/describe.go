package pulse

import (
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// timeFormat is RFC 3339 in UTC with milliseconds, as JavaScript writes a date-time.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// describe returns what a session is: who, in which accounts, all of them, with what permissions. The flat lists are those of the
// chosen account alone: what the session may do in one account it may not do in another.
func (p pulse) describe(by authority.Actor, chosen authority.Membership, all []authority.Membership, token secret.Text, expiresAt time.Time) sessionAnswer {
	who := by.Principal()
	answer := sessionAnswer{
		ID: who.ID.Number(), Email: text(who.Email), Token: token.Reveal(),
		Active:    who.Status == authority.Active,
		CreatedBy: text(string(who.CreatedBy)), UpdatedBy: text(string(who.UpdatedBy)),
		CreatedAt: dateTime(who.CreatedAt), UpdatedAt: dateTime(who.UpdatedAt), ExpiresAt: dateTime(expiresAt),
		FlatRoles: roleNames(chosen.Roles), FlatPermissions: chosen.Permissions,
		PermissionsFrom: map[grant.Permission][]permissionSource{},
	}
	for _, m := range all {
		a := describeAccount(m)
		answer.Accounts = append(answer.Accounts, a)
		if m.Primary {
			answer.PrimaryAccount = &a
		}
		answer.addSources(m)
	}
	return answer
}

// addSources notes which role in which account gives each permission.
func (s *sessionAnswer) addSources(m authority.Membership) {
	for _, role := range m.Roles {
		for _, p := range role.Permissions {
			if s.PermissionsFrom[p] == nil {
				s.PermissionsFromRoles = append(s.PermissionsFromRoles, p)
			}
			source := permissionSource{Role: role.ID.Name(), AccountID: m.Account.ID.Key()}
			s.PermissionsFrom[p] = append(s.PermissionsFrom[p], source)
		}
	}
}

func describeAccount(m authority.Membership) account {
	id, profile := m.Account.ID.Key(), m.Account.Profile
	return account{
		AccountName: m.Account.Name, Name: m.Account.Name,
		AccountID: id, ID: id, UniqueID: id,
		UsersPrimaryAccount:  m.Primary,
		AccountAdmin:         m.Level == grant.AccountOwner || m.Level == grant.AccountAdmin,
		Repcode:              text(profile.Repcode),
		CustomerServicePhone: text(profile.ServicePhone),
		CustomerServiceEmail: text(profile.ServiceEmail),
		Whitelabel:           profile.Whitelabel,
		Permissions:          m.Permissions,
		Roles:                roleNames(m.Roles),
	}
}

func roleNames(roles []grant.Role) []string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = role.ID.Name()
	}
	return names
}

// text returns null for what has no value (WIRE.md §2).
func text(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func dateTime(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	return text(at.UTC().Format(timeFormat))
}
