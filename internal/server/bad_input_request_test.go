package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// field is a name and a value: of a query as it goes over the wire, of a header line, of a form.
type field struct{ name, value string }

// draft is a request before it is written: what a mutation of one parameter, or of the whole, changes.
type draft struct {
	method, path string // a path with {wildcards}
	wildcards    map[string]string
	query        []field
	header       []field
	body         *member           // nil: none
	form         []field           // in place of it
	instead      *string           // of body: any bytes
	target       string            // of path and query: any bytes
	source       string            // who asks, as the trusted proxy says
	values       map[string]string // that it was filled with, by place and name
}

func (d draft) clone() draft {
	d.wildcards = maps.Clone(d.wildcards)
	d.query, d.header = slices.Clone(d.query), slices.Clone(d.header)
	d.body, d.form = d.body.clone(), slices.Clone(d.form)
	return d
}

// requestTarget is what stands in the request line.
func (d draft) requestTarget() string {
	if d.target != "" {
		return d.target
	}
	target := d.path
	for name, value := range d.wildcards {
		target = strings.ReplaceAll(target, "{"+name+"}", value)
	}
	for i, f := range d.query {
		target += string("?&"[min(i, 1)]) + escape(f.name) + "=" + f.value
	}
	return target
}

func (d draft) content() string {
	switch {
	case d.instead != nil:
		return *d.instead
	case d.body != nil:
		return d.body.render()
	case d.form != nil:
		return renderForm(d.form)
	}
	return ""
}

// write is the request byte by byte: what Go's client would refuse to send is just what must be tried.
func (d draft) write() []byte {
	var b bytes.Buffer
	content := d.content()
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nX-Forwarded-For: %s\r\n", d.method, d.requestTarget(), d.source)
	if !slices.ContainsFunc(d.header, func(f field) bool { return f.name == "Host" }) {
		b.WriteString("Host: doorward.test\r\n")
	}
	for _, f := range d.header {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	if content != "" || d.method != http.MethodGet && d.method != http.MethodHead {
		b.WriteString("Content-Length: " + strconv.Itoa(len(content)) + "\r\n")
	}
	b.WriteString("\r\n" + content)
	return b.Bytes()
}

// set replaces the value of a header line, or adds one.
func (d *draft) set(name, value string) {
	for i, f := range d.header {
		if f.name == name {
			d.header[i].value = value
			return
		}
	}
	d.header = append(d.header, field{name, value})
}

func without(fields []field, name string) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.name == name })
}

// escape writes text for a query or a path: everything but letters and digits in percent escapes.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// escapeSegment writes text for a path, where what stands between options is no part of their values (RFC 3986 §3.3).
func escapeSegment(text string) string { return strings.ReplaceAll(escape(text), "%3D", "=") }

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// caller keeps one connection to a server.
type caller struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
}

// send asks once more on a new connection when the server has closed an old one.
func (c *caller) send(d draft) (reply, error) {
	old := c.conn != nil
	got, err := c.try(d)
	if err != nil && old {
		got, err = c.try(d)
	}
	return got, err
}

func (c *caller) try(d draft) (got reply, err error) {
	if c.conn == nil {
		if c.conn, err = net.Dial("tcp", c.address); err != nil {
			return got, err
		}
		c.in = bufio.NewReader(c.conn)
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	_ = c.conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err = c.conn.Write(d.write()); err != nil {
		return got, err
	}
	response, err := http.ReadResponse(c.in, &http.Request{Method: d.method})
	if err != nil {
		return got, err
	}
	got = reply{status: response.StatusCode, header: response.Header}
	if got.body, err = io.ReadAll(response.Body); err == nil && response.Close {
		c.close()
	}
	return got, err
}

func (c *caller) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}
