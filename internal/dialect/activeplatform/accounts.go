package activeplatform

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/tenant"
)

// listAccounts answers the accounts directly under the reseller of the path.
func (p platform) listAccounts(c *dialect.Call) error {
	return p.listTenants(c, tenant.KindAccount, authority.NextLevel, accountOf)
}

// listChildAccounts answers the accounts of all resellers downstream of that of the path, but not its own.
func (p platform) listChildAccounts(c *dialect.Call) error {
	return p.listTenants(c, tenant.KindAccount, authority.FurtherLevels, accountOf)
}

func (p platform) showAccount(c *dialect.Call) error { return p.showAccountOf(c, authority.NextLevel) }

func (p platform) showChildAccount(c *dialect.Call) error {
	return p.showAccountOf(c, authority.FurtherLevels)
}

// showAccountOf answers one of the accounts that the list of the same levels has.
func (p platform) showAccountOf(c *dialect.Call, levels authority.Levels) error {
	below, err := parseReseller(c)
	if err != nil {
		return err
	}
	account, err := parseID("account_id", c.Request.PathValue("account_id"))
	if err != nil {
		return err
	}
	set := authority.TenantSet{Below: below, Kind: tenant.KindAccount, Levels: levels}
	shown, err := p.authority.TenantIn(c.Context(), c.By, set, tenant.Account(account))
	if err != nil {
		return err
	}
	return writeOne(c, http.StatusOK, accountOf(shown))
}

func accountOf(t authority.ListedTenant) resource {
	return resource{ID: t.ID.Key(), Type: "accounts", Attributes: accountAttributes{
		Reseller: t.Parent.Number(), Name: t.Name, PrimaryName: known(t.Profile.BusinessName), Status: string(t.StatusNow()),
		OwnerEmail: known(t.Owner.Email), OwnerName: known(t.Owner.Name), Portal: known(t.Portal),
		DocType: known(t.Profile.DocType), DocNumber: known(t.Profile.DocNumber),
		OwnCode: known(t.Profile.OwnCode), PickupCode: known(t.Profile.PickupCode),
		CreatedAt: at(t.CreatedAt), UpdatedAt: at(t.UpdatedAt),
	}}
}

// known returns what is not known as null.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
