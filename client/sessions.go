package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Session is a session or an access token as an operator sees it, never its text.
type Session struct {
	ID           string     `json:"id"`
	Kind         Kind       `json:"kind"`
	Subject      string     `json:"subject"`
	Actor        string     `json:"actor"` // who acts as the subject, or empty
	Account      string     `json:"account"`
	Organisation string     `json:"organisation"`
	Unit         string     `json:"unit"`
	Audience     *int64     `json:"audience"`
	Credential   string     `json:"credential"` // what it descends from
	Parent       string     `json:"parent"`     // the session it came from, or empty
	Permissions  []string   `json:"permissions"`
	Dialect      string     `json:"dialect"`
	OpenedAt     time.Time  `json:"opened_at"`
	UsedAt       *time.Time `json:"used_at"`
	ExpiresAt    time.Time  `json:"expires_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	Refusal      string     `json:"refusal"` // why it does not count now, or empty
}

// SessionFilter selects sessions, to list them and to end them; an empty member selects all.
type SessionFilter struct {
	Tenant       string // "account:1200": there and below
	Principal    string // "person:3"
	Credential   string // ID
	Dialect      string
	OpenedBefore time.Time
}

func (f SessionFilter) values() url.Values {
	v := values("tenant", f.Tenant, "principal", f.Principal, "credential", f.Credential, "dialect", f.Dialect)
	if !f.OpenedBefore.IsZero() {
		v.Set("opened_before", f.OpenedBefore.Format(time.RFC3339Nano))
	}
	return v
}

// values returns the parameters that are not empty, of a list of names and values.
func values(list ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(list); i += 2 {
		if list[i+1] != "" {
			v.Set(list[i], list[i+1])
		}
	}
	return v
}

// Sessions goes through the sessions and access tokens that a filter selects; live leaves out those that do not count.
func (c *Client) Sessions(ctx context.Context, f SessionFilter, live bool) iter.Seq2[Session, error] {
	query := f.values()
	if live {
		query.Set("live", "true")
	}
	return List[Session](ctx, c, "/v1/sessions", query)
}

// Ends is what an act has ended, or would end when it was a dry run.
type Ends struct {
	DryRun      bool  `json:"dry_run"`
	Sessions    int64 `json:"sessions"`
	LoginTokens int64 `json:"login_tokens"`
}

// EndSession ends a session by its ID, with all that came from it. A dry run only counts.
func (c *Client) EndSession(ctx context.Context, id string, dryRun bool) (ends Ends, err error) {
	err = Delete(ctx, c, "/v1/sessions/"+url.PathEscape(id), dry(nil, dryRun), "", &ends)
	return ends, err
}

// EndSessions ends all sessions that a filter selects, which must not be empty. A dry run only counts.
func (c *Client) EndSessions(ctx context.Context, f SessionFilter, dryRun bool) (ends Ends, err error) {
	err = Delete(ctx, c, "/v1/sessions", dry(f.values(), dryRun), "", &ends)
	return ends, err
}

func dry(query url.Values, dryRun bool) url.Values {
	if query == nil {
		query = url.Values{}
	}
	if dryRun {
		query.Set("dry_run", strconv.FormatBool(true))
	}
	return query
}

// Verdict says of one token of a batch whether it counts now, and what it stands for if it does.
type Verdict struct {
	Valid   bool             `json:"valid"`
	Session *VerifiedSession `json:"session"`
}

// VerifiedSession is a session or access token that counts.
type VerifiedSession struct {
	ID          string   `json:"id"`
	Kind        Kind     `json:"kind"`
	Permissions []string `json:"permissions"` // it was narrowed to; nil: not narrowed
	Thumbprint  string   `json:"thumbprint"`  // of the key to prove possession of; empty: a bearer
	SessionShown
	Facts []string `json:"facts"` // that it depends on, as the feed names them
}

// VerifySessions says of up to 100 tokens, in their order, whether they count now.
func (c *Client) VerifySessions(ctx context.Context, tokens []string) ([]Verdict, error) {
	one, err := jsonCall(http.MethodPost, "/v1/sessions/verify", map[string][]string{"tokens": tokens})
	if err != nil {
		return nil, err
	}
	one.repeatable = true
	var answer struct {
		Verdicts []Verdict `json:"verdicts"`
	}
	_, err = c.do(ctx, one, &answer)
	return answer.Verdicts, err
}
