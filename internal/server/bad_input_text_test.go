package server_test

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// canary is part of every wrong value that is long enough: no failure and no log may show what was sent.
const canary = "kanarienvogel-7f3a"

// mutation makes a request that succeeds bad in one way.
type mutation struct {
	class string
	want  want
	apply func(d *draft)
}

// want is how a bad request should be answered.
type want int

const (
	refused    want = iota // as malformed, naming the parameter; or, where only an equal text is right, like a wrong credential
	free                   // it is well-formed, only unlikely: refused in any way, or done where the specification allows it
	notAllowed             // 405
	elsewhere              // it is for another path: 404, or 400 by Go's server itself
)

func freeIf(it bool) want {
	if it {
		return free
	}
	return refused
}

// spelling is a wrong value, as the bytes that a program would make of it.
type spelling struct {
	class, text string
	want        want
}

// malformed can be no value of anything.
func malformed(right string) []spelling {
	return []spelling{
		{"NUL", right + "\x00", refused},
		{"NUL alone", "\x00", refused},
		{"line break", right + "\r\nX-Injected: " + canary, refused},
		{"DEL", right + "\x7f", refused},
		{"C1 control", right + "\u0085", refused},
		{"invalid UTF-8", right + "\xff", refused},
		{"overlong UTF-8", "\xc0\x80" + right, refused},
		{"surrogate in UTF-8", right + "\xed\xa0\x80", refused},
	}
}

// notANumber are spellings of the right number and of others that only a lenient parser takes.
func notANumber(right string, p parameter) []spelling {
	wrong := []spelling{
		{"plus sign", "+" + right, refused},
		{"leading zero", "0" + right, refused},
		{"point", right + ".0", refused},
		{"exponent", right + "e0", refused},
		{"3e1", "3e1", refused},
		{"Arabic digits", digits(right, '٠'), refused},
		{"٣٠", "٣٠", refused},
		{"full-width digits", digits(right, '０'), refused},
		{"space before", " " + right, refused},
		{"space after", right + " ", refused},
		{"hexadecimal", "0x" + right, refused},
		{"underscore", right + "_0", refused},
		{"thousands", right + ",000", refused},
		{"negative", "-1", refused},
		{"negative zero", "-0", refused},
		{"+30", "+30", refused},
		{"030", "030", refused},
		{"30.0", "30.0", refused},
		{"2^63", "9223372036854775808", refused},
		{"-2^63-1", "-9223372036854775809", refused},
		{"2^64", "18446744073709551616", refused},
		{"2^64 and a bit more", "18446744073709551646", refused},
		{"endless", strings.Repeat("9", 5000), refused},
		{"1e400", "1e400", refused},
		{"NaN", "NaN", refused},
		{"a word", canary, refused},
		{"true", "true", refused},
		{"null", "null", refused},
		{"a list", right + "," + right, refused},
	}
	if p.schema.Min != nil {
		wrong = append(wrong, spelling{"below the least", strconv.FormatInt(int64(*p.schema.Min)-1, 10), refused})
	}
	if p.schema.Max != nil && *p.schema.Max < 1<<53 {
		wrong = append(wrong, spelling{"above the most", strconv.FormatInt(int64(*p.schema.Max)+1, 10), refused})
	}
	if p.schema.Enum != nil {
		wrong = append(wrong, spelling{"none of the enum", "97", refused})
	}
	return wrong
}

func digits(text string, zero rune) string {
	return strings.Map(func(r rune) rune { return r - '0' + zero }, text)
}

// unlikely are texts that nobody has. Where only an equal text is right, the nearly right ones must be refused.
func unlikely(right string, p parameter, opaque bool) []spelling {
	asText := freeIf(!opaque && p.schema.Enum == nil)
	wrong := []spelling{
		{"unknown", canary, asText},
		{"space before", " " + right, asText},
		{"space after", right + " ", asText},
		{"other letter case", swapCase(right), asText},
		{"twice over", right + right, asText},
		{"one character less", right[:len(right)-1], asText},
		{"plus sign", "+" + right, asText},
		{"٣٠", right + "٣٠", asText},
		{"percent escape of an escape", right + "%00", asText},
		{"right-to-left override", right + "\u202e", asText},
		{"SQL", canary + "' OR '1'='1", asText},
		{"template", "{{.}}${7*7}<script>" + canary, asText},
		{"a path", "../../" + canary, asText},
		{"too long", strings.Repeat(canary, 300), freeIf(asText == free && p.schema.MaxLength == nil)},
	}
	if p.schema.MaxLength != nil {
		wrong = append(wrong, spelling{"one character too long", strings.Repeat("a", int(*p.schema.MaxLength)+1), refused})
	}
	if p.schema.Pattern != "" {
		pattern := regexp.MustCompile(p.schema.Pattern)
		for _, text := range []string{"a b", "é", "-", "!"} {
			if !pattern.MatchString(text) {
				wrong = append(wrong, spelling{"against the pattern: " + text, text, refused})
			}
		}
	}
	return slices.DeleteFunc(wrong, func(s spelling) bool { return s.text == right })
}

