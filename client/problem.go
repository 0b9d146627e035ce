package client

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Problem is a failure that Doorward answered: an RFC 9457 problem document, or an OAuth error in the same members.
type Problem struct {
	Status     int           // of HTTP
	Code       string        // stable, such as "login-token-refused" or OAuth's "invalid_grant": programs decide by it
	Title      string        // what the code means
	Detail     string        // what was wrong this time
	Parameter  string        // the input at fault, where it is known
	Type       string        // the page of the code, below the installation's URL
	RequestID  string        // under which the operator finds the exact reason
	RetryAfter time.Duration // zero: none was said
}

// Error says code, detail and request ID. It quotes nothing that was sent.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString("doorward: " + strconv.Itoa(p.Status))
	for _, part := range []string{p.Code, p.Detail} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	if p.RequestID != "" {
		b.WriteString(" (request " + p.RequestID + ")")
	}
	return b.String()
}

// IsProblem reports whether err is a failure that Doorward answered with this code.
func IsProblem(err error, code string) bool {
	var problem *Problem
	return errors.As(err, &problem) && problem.Code == code
}

// wireProblem has the members of RFC 9457 and of RFC 6749 §5.2, of which an answer has one or the other.
type wireProblem struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Detail      string `json:"detail"`
	Code        string `json:"code"`
	RequestID   string `json:"request_id"`
	Parameter   string `json:"parameter"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// problemOf reads a failure. What is no problem document, such as a proxy's page, still has a status and a title.
func problemOf(answer *http.Response, body []byte) *Problem {
	p := &Problem{
		Status: answer.StatusCode, Title: http.StatusText(answer.StatusCode),
		RequestID: answer.Header.Get("X-Request-Id"), RetryAfter: retryAfter(answer.Header),
	}
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	var wire wireProblem
	if err != nil || kind != "application/problem+json" && kind != "application/json" || json.Unmarshal(body, &wire) != nil {
		return p
	}
	p.Type, p.Detail, p.Code, p.Parameter = wire.Type, wire.Detail, wire.Code, wire.Parameter
	if wire.Title != "" {
		p.Title = wire.Title
	}
	if wire.RequestID != "" {
		p.RequestID = wire.RequestID
	}
	if wire.Code == "" {
		p.Code, p.Detail = wire.Error, wire.Description
	}
	return p
}

// retryAfter reads Retry-After in seconds or as a date (RFC 9110 §10.2.3).
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	sent, sentErr := http.ParseTime(h.Get("Date"))
	if err != nil || sentErr != nil || at.Before(sent) {
		return 0
	}
	return at.Sub(sent)
}
