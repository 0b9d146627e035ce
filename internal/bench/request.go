package bench

import (
	"encoding/base64"
	"strconv"
)

// appendGet appends a GET with one header to out.
func appendGet(out []byte, path, header, value string) []byte {
	out = append(out, "GET "...)
	out = append(out, path...)
	out = append(out, " HTTP/1.1\r\nHost: bench\r\n"...)
	return append(appendHeader(out, header, value), "\r\n"...)
}

// appendPost appends a POST with one header, which may be none, and a body to out.
func appendPost(out []byte, path, header, value, mediaType, body string) []byte {
	out = append(out, "POST "...)
	out = append(out, path...)
	out = append(out, " HTTP/1.1\r\nHost: bench\r\n"...)
	out = appendHeader(out, header, value)
	out = appendHeader(out, "Content-Type", mediaType)
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(len(body)), 10)
	out = append(out, "\r\n\r\n"...)
	return append(out, body...)
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
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
