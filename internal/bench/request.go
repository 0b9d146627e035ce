package bench

import (
	"encoding/base64"
	"strconv"
)

// ask is one request: a GET, or a POST where there is a media type. The header may be none.
type ask struct{ path, header, value, mediaType, body string }

func (a ask) method() string {
	if a.mediaType == "" {
		return "GET"
	}
	return "POST"
}

// appendTo appends the request as it goes over the wire.
func (a ask) appendTo(out []byte) []byte {
	out = append(out, a.method()...)
	out = append(out, ' ')
	out = append(out, a.path...)
	out = append(out, " HTTP/1.1\r\nHost: bench\r\n"...)
	out = appendHeader(out, a.header, a.value)
	if a.mediaType != "" {
		out = appendHeader(out, "Content-Type", a.mediaType)
		out = append(out, "Content-Length: "...)
		out = strconv.AppendInt(out, int64(len(a.body)), 10)
		out = append(out, "\r\n"...)
	}
	out = append(out, "\r\n"...)
	return append(out, a.body...)
}

func appendHeader(out []byte, name, value string) []byte {
	if name == "" {
		return out
	}
	out = append(out, name...)
	out = append(out, ": "...)
	out = append(out, value...)
	return append(out, "\r\n"...)
}

const (
	authorization = "Authorization"

	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
