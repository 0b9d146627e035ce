package secret

import (
	"encoding/base64"
	"strings"
)

const cursorMAC = 16 // bytes

// Cursor returns a position in a list as a text that only these keys make, bound to what is listed.
func (k *Keys) Cursor(list, position string) string {
	return base64.RawURLEncoding.EncodeToString(append(k.cursorMAC(list, position), position...))
}

// CursorPosition reads what Cursor made for the same list; ok is false for everything else.
func (k *Keys) CursorPosition(list, cursor string) (position string, ok bool) {
	// The strict decoding leaves a cursor one spelling; it skips line breaks, which none has.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < cursorMAC || strings.ContainsAny(cursor, "\r\n") {
		return "", false
	}
	position = string(raw[cursorMAC:])
	return position, sameText(string(raw[:cursorMAC]), string(k.cursorMAC(list, position)))
}

func (k *Keys) cursorMAC(list, position string) []byte {
	return framedMAC(k.sealing, "cursor", list, position)[:cursorMAC]
}
