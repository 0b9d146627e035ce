package native

import (
	"context"
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/tenant"
)

func showOneTenant(t authority.Tenant) tenantAnswer {
	a := tenantAnswer{
		ID: string(t.ID), Kind: string(t.ID.Kind()), Parent: optional(t.Parent), Name: t.Name, Status: string(t.Status),
		SuspendedAt: formatTime(t.HeldAt), Portal: optional(t.Portal), CreatedAt: formatTime(t.CreatedAt), UpdatedAt: formatTime(t.UpdatedAt),
	}
	if t.ID.Kind() == tenant.KindAccount {
		a.Profile = showProfile(t.Profile)
	}
	return a
}

func showProfile(p authority.Profile) *profileOnTheWay {
	shown := &profileOnTheWay{
		BusinessName: optional(p.BusinessName), DocType: optional(p.DocType), DocNumber: optional(p.DocNumber), OwnCode: optional(p.OwnCode),
		PickupCode: optional(p.PickupCode), Repcode: optional(p.Repcode),
	}
	if p.Whitelabel != nil {
		shown.Whitelabel = &p.Whitelabel
	}
	if p.ServicePhone != "" || p.ServiceEmail != "" {
		shown.CustomerService = &serviceContact{Phone: optional(p.ServicePhone), Email: optional(p.ServiceEmail)}
	}
	return shown
}

// profile returns what was sent; what is left out or null is not known.
func (p *profileOnTheWay) profile() (f authority.Profile, err error) {
	if p == nil {
		return f, nil
	}
	if err := p.notEmpty(); err != nil {
		return f, err
	}
	f = authority.Profile{
		BusinessName: value(p.BusinessName), DocType: value(p.DocType), DocNumber: value(p.DocNumber), OwnCode: value(p.OwnCode),
		PickupCode: value(p.PickupCode), Repcode: value(p.Repcode),
	}
	if p.Whitelabel != nil {
		f.Whitelabel = *p.Whitelabel
	}
	if p.CustomerService != nil {
		f.ServicePhone, f.ServiceEmail = value(p.CustomerService.Phone), value(p.CustomerService.Email)
	}
	return f, nil
}

func (p *profileOnTheWay) notEmpty() error {
	members := map[string]*string{
		"profile/business_name": p.BusinessName, "profile/doc_type": p.DocType, "profile/doc_number": p.DocNumber,
		"profile/own_code": p.OwnCode, "profile/pickup_code": p.PickupCode, "profile/repcode": p.Repcode,
	}
	if p.CustomerService != nil {
		members["profile/customer_service/phone"] = p.CustomerService.Phone
		members["profile/customer_service/email"] = p.CustomerService.Email
	}
	return notEmpty(members)
}

// holdTenant suspends or resumes a tenant by command, and answers what that stops or lets count again.
func (n native) holdTenant(hold func(*authority.Authority, context.Context, authority.Actor, tenant.ID) (bool, authority.Ends, error)) func(*dialect.Call) error {
	return func(c *dialect.Call) error {
		if err := refuseInput(c); err != nil {
			return err
		}
		changed, ends, err := hold(n.authority, c.Context(), c.By, tenant.ID(c.PathValue("tenant")))
		return writeHeld(c, changed, ends, err)
	}
}

func writeHeld(c *dialect.Call, changed bool, ends authority.Ends, err error) error {
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, heldAnswer{Changed: changed, Sessions: ends.Sessions, LoginTokens: ends.LoginTokens})
}
