package client

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"net/http"
	"net/url"
)

// Version is the ETag of a thing as it was read; the zero value demands none.
type Version string

// Get reads the thing at a path of /v1, with its version.
func Get[T any](ctx context.Context, c *Client, path string) (thing T, v Version, err error) {
	one, err := jsonCall(http.MethodGet, path, nil)
	if err != nil {
		return thing, "", err
	}
	header, err := c.do(ctx, one, &thing)
	return thing, Version(header.Get("ETag")), err
}

// Create makes a thing by POST to a path of /v1. It is safe to call once; to repeat it from another process give the
// same key. An empty key is one made for this call.
func Create[T any](ctx context.Context, c *Client, path string, body any, key string) (thing T, err error) {
	one, err := jsonCall(http.MethodPost, path, body)
	if err != nil {
		return thing, err
	}
	if key == "" {
		key = rand.Text()
	}
	_, err = c.do(ctx, one.withKey(key), &thing)
	return thing, err
}

// Change changes the thing at a path of /v1 by PATCH, only if it is still of a version when one is given: otherwise it is
// a *Problem with code "precondition-failed".
func Change[T any](ctx context.Context, c *Client, path string, body any, only Version) (thing T, v Version, err error) {
	return write[T](ctx, c, http.MethodPatch, path, body, only)
}

// Put puts a thing at a path of /v1, as Change changes it.
func Put[T any](ctx context.Context, c *Client, path string, body any, only Version) (thing T, v Version, err error) {
	return write[T](ctx, c, http.MethodPut, path, body, only)
}

func write[T any](ctx context.Context, c *Client, method, path string, body any, only Version) (thing T, v Version, err error) {
	one, err := jsonCall(method, path, body)
	if err != nil {
		return thing, "", err
	}
	if only != "" {
		one.header.Set("If-Match", string(only))
	}
	header, err := c.do(ctx, one, &thing)
	return thing, Version(header.Get("ETag")), err
}

// Delete ends the thing at a path of /v1, only if it is still of a version when one is given, and decodes the answer
// into out unless that is nil.
func Delete(ctx context.Context, c *Client, path string, filter url.Values, only Version, out any) error {
	one, err := jsonCall(http.MethodDelete, path, nil)
	if err != nil {
		return err
	}
	one.query = filter
	if only != "" {
		one.header.Set("If-Match", string(only))
	}
	_, err = c.do(ctx, one, out)
	return err
}

// List goes through a list of /v1, reading the next part when it is needed. An error is yielded once and ends it; the
// filter's parameters are the route's, and limit says how much is read at once.
func List[T any](ctx context.Context, c *Client, path string, filter url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		query := url.Values{}
		for name, values := range filter {
			query[name] = values
		}
		var none T
		for {
			items, next, err := part[T](ctx, c, path, query)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if next == query.Get("cursor") {
				yield(none, errors.Join(errAnswer, errors.New("doorward: the list does not go on")))
				return
			}
			query.Set("cursor", next)
		}
	}
}

func part[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, string, error) {
	one, err := jsonCall(http.MethodGet, path, nil)
	if err != nil {
		return nil, "", err
	}
	one.query = query
	var answer struct {
		Items []T    `json:"items"`
		Next  string `json:"next_cursor"`
	}
	_, err = c.do(ctx, one, &answer)
	return answer.Items, answer.Next, err
}
