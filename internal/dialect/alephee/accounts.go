package alephee

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

// accountsParameters is what a well-formed request for the key's accounts says.
type accountsParameters struct {
	caller
	page
	account   tenant.ID // only this one; empty: all
	docNumber string    // only those with this one; empty: all
}

// parseAccounts reads the request. Client code sends accountId on every call, and documentNumber to look one up.
func parseAccounts(r *http.Request) (p accountsParameters, err error) {
	query, err := web.ParseQuery(r, foldName, parameterNames...)
	if err != nil {
		return p, err
	}
	if p.key, err = presentedKey(r, query); err != nil {
		return p, err
	}
	if text, ok := query[parameterAccount]; ok {
		n, err := number(parameterAccount, text, accountForm)
		if err != nil {
			return p, err
		}
		p.account = tenant.Account(n)
	}
	if p.docNumber = query[parameterNumber]; p.docNumber == "" && query.Has(parameterNumber) {
		return p, fault.BadParameter(parameterNumber, "It must not be empty.")
	}
	p.page, err = parsePage(query)
	return p, err
}

func (d wire) checkAccounts(c *dialect.Call) error {
	d.deprecate(c)
	parameters, err := parseAccounts(c.Request)
	c.Input = parameters
	return err
}

// listAccounts answers GET /v2/accounts.
func (d wire) listAccounts(c *dialect.Call) error {
	p := c.Input.(accountsParameters)
	one, found, err := d.authority.ChooseMembership(c.Context(), c.By, p.account)
	if err != nil {
		return err
	}
	if p.account != "" {
		found = []authority.Membership{one}
	}
	accounts := make([]account, 0, len(found))
	for _, m := range found {
		if p.docNumber == "" || m.Account.Profile.DocNumber == p.docNumber {
			accounts = append(accounts, accountOf(m.Account))
		}
	}
	slices.SortFunc(accounts, p.order.compare)
	return writeList(c.ResponseWriter, p.page, int64(len(accounts)), of(p.page, accounts))
}

// compare orders as authority.MemberPage does.
func (o order) compare(a, b account) int {
	result := cmp.Compare(a.ID, b.ID)
	if o.byName {
		result = cmp.Or(cmp.Compare(a.Name, b.Name), result)
	}
	if o.descending {
		return -result
	}
	return result
}

func accountOf(t authority.Tenant) account {
	p := t.Profile
	return account{
		ID: t.ID.Number(), Name: t.Name, BusinessName: text(p.BusinessName), DocType: text(p.DocType),
		DocNumber: text(p.DocNumber), PickupCode: text(p.PickupCode), OwnCode: text(p.OwnCode),
	}
}
