package authority

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// parentKinds says what each kind of tenant hangs directly below, as a directory file nests them.
var parentKinds = map[tenant.Kind][]tenant.Kind{
	tenant.KindOrganisation: {tenant.KindInstallation},
	tenant.KindReseller:     {tenant.KindOrganisation, tenant.KindReseller},
	tenant.KindAccount:      {tenant.KindReseller},
	tenant.KindUnit:         {tenant.KindOrganisation},
}

// checkPlace refuses a tenant of a kind, with so many levels below it, directly below the tenant of path.
func checkPlace(kind tenant.Kind, height int, path tenant.Path) error {
	if !slices.Contains(parentKinds[kind], path.ID().Kind()) {
		return &fault.Error{
			Kind: fault.Unmet, Reason: ReasonNotThere, Parameter: "parent",
			Message: "A tenant of this kind cannot be directly below that one.",
		}
	}
	if len(path)+height > tenant.MaxDepth {
		return &fault.Error{
			Kind: fault.Unmet, Reason: ReasonNotThere, Parameter: "parent",
			Message: "The tree is at most " + strconv.Itoa(tenant.MaxDepth) + " levels deep.",
		}
	}
	return nil
}

// checkMove refuses what would put a tenant below itself, too deep, or into another organisation, whose people,
// roles and keys are not those of its members. It is called with the directory locked: of two moves that would make
// a circle together, the second sees the first.
func checkMove(ctx context.Context, v View, have Tenant, from, to tenant.Path) error {
	if to.Within(have.ID) {
		return &fault.Error{Kind: fault.Unmet, Reason: ReasonNotThere, Parameter: "parent", Message: "A tenant cannot be below itself."}
	}
	height, err := v.HeightOf(ctx, have.ID)
	if err != nil {
		return err
	}
	if err := checkPlace(have.ID.Kind(), height, to); err != nil {
		return err
	}
	was, _ := from.Nearest(tenant.KindOrganisation)
	if is, _ := to.Nearest(tenant.KindOrganisation); was != is {
		return &fault.Error{
			Kind: fault.Unmet, Reason: ReasonNotThere, Parameter: "parent",
			Message: "A tenant stays in its organisation.",
		}
	}
	return nil
}

// checkTenantText refuses what no directory could say of a tenant.
func checkTenantText(t *Tenant) (err error) {
	if t.Name, err = checkText("name", t.Name); err != nil {
		return err
	}
	account := t.ID.Kind() == tenant.KindAccount
	if t.Portal != "" {
		if _, ok := PortalHost(t.Portal); !ok || !account || len(t.Portal) > MaxURLLength {
			return fault.BadParameter("portal", "A portal is the base URL of an account: http or https, host, port and path, without a default port.")
		}
	}
	if !account && !t.Profile.equal(Profile{}) {
		return fault.BadParameter("profile", "Only an account has a profile.")
	}
	return checkProfile(&t.Profile)
}

func checkProfile(f *Profile) error {
	for name, text := range map[string]*string{
		"business_name": &f.BusinessName, "doc_type": &f.DocType, "doc_number": &f.DocNumber, "own_code": &f.OwnCode,
		"pickup_code": &f.PickupCode, "repcode": &f.Repcode, "service_phone": &f.ServicePhone, "service_email": &f.ServiceEmail,
	} {
		if *text == "" {
			continue
		}
		normal, wrong := CheckText(*text, MaxNameLength)
		if wrong != "" {
			return fault.BadParameter("profile", "The "+name+" "+wrong+".")
		}
		*text = normal
	}
	left := MaxWhitelabelValues
	if wrong := checkWhitelabel(f.Whitelabel, 0, &left); f.Whitelabel != nil && wrong != "" {
		return fault.BadParameter("profile", "A whitelabel "+wrong+".")
	}
	return nil
}

// checkWhitelabel returns what is wrong with a value of a whitelabel, or "".
func checkWhitelabel(value any, depth int, left *int) (wrong string) {
	if *left--; *left < -1 {
		return "has at most " + strconv.Itoa(MaxWhitelabelValues) + " values"
	}
	if depth > MaxWhitelabelDepth {
		return "has at most " + strconv.Itoa(MaxWhitelabelDepth) + " levels"
	}
	switch v := value.(type) {
	case nil, bool:
		return ""
	case string:
		return checkWhitelabelText(v)
	case float64:
		if v >= 1<<53 || v <= -1<<53 || v != v {
			return "has no numbers that large"
		}
		return ""
	case []any:
		for _, one := range v {
			if wrong := checkWhitelabel(one, depth+1, left); wrong != "" {
				return wrong
			}
		}
		return ""
	case map[string]any:
		for key, one := range v {
			if wrong := checkWhitelabelText(key); wrong != "" {
				return wrong
			}
			if wrong := checkWhitelabel(one, depth+1, left); wrong != "" {
				return wrong
			}
		}
		return ""
	}
	return "has texts, numbers, truth values, lists and keys with values only"
}

func checkWhitelabelText(text string) (wrong string) {
	if len(text) > MaxURLLength || strings.ContainsFunc(text, Disturbs) {
		return "has texts of at most " + strconv.Itoa(MaxURLLength) + " bytes without control characters"
	}
	return ""
}

// freePortal refuses a portal whose host another account has.
func freePortal(ctx context.Context, v View, t Tenant) error {
	host, ok := PortalHost(t.Portal)
	if !ok {
		return nil
	}
	lineage, err := v.LineageOfPortal(ctx, host)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return nil
	case err != nil:
		return err
	case lineage[0].ID != t.ID:
		return taken("portal", "Another account has this portal's host.")
	}
	return nil
}

// newNumber returns a number for a person, reseller or account that nobody chose one for: of 16 digits, which every JSON
// reader takes exactly, and at random, so that it tells nothing of how many there are elsewhere.
func newNumber(now time.Time) int64 {
	const lowest, highest = 1_000_000_000_000_000, 1<<53 - 1
	id := secret.NewID(now)
	return lowest + int64(binary.BigEndian.Uint64(id[8:])%(highest-lowest))
}

// newUnitKey returns a key for a unit that nobody chose one for.
func newUnitKey(now time.Time) string { return strings.ToUpper(secret.NewID(now).String()) }

// numberOf reads the key of what is numbered, in decimal as a directory file has it.
func numberOf(key string) (int64, bool) {
	n, err := strconv.ParseInt(key, 10, 64)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 10) == key
}
