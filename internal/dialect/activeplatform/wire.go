package activeplatform

import (
	"net/http"

	"github.com/go-json-experiment/json"
)

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

func write(w http.ResponseWriter, status int, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is not a failure of the act
	return nil
}
