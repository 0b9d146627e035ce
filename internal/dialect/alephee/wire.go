package alephee

import (
	"bytes"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/fault"
)

const mediaType = "application/json; charset=utf-8"

// failure is the body of every failure but a 500, whose body is a bare JSON string (WIRE.md §1, errors).
type failure struct {
	Status  int    `json:"Status"`
	Message string `json:"Message"`
}

// mintedToken is the 200 body; its two names are the operator's, so that no struct can say them.
type mintedToken struct {
	token     string
	url       string // empty: null, the audience is no portal
	expiresIn int64  // seconds
}

func (m mintedToken) encode(tokenMember, urlMember string) ([]byte, error) {
	url := jsontext.Null
	if m.url != "" {
		url = jsontext.String(m.url)
	}
	var body bytes.Buffer
	e := jsontext.NewEncoder(&body)
	for _, token := range []jsontext.Token{
		jsontext.BeginObject,
		jsontext.String(tokenMember), jsontext.String(m.token),
		jsontext.String(urlMember), url,
		jsontext.String("ExpiresIn"), jsontext.Int(m.expiresIn),
		jsontext.EndObject,
	} {
		if err := e.WriteToken(token); err != nil {
			return nil, fault.As(err)
		}
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), nil
}

func encodeFailure(status int, message string) []byte {
	var body []byte
	if status == http.StatusInternalServerError {
		body, _ = json.Marshal(message)
		return body
	}
	body, _ = json.Marshal(failure{Status: status, Message: message})
	return body
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
