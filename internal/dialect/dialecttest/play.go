package dialecttest

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// anyBody is a response's body that is not compared.
const anyBody = "..."

// player acts a transcript out against a server.
type player struct {
	base     string // URL of the server
	advance  func(time.Duration)
	contract Contract
}

// play returns the first thing that is not as the transcript says, or nil.
func (p player) play(t transcript) error {
	k := kept{}
	for _, s := range t.steps {
		if s.advance > 0 {
			p.advance(s.advance)
			continue
		}
		if err := p.exchange(k, s); err != nil {
			return fmt.Errorf("%s: %s: %w", t.name, s.name, err)
		}
	}
	return nil
}

func (p player) exchange(k kept, s step) error {
	request, sent, err := p.request(k, s.request)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if err := k.matchResponse(s.response, response, string(body)); err != nil {
		return fmt.Errorf("%w\nthe answer was %s\n%s", err, response.Status, body)
	}
	return p.contract.Check(request, sent, s.malformed, response, body)
}

// client sends what is written and nothing else, and follows nothing.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (p player) request(k kept, m message) (r *http.Request, body string, err error) {
	first, err := k.fill(m.first)
	if err != nil {
		return nil, "", err
	}
	method, target, ok := strings.Cut(first, " ")
	if !ok {
		return nil, "", fmt.Errorf("%q is not a method and a target", first)
	}
	if body, err = k.fill(m.body); err != nil {
		return nil, "", err
	}
	if r, err = http.NewRequest(method, p.base+target, strings.NewReader(body)); err != nil {
		return nil, "", err
	}
	for _, f := range m.header {
		value, err := k.fill(f.value)
		if err != nil {
			return nil, "", err
		}
		if strings.EqualFold(f.name, "Host") {
			r.Host = value
			continue
		}
		r.Header.Add(f.name, value)
	}
	return r, body, nil
}

func (k kept) matchResponse(want message, got *http.Response, body string) error {
	if want.first != strconv.Itoa(got.StatusCode) {
		return fmt.Errorf("the status is %d, not %s", got.StatusCode, want.first)
	}
	for _, f := range want.header {
		if err := k.matchHeader(f, got.Header.Values(f.name)); err != nil {
			return err
		}
	}
	pattern, err := k.fill(want.body)
	if err != nil || pattern == anyBody {
		return err
	}
	return k.matchBody(pattern, got.Header.Get("Content-Type"), strings.TrimSuffix(body, "\n"))
}

func (k kept) matchHeader(want field, got []string) error {
	if want.value == "-" {
		if len(got) > 0 {
			return fmt.Errorf("the header %s is there: %q", want.name, got)
		}
		return nil
	}
	pattern, err := k.fill(want.value)
	if err != nil {
		return err
	}
	for _, value := range got {
		if k.match(pattern, value) {
			return nil
		}
	}
	return fmt.Errorf("the header %s is %q, not %q", want.name, got, pattern)
}

func (k kept) matchBody(pattern, contentType, body string) error {
	media, _, _ := mime.ParseMediaType(contentType)
	if pattern != "" && (strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json")) {
		return k.matchJSON(pattern, body)
	}
	if !k.match(pattern, body) {
		return fmt.Errorf("the body is not\n%s", pattern)
	}
	return nil
}
