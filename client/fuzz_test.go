package client

import (
	"encoding/base64"
	"strings"
	"testing"
)

// FuzzParseCompact holds that what is read has one spelling: taken apart and put together it is the same text.
func FuzzParseCompact(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	f.Add(encode([]byte(`{"alg":"ES256","kid":"k","typ":"at+jwt"}`)) + "." + encode([]byte(`{}`)) + "." + encode(make([]byte, 64)))
	f.Add("a.b.c")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCompact(text)
		if err != nil {
			if ReasonOf(err) == "" {
				t.Fatalf("%v is no refusal", err)
			}
			return
		}
		parts := strings.Split(text, ".")
		if len(text) > compactMax || encode(c.payload) != parts[1] || encode(c.signature) != parts[2] || len(parts) != 3 {
			t.Fatalf("%q has another spelling", text)
		}
	})
}

// FuzzReadEvents holds that no stream makes the follower fail in another way than by an error, or remember without bound.
func FuzzReadEvents(f *testing.F) {
	f.Add("event: revocation\nid: 1\ndata: {\"cursor\":\"1\",\"fact\":\"abc\",\"ended\":true,\"at\":\"2030-05-17T12:00:00Z\"}\n\n")
	f.Add("event: heard\nid: x\ndata: {\"heard_ago_ms\":5}\n\n")
	f.Add("event: reset\ndata: {\"at\":\"2030-05-17T12:00:00Z\"}\r\n\r\n:\n")
	f.Fuzz(func(t *testing.T, text string) {
		o := VerifierOptions{}
		o.fill("https://doorward.test")
		m := newMemory(o.Now, longestLifetime, 3)
		if err := newFollower(nil, m, o).readEvents(strings.NewReader(text), func() {}); err == nil {
			t.Fatal("a stream that ended is no error")
		}
		if m.size() > 3 {
			t.Fatalf("%d are remembered", m.size())
		}
	})
}
