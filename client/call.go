package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	answerMax = 8 << 20 // bytes of an answer that is read
	firstWait = 100 * time.Millisecond
)

// call is one request to the installation, which may take several tries.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	kind         string // media type of body
	body         []byte
	repeatable   bool // whether a try whose answer was lost may be made again
}

// jsonCall returns a call with a JSON body. Only reading is repeatable; a keyed POST becomes so by withKey.
func jsonCall(method, path string, body any) (call, error) {
	one := call{method: method, path: path, header: http.Header{}, repeatable: method == http.MethodGet}
	if body == nil {
		return one, nil
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return call{}, fmt.Errorf("doorward: encode the request: %w", err)
	}
	one.body, one.kind = encoded, "application/json"
	return one, nil
}

// formCall returns a POST of a form, as the OAuth endpoints take it.
func formCall(path string, form url.Values) call {
	return call{
		method: http.MethodPost, path: path, header: http.Header{},
		kind: "application/x-www-form-urlencoded", body: []byte(form.Encode()),
	}
}

// withKey makes a POST repeatable: whoever answers does the act once for one key.
func (one call) withKey(key string) call {
	one.header.Set("Idempotency-Key", key)
	one.repeatable = true
	return one
}

// do makes a call and decodes its answer into out, unless that is nil. A failure that Doorward answers is a *Problem.
func (c *Client) do(ctx context.Context, one call, out any) (http.Header, error) {
	for try := 1; ; try++ {
		header, err := c.try(ctx, one, out)
		if err == nil {
			return header, nil
		}
		wait, again := c.again(one, err, try)
		if !again {
			return nil, err
		}
		if c.wait(ctx, wait) != nil {
			return nil, err // what happened says more than that time was up
		}
	}
}

// again says whether a call is tried once more, and after how long.
func (c *Client) again(one call, err error, try int) (time.Duration, bool) {
	var problem *Problem
	answered := errors.As(err, &problem)
	switch {
	case try >= c.options.Tries || errors.Is(err, context.Canceled) || errors.Is(err, errNotSent) || errors.Is(err, errAnswer):
		return 0, false
	case answered && problem.Status == http.StatusTooManyRequests: // it was not looked at
	case answered && problem.Status < http.StatusInternalServerError || !one.repeatable:
		return 0, false
	}
	wait := firstWait << (try - 1)
	wait += rand.N(wait) // so that what failed together does not come back together
	if answered && problem.RetryAfter > 0 {
		return problem.RetryAfter, problem.RetryAfter <= c.options.MaxWait
	}
	return wait, true
}

var (
	errNotSent = errors.New("the request could not be made")
	errAnswer  = errors.New("the answer cannot be understood")
)

func (c *Client) try(ctx context.Context, one call, out any) (http.Header, error) {
	r, err := c.request(ctx, one)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("doorward: %s %s: %w", one.method, one.path, withoutURL(err))
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerMax+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("doorward: %s %s: read the answer: %w", one.method, one.path, err)
	case len(body) > answerMax:
		return nil, fmt.Errorf("doorward: %s %s: %w: it is too large", one.method, one.path, errAnswer)
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return nil, problemOf(answer, body)
	case out == nil:
		return answer.Header, nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		// The decoder's error may quote the answer, which may hold a secret.
		return nil, fmt.Errorf("doorward: %s %s: %w: it is not the JSON that was expected", one.method, one.path, errAnswer)
	}
	return answer.Header, nil
}

func (c *Client) request(ctx context.Context, one call) (*http.Request, error) {
	at := c.base.String() + one.path
	if len(one.query) > 0 {
		at += "?" + one.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, one.method, at, bytes.NewReader(one.body))
	if err != nil {
		return nil, fmt.Errorf("doorward: %s: %w", one.method, errNotSent)
	}
	for name, values := range one.header {
		r.Header[name] = values
	}
	if one.kind != "" {
		r.Header.Set("Content-Type", one.kind)
	}
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "application/json, application/problem+json")
	}
	r.Header.Set("User-Agent", "doorward-client")
	if r.Header.Get("Authorization") == "" {
		if err := c.authorize(r); err != nil {
			return nil, errors.Join(errNotSent, err)
		}
	}
	return r, nil
}

// withoutURL takes the address out of an error of net/http: a path may hold an identifier, and the caller knows it.
func withoutURL(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
