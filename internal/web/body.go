package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/fault"
)

// The bounds of a body.
const (
	MaxBody  = 64 << 10
	MaxDepth = 32
)

// ReadBody returns the whole body; over MaxBody it fails with TooLarge.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == http.NoBody {
		return nil, nil
	}
	body, err := readAll(http.MaxBytesReader(nil, r.Body, MaxBody), r.ContentLength)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &fault.Error{Kind: fault.TooLarge, Reason: "body-too-large", Message: "The body is larger than 64 KiB.", Parameter: "body"}
	}
	if err != nil {
		return nil, fault.BadParameter("body", "The body could not be read to its end.")
	}
	return body, nil
}

// readAll reads to the end, into one piece of memory when the size is known. It goes on until the end is reported, as
// the server notices only from then on when a client goes away.
func readAll(from io.Reader, size int64) ([]byte, error) {
	var body bytes.Buffer
	if size > 0 && size <= MaxBody {
		body.Grow(int(size) + bytes.MinRead)
	}
	_, err := body.ReadFrom(from)
	return body.Bytes(), err
}

// DecodeJSON reads one JSON value into dst. Duplicate members, bytes that are not UTF-8, trailing data and nesting
// beyond MaxDepth are refused, and so is a string, value or name, that holds a control character, by an escape too: no
// store and no log should see it, and NUL no store takes. Member names are case-sensitive; unknown members are refused
// when strict. The fault names the member at fault as far as dst knows its name.
func DecodeJSON(body []byte, dst any, strict bool) error {
	if !isPlain(body) {
		if err := checkTokens(body, dst); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(body, dst, json.RejectUnknownMembers(strict)); err != nil {
		return jsonFault(err, dst)
	}
	return nil
}

// isPlain reports whether checkTokens cannot find anything: no string can hold a control character where there are no
// escapes and only printable ASCII, and nothing is nested deeper than there are brackets. Nearly every body is plain,
// and is read once then and not twice.
func isPlain(body []byte) bool {
	brackets := 0
	for _, c := range body {
		switch {
		case c == '{', c == '[':
			brackets++
		case c == '\\', c > '~', c < ' ' && c != '\n' && c != '\r' && c != '\t':
			return false
		}
	}
	return brackets <= MaxDepth
}

// checkTokens looks at every token, those of unknown members too, as far as the body is JSON at all.
func checkTokens(body []byte, dst any) error {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.ReadToken()
		switch {
		case err != nil:
			return nil // at the end, or not JSON, which decoding tells better
		case d.StackDepth() > MaxDepth:
			return fault.BadParameter("body", "The JSON is nested too deeply.")
		case token.Kind() == '"' && !Clean(token.String()):
			return fault.BadParameter(memberAt(d.StackPointer(), dst), "The member holds control characters.")
		}
	}
}

func jsonFault(err error, dst any) error {
	f := fault.BadParameter("body", "The body is not valid JSON.")
	f.Cause = err
	var pointer jsontext.Pointer
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		pointer = semantic.JSONPointer
		f.Message = "The member has the wrong type."
		if errors.Is(err, json.ErrUnknownName) {
			f.Message = "The member is not known here."
		}
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		pointer = syntactic.JSONPointer
		if errors.Is(err, jsontext.ErrDuplicateName) {
			f.Message = "The member is given more than once."
		}
	}
	f.Parameter = memberAt(pointer, dst)
	return f
}
