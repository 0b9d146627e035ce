package main

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// canary is a secret that must not turn up where it does not belong.
type canary struct{ name, text string }

// newCanary has signs in it that every escaping writes differently.
func newCanary(name string) canary {
	return canary{name, strings.ToUpper(rand.Text()[:10]) + strings.ToLower(rand.Text()[:10]) + "+/="}
}

// parts are what is searched for, so that half of a secret is found as well. What Doorward makes begins, in most
// shapes, with an ID that is no secret, so that only its end counts.
func (c canary) parts() []string {
	text := strings.TrimRight(c.text, "+/=")
	switch {
	case len(text) <= 32:
		return []string{text[:len(text)/2], text[len(text)/2:]}
	case len(text) == 64: // hexadecimal
		return []string{text[32:48], text[48:]}
	}
	return []string{text[len(text)-20:]}
}

// forms are the ways in which a text may be written, by name.
func forms(text string) map[string][]byte {
	var percent strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&percent, "%%%02X", c)
	}
	in := []byte(text)
	written := map[string][]byte{
		"raw": in, "lower case": []byte(strings.ToLower(text)), "upper case": []byte(strings.ToUpper(text)),
		"URL": []byte(url.QueryEscape(text)), "URL, every byte": []byte(percent.String()),
		"hex": []byte(hex.EncodeToString(in)), "upper hex": []byte(strings.ToUpper(hex.EncodeToString(in))),
	}
	for shift := range 3 {
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 URL": base64.RawURLEncoding} {
			encoded := encoding.EncodeToString(append(make([]byte, shift), in...))
			first, end := (shift*8+5)/6, (shift+len(in))*8/6 // what neither neighbour has a bit in
			written[fmt.Sprint(name, " ", shift)] = []byte(encoded[first:end])
		}
	}
	return written
}

// binaryForms are what a minted text stands for.
func binaryForms(text string) map[string][]byte {
	if decoded, err := hex.DecodeString(text); err == nil && len(decoded) >= 16 {
		return map[string][]byte{"binary": decoded[len(decoded)-12:]}
	}
	if len(text) == 60 && strings.HasPrefix(text, "dw") {
		decoded, err := base32.HexEncoding.DecodeString(strings.ToUpper(text[4:]))
		if err == nil {
			return map[string][]byte{"binary": decoded[20:32]}
		}
	}
	return nil
}

type needle struct {
	canary int
	form   string
	bytes  []byte
}

// searcher finds every form of every canary in one pass.
type searcher struct {
	canaries []canary
	seen     [1 << 20]bool        // by a hash of four bytes
	begin    map[uint64][]*needle // by the first eight
}

func newSearcher(canaries []canary) *searcher {
	s := &searcher{canaries: canaries, begin: map[uint64][]*needle{}}
	for i, c := range canaries {
		for _, part := range c.parts() {
			for form, text := range forms(part) {
				s.add(&needle{i, form, text})
			}
		}
		for form, text := range binaryForms(c.text) {
			s.add(&needle{i, form, text})
		}
	}
	return s
}

func (s *searcher) add(n *needle) {
	s.seen[hash(n.bytes)] = true
	begin := binary.LittleEndian.Uint64(n.bytes)
	s.begin[begin] = append(s.begin[begin], n)
}

func hash(b []byte) uint32 { return binary.LittleEndian.Uint32(b) * 2654435761 >> 12 }

// hit is where a canary was found, and in which form.
type hit struct {
	form string
	at   int
}

// find returns the canaries that a text has.
func (s *searcher) find(text []byte) map[canary]hit {
	found := map[canary]hit{}
	for i := 0; i+8 <= len(text); i++ {
		if !s.seen[hash(text[i:])] {
			continue
		}
		for _, n := range s.begin[binary.LittleEndian.Uint64(text[i:])] {
			if len(text)-i >= len(n.bytes) && slices.Equal(text[i:i+len(n.bytes)], n.bytes) {
				found[s.canaries[n.canary]] = hit{n.form, i}
			}
		}
	}
	return found
}

// TestALeakInAnyFormIsFound plants one in every form, within the text of others.
func TestALeakInAnyFormIsFound(t *testing.T) {
	minted := canary{"session", strings.Repeat("0123456789abcdef", 2) + "fedcba98765432100123456789abcd00"}
	short, native := newCanary("key"), canary{"native", "dws_06tpjee202plkbqaitnjuuridc4hqrplh02jk1a9ec1tl6sp4vjc8smi"}
	s := newSearcher([]canary{short, minted, native})
	for _, c := range s.canaries {
		half := c.parts()[0]
		leaks := map[string]string{
			"whole": c.text, "half": half, "lower": strings.ToLower(half), "upper": strings.ToUpper(half),
			"query": url.QueryEscape(c.text), "path": url.PathEscape(c.text), "quoted": fmt.Sprintf("%q", c.text), "hex": hex.EncodeToString([]byte(c.text)),
			"dump": fmt.Sprintf("%X", c.text), "basic": base64.StdEncoding.EncodeToString([]byte(c.text + ":")),
			"basic with a name": base64.StdEncoding.EncodeToString([]byte("u:" + c.text)), "shifted": base64.URLEncoding.EncodeToString([]byte("ab" + c.text + "ab")),
			"every byte": string(forms(half)["URL, every byte"]),
		}
		for form, text := range binaryForms(c.text) {
			leaks[form] = string(text)
		}
		for form, text := range leaks {
			if got := s.find([]byte("before " + text + " after")); len(got) != 1 || got[c].form == "" {
				t.Errorf("%s, %s: found %v in %q", c.name, form, got, text)
			}
		}
	}
	if got := s.find([]byte(minted.text[:32] + strings.Repeat(" is nothing secret", 1000))); len(got) != 0 {
		t.Errorf("found %v where nothing is", got)
	}
}
