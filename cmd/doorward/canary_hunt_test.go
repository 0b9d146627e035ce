package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// sink is something that a secret could have got into, and those that belong there.
type sink struct {
	name    string
	content []byte
	given   []string
}

// hunt keeps all secrets of one installation and all that they could have got into.
type hunt struct {
	address string

	mu       sync.Mutex
	canaries []canary
	known    map[string]bool
	sinks    []sink
	asked    int
	statuses map[int]int // how often each was answered
}

func newHunt() *hunt { return &hunt{known: map[string]bool{}, statuses: map[int]int{}} }

func (h *hunt) add(c canary) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.canaries, h.known[c.text] = append(h.canaries, c), true
	return c.text
}

// handedOut are the places in an answer or a command's output where a secret is shown this once.
var handedOut = regexp.MustCompile(`dw[a-z]_[0-9a-v]{56}|(?:"(?:token|Token|owner_token|session_token|apiSecret|api_token|secret)": ?"|doorward-(?:session|attempt)=)([A-Za-z0-9_+/=.-]{12,})`)

// keep takes a sink that no secret belongs in.
func (h *hunt) keep(name string, content []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sinks = append(h.sinks, sink{name: name, content: content})
}

// keepAnswer takes a sink. What it hands out that was no secret before is one from now on, and belongs there.
func (h *hunt) keepAnswer(name string, content []byte, belong ...string) (given []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, match := range handedOut.FindAllSubmatch(content, -1) {
		text := string(match[0])
		if len(match[1]) > 0 {
			text = string(match[1])
		}
		if !h.known[text] {
			h.canaries, h.known[text] = append(h.canaries, canary{"what was handed out by " + name, text}), true
			given = append(given, text)
		}
	}
	h.sinks = append(h.sinks, sink{name, content, append(belong, given...)})
	return given
}

// answer is what came back: all of it, and what it handed out.
type answer struct {
	status int
	body   string
	given  []string
}

// ask sends a request, from an address of its own each time so that no budget of failures hides what comes after it.
func (h *hunt) ask(t testing.TB, name string, a asking, belong ...string) answer {
	t.Helper()
	h.mu.Lock()
	h.asked++
	source := fmt.Sprintf("10.%d.%d.%d", h.asked>>16, h.asked>>8&255, h.asked&255)
	h.mu.Unlock()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, a.write(source)) // who is refused early may not be heard to the end
	raw, _ := io.ReadAll(conn)
	status, body := statusIn(raw), bodyOf(raw)
	if bytes.Contains(raw, []byte("Transfer-Encoding: chunked")) {
		raw = append(raw, body...) // a mark of a chunk may be within a secret
	}
	h.mu.Lock()
	h.statuses[status]++
	h.mu.Unlock()
	return answer{status: status, body: body, given: h.keepAnswer(name+": "+a.method+" "+a.path, raw, belong...)}
}

// bodyOf returns the body without the marks of its chunks.
func bodyOf(raw []byte) string {
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}

func statusIn(raw []byte) (status int) {
	_, _ = fmt.Sscanf(string(raw), "HTTP/1.1 %d", &status)
	return status
}

// must asks for what has to succeed and returns what was handed out.
func (h *hunt) must(t testing.TB, name string, a asking, belong ...string) []string {
	t.Helper()
	got := h.ask(t, name, a, belong...)
	if got.status < 200 || got.status > 399 || strings.Contains(got.body, `"code":"INVALID`) {
		t.Fatalf("%s: %d %s", name, got.status, got.body)
	}
	return got.given
}

// one is must for what hands out one secret.
func (h *hunt) one(t testing.TB, name string, a asking) string {
	t.Helper()
	given := h.must(t, name, a)
	if len(given) != 1 {
		t.Fatalf("%s handed out %d secrets", name, len(given))
	}
	return given[0]
}

// run runs a command of the program; its output is a sink.
func (h *hunt) run(t *testing.T, fails bool, args ...string) []string {
	t.Helper()
	out, err := program(t, args...).CombinedOutput()
	if (err != nil) != fails {
		t.Errorf("%v: %v\n%s", args, err, out)
	}
	return h.keepAnswer("doorward "+strings.Join(args, " "), out)
}

// report says which secret is where it does not belong.
func (h *hunt) report(t *testing.T) {
	t.Helper()
	s, shown, size := newSearcher(h.canaries), map[string]bool{}, 0
	leaks := 0
	for _, sink := range h.sinks {
		size += len(sink.content)
	next:
		for c, hit := range s.find(sink.content) {
			for _, text := range sink.given {
				if text == c.text {
					shown[text] = true
					continue next
				}
			}
			if leaks++; leaks <= 20 {
				around := sink.content[max(0, hit.at-100):min(len(sink.content), hit.at+100)]
				t.Errorf("%s has the secret %q (%s), as %s: %q", sink.name, c.text, c.name, hit.form, around)
			}
		}
		for _, text := range sink.given {
			if !shown[text] {
				t.Errorf("%s handed out %q, which the search did not find", sink.name, text)
			}
		}
	}
	t.Logf("%d secrets, %d requests answered %v, %d sinks of %d bytes, %d leaks", len(h.canaries), h.asked, h.statuses, len(h.sinks), size, leaks)
}
