package activeplatform

// mediaType is of every answer, whatever the client asked for (WIRE.md §3).
const mediaType = "application/vnd.api+json"

// ownerToken is the bare answer, without the data member that JSON:API would want.
type ownerToken struct {
	Email string `json:"owner_email"`
	Token string `json:"owner_token"`
}

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
