package main

import (
	"fmt"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// holdReport is what suspending or resuming did, or would have done, in JSON.
type holdReport struct {
	ID          string `json:"id"`
	Done        bool   `json:"done"`    // false: --yes was missing
	Changed     bool   `json:"changed"` // false: it was so already
	Counts      bool   `json:"counts"`  // now
	Reason      string `json:"reason,omitzero"`
	Sessions    int64  `json:"sessions"`
	LoginTokens int64  `json:"login_tokens"`
}

func (r holdReport) with(ends authority.Ends) holdReport {
	r.Sessions, r.LoginTokens = ends.Sessions, ends.LoginTokens
	return r
}

// print says it in words, or in JSON.
func (r holdReport) print(inJSON bool, words string) error {
	if inJSON {
		return printJSON(r)
	}
	fmt.Println(words)
	return nil
}

// suspended says what suspending did; flag is how to select its sessions.
func (r holdReport) suspended(flag string) string {
	ends := inWords(authority.Ends{Sessions: r.Sessions, LoginTokens: r.LoginTokens})
	if !r.Changed {
		return r.ID + " was suspended by command already: " + ends + " do not count"
	}
	words := r.ID + " is suspended: " + ends + " do not count any more"
	if r.Sessions > 0 {
		words += "\nresumed before they expire, they count again; to end them for good: doorward session revoke " + flag + " " + r.ID + " --yes"
	}
	return words
}

// resumed says what resuming did, and what still stands in the way.
func (r holdReport) resumed(obstacle string) string {
	words := r.ID + " is resumed"
	if !r.Changed {
		words = r.ID + " was not suspended by command"
	}
	if r.Counts {
		return words + " and counts: " + plural(r.Sessions, "session") + " and " + plural(r.LoginTokens, "login token") + " of it may count"
	}
	return words + ", and still does not count: " + obstacle
}

// statusInWords says what the directory and a command made of something.
func statusInWords(status authority.Status, heldAt time.Time) string {
	if heldAt.IsZero() {
		return string(status)
	}
	return fmt.Sprintf("suspended by command since %s (%s by the directory)", moment(heldAt), status)
}
