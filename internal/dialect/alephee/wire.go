package alephee

import (
	"errors"
	"net/http"
	"strconv"

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

// encode puts the members together by hand, at a fraction of what an encoder for them costs.
func (m mintedToken) encode(tokenMember, urlMember string) ([]byte, error) {
	body, failed := make([]byte, 0, 256), error(nil)
	quote := func(before, text string) {
		var err error
		body, err = jsontext.AppendQuote(append(body, before...), text)
		failed = errors.Join(failed, err)
	}
	quote("{", tokenMember)
	quote(":", m.token)
	quote(",", urlMember)
	if m.url != "" {
		quote(":", m.url)
	} else {
		body = append(body, ":null"...)
	}
	if failed != nil {
		return nil, fault.As(failed)
	}
	body = strconv.AppendInt(append(body, `,"ExpiresIn":`...), m.expiresIn, 10)
	return append(body, '}'), nil
}

// list is the envelope of every list (WIRE.md §1, lists).
type list[T any] struct {
	Total          int64  `json:"Total"`
	Paging         paging `json:"Paging"`
	SortBy         sort   `json:"SortBy"`
	AvailableSorts []sort `json:"AvailableSorts"`
	Results        []T    `json:"Results"`
}

type paging struct {
	Limit  int   `json:"Limit"`
	Offset int64 `json:"Offset"`
	Total  int64 `json:"Total"`
}

type sort struct {
	ID   string `json:"Id"`
	Name string `json:"Name"`
}

type account struct {
	ID           int64   `json:"Id"`
	Name         string  `json:"Name"`
	BusinessName *string `json:"BusinessName"`
	DocType      *string `json:"DocType"`
	DocNumber    *string `json:"DocNumber"`
	PickupCode   *string `json:"PickupCode"`
	OwnCode      *string `json:"OwnCode"`
}

type user struct {
	ID    int64  `json:"Id"`
	Name  string `json:"Name"`
	Email string `json:"Email"`
}

// text returns null for what has no value.
func text(value string) *string {
	if value == "" {
		return nil
	}
	return &value
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