// emptyIs says what an empty value is: the same as none, where that is allowed and a text is wanted.
func emptyIs(p parameter) want {
	return freeIf(!p.required && p.kind() == "string" && p.schema.MinLength == 0 && p.schema.Enum == nil)
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

// wrongTexts are all wrong values of a parameter that goes over the wire as text.
func wrongTexts(right string, p parameter, opaque bool) []spelling {
	switch p.kind() {
	case "integer", "number":
		return append(malformed(right), notANumber(right, p)...)
	case "boolean":
		return append(malformed(right), spelling{"TRUE", "TRUE", refused}, spelling{"1", "1", refused}, spelling{"a word", canary, refused})
	}
	return append(malformed(right), unlikely(right, p, opaque)...)
}

// inPath puts wrong texts in a wildcard. An empty one is another path.
func inPath(right string, p parameter, opaque bool) (found []mutation) {
	for _, s := range wrongTexts(right, p, opaque) {
		if strings.Contains(s.text, "/") {
			s.want = elsewhere
		}
		found = append(found, mutation{s.class, s.want, func(d *draft) { d.wildcards[p.name] = escapeSegment(s.text) }})
	}
	return found
}

func inQuery(right string, p parameter, opaque bool) []mutation {
	optional := freeIf(!p.required)
	set := func(raw string) func(d *draft) {
		return func(d *draft) { d.query = append(without(d.query, p.name), field{p.name, raw}) }
	}
	add := func(name, raw string) func(d *draft) {
		return func(d *draft) { d.query = append(d.query, field{name, raw}) }
	}
	found := []mutation{
		{"missing", optional, func(d *draft) { d.query = without(d.query, p.name) }},
		{"empty", emptyIs(p), set("")},
		{"twice", refused, add(p.name, escape(right))},
		{"twice, the second empty", refused, add(p.name, "")},
		{"twice, the second another", refused, add(p.name, canary)},
		{"broken escape", refused, set(escape(right) + "%zz")},
		{"escape cut short", refused, set(escape(right) + "%4")},
		{"escape without digits", refused, set(escape(right) + "%")},
	}
	if folded := swapCase(p.name); folded != p.name {
		found = append(found,
			mutation{"other letter case of the name", optional, func(d *draft) { d.query = append(without(d.query, p.name), field{folded, escape(right)}) }},
			mutation{"twice, once in other letter case", refused, add(folded, escape(right))})
	}
	for _, s := range wrongTexts(right, p, opaque) {
		found = append(found, mutation{s.class, s.want, set(escape(s.text))})
	}
	return found
}

func inHeader(right string, p parameter, opaque bool) []mutation {
	found := []mutation{
		{"missing", freeIf(!p.required), func(d *draft) { d.header = without(d.header, p.name) }},
		{"empty", emptyIs(p), func(d *draft) { d.set(p.name, "") }},
		{"twice", refused, func(d *draft) { d.header = append(d.header, field{p.name, right}) }},
		{"twice, the second another", refused, func(d *draft) { d.header = append(d.header, field{p.name, canary}) }},
	}
	for _, s := range wrongTexts(right, p, opaque) {
		if !isHeaderValue(s.text) || strings.TrimSpace(s.text) != s.text {
			continue // Go's server answers it, or it means the same
		}
		found = append(found, mutation{s.class, s.want, func(d *draft) { d.set(p.name, s.text) }})
	}
	return found
}

func isHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// inAuthorization makes the credential wrong, and the scheme around it.
func inAuthorization(right string, p parameter) []mutation {
	encode := p.authorization
	set := func(value string) func(d *draft) { return func(d *draft) { d.set("Authorization", value) } }
	scheme, credential, _ := strings.Cut(encode(right), " ")
	found := []mutation{
		{"missing", refused, func(d *draft) { d.header = without(d.header, "Authorization") }},
		{"empty", refused, set("")},
		{"scheme alone", refused, set(scheme)},
		{"credential alone", refused, set(credential)},
		{"another scheme", refused, set("Digest " + credential)},
		{"scheme in other letter case", refused, set(swapCase(scheme) + " " + credential)},
		{"two spaces", refused, set(scheme + "  " + credential)},
		{"a tab", refused, set(scheme + "\t" + credential)},
		{"look-alike scheme", refused, set(strings.Replace(scheme, "s", "ſ", 1) + "\u00a0" + credential)},
		{"something behind", refused, set(scheme + " " + credential + " " + canary)},
		{"a comma behind", refused, set(scheme + " " + credential + ",")},
		{"twice", refused, func(d *draft) { d.header = append(d.header, field{"Authorization", encode(right)}) }},
		{"twice, the second another", refused, func(d *draft) { d.header = append(d.header, field{"Authorization", encode(canary)}) }},
		{"not as encoded", refused, set(scheme + " " + right + "§")},
	}
	if p.in == "basic" {
		whole := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
		found = append(found,
			mutation{"no colon", refused, set(whole(strings.ReplaceAll(right, ":", "")))}, mutation{"a password", refused, set(whole(right + ":" + canary))},
			mutation{"two colons", refused, set(whole(right + "::"))}, mutation{"the key as password", refused, set(whole(":" + right))},
			mutation{"base64 without padding", refused, set(strings.TrimRight(encode(right), "=") + "!")})
	}
	for _, s := range wrongTexts(right, p, true) {
		if p.in == "basic" || isHeaderValue(s.text) && strings.TrimSpace(s.text) == s.text {
			found = append(found, mutation{s.class, refused, set(encode(s.text))})
		}
	}
	return found
}
