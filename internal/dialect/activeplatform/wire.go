package activeplatform

import "time"

// mediaType is of every answer, whatever the client asked for (WIRE.md §3).
const mediaType = "application/vnd.api+json"

// ownerToken is the bare answer, without the data member that JSON:API would want.
type ownerToken struct {
	Email string `json:"owner_email"`
	Token string `json:"owner_token"`
}

// list is one page of resources.
type list struct {
	Data  []resource `json:"data"`
	Links pageLinks  `json:"links"`
	Meta  listMeta   `json:"meta"`
}

// pageLinks lead to other pages; null where there is none.
type pageLinks struct {
	Self  string  `json:"self"`
	First string  `json:"first"`
	Prev  *string `json:"prev"`
	Next  *string `json:"next"`
	Last  string  `json:"last"`
}

// listMeta counts what is in all pages.
type listMeta struct {
	Total int64 `json:"total_count"`
	Pages int64 `json:"total_pages"`
}

// single is one resource.
type single struct {
	Data resource `json:"data"`
}

type resource struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Attributes any    `json:"attributes"`
}

type resellerAttributes struct {
	Parent    *string         `json:"parent_id"`
	Status    string          `json:"status"`
	CreatedAt string          `json:"created_at"`
	UpdatedAt string          `json:"updated_at"`
	General   resellerGeneral `json:"general"`
}

type resellerGeneral struct {
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

type accountAttributes struct {
	Reseller    int64   `json:"reseller_id"`
	Name        string  `json:"name"`
	PrimaryName *string `json:"primary_name"`
	Status      string  `json:"status"`
	OwnerEmail  *string `json:"owner_email"`
	OwnerName   *string `json:"owner_name"`
	Portal      *string `json:"portal"`
	DocType     *string `json:"doc_type"`
	DocNumber   *string `json:"doc_number"`
	OwnCode     *string `json:"own_code"`
	PickupCode  *string `json:"pickup_code"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
}

type managerAttributes struct {
	Reseller  int64  `json:"reseller_id"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	Role      string `json:"role"`
	Status    string `json:"status"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

// apiTokenAttributes hold a manager's new personal token, shown this once.
type apiTokenAttributes struct {
	Token string `json:"api_token"`
}

// at writes a time as the vendor's examples do: with milliseconds and an offset, which is always that of UTC here.
func at(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

// errorDocument is the error form of JSON:API 1.1.
type errorDocument struct {
	Errors []errorObject `json:"errors"`
}

type errorObject struct {
	Status string       `json:"status"`
	Title  string       `json:"title"`
	Detail string       `json:"detail"`
	Source *errorSource `json:"source,omitempty"`
}

type errorSource struct {
	Parameter string `json:"parameter"`
}
