package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// request is the script command http METHOD URL BODY [HEADER...]: it prints the status, the protocol, the headers, the
// serial number of the certificate shown, and the body.
func request(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: http METHOD URL BODY [HEADER...]")
	}
	r, err := http.NewRequest(args[0], args[1], strings.NewReader(args[2]))
	ts.Check(err)
	if args[2] != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range args[3:] {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	answer, err := trusting(ts).Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	var out bytes.Buffer
	out.WriteString(strconv.Itoa(answer.StatusCode) + " " + answer.Proto + "\n")
	ts.Check(answer.Header.Write(&out))
	out.WriteString("Shown: " + shown(answer) + "\n")
	_, err = io.Copy(&out, answer.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(append(out.Bytes(), '\n'))
	ts.Check(err)
}

// capture is the script command capture REGEXP NAME: it keeps the first group of what was printed last as $NAME.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	printed := ts.ReadFile("stdout")
	found := regexp.MustCompile(args[0]).FindStringSubmatch(printed)
	if len(found) != 2 {
		ts.Fatalf("%s is not in what was printed:\n%s", args[0], printed)
	}
	ts.Setenv(args[1], found[1])
}

// exits is the script command exits CODE COMMAND [ARGUMENT...].
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s exits with %d", strings.Join(args[1:], " "), code)
	}
}

// until is the script command until REGEXP COMMAND [ARGUMENT...]: it runs the command until it prints what matches.
func until(ts *testscript.TestScript, _ bool, args []string) {
	wanted := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(60 * time.Second); ; {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if wanted.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s is not printed", args[0])
		}
		time.Sleep(50 * time.Millisecond) // another process writes: there is nothing to wait on
	}
}
