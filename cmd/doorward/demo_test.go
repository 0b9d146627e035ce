package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTheDemosRequestsWorkAsPrinted pastes what the demo prints into a shell, and uses what it yields.
func TestTheDemosRequestsWorkAsPrinted(t *testing.T) {
	demo := startDemo(t)

	alephee := demo.paste(t, "/logintoken?", nil)
	demo.want(t, alephee, "ExpiresIn", float64(30))
	portal := member(t, alephee, "Token")
	redeemed := demo.paste(t, "/v1/login-tokens/redeem", map[string]string{"LOGIN_TOKEN": portal})
	demo.want(t, redeemed, "audience", float64(1))
	again := demo.paste(t, "/v1/login-tokens/redeem", map[string]string{"LOGIN_TOKEN": portal})
	demo.want(t, again, "code", "login-token-refused")

	pulse := demo.paste(t, "/auth/login", nil)
	shown := demo.paste(t, "/auth/session", map[string]string{"TOKEN": member(t, pulse, "token")})
	demo.want(t, shown, "email", "owner@acme.test")

	owner := demo.paste(t, "/user_authentication/token", nil)
	demo.want(t, owner, "owner_email", "example@activeplatform.com")
	if text := member(t, owner, "owner_token"); !regexp.MustCompile(`^[A-Za-z0-9]{22}$`).MatchString(text) {
		t.Errorf("owner_token %q", text)
	}

	crm := demo.paste(t, "/authentication/token \\", nil)
	data, _ := crm["data"].(map[string]any)
	who := demo.paste(t, "/authentication/token?token=", map[string]string{"TOKEN": member(t, data, "token")})
	if text, _ := json.Marshal(who); !strings.Contains(string(text), "mpadministrator") {
		t.Errorf("who am I: %s", text)
	}
	for _, session := range []string{member(t, redeemed, "session_token"), member(t, pulse, "token"), member(t, data, "token")} {
		facts := demo.paste(t, "/v1/session", map[string]string{"SESSION_TOKEN": session})
		if facts["subject"] == nil {
			t.Errorf("session: %v", facts)
		}
	}
}

type runningDemo struct{ printed string }

// startDemo runs the real program until the test ends.
func startDemo(t *testing.T) runningDemo {
	t.Helper()
	address := freeAddress(t)
	program, err := os.Executable() // TestMain makes it the program when it is run under the program's name
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, "demo", "--listen", address)
	c.Args[0] = "doorward"
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Wait() })
	var printed bytes.Buffer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		printed.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "/v1/session") {
			break
		}
	}
	if err := waitReady("http://" + address); err != nil {
		t.Fatal(err)
	}
	return runningDemo{printed.String()}
}

// paste runs the printed request that holds a text in a shell and returns the JSON it answered.
func (d runningDemo) paste(t *testing.T, holds string, variables map[string]string) map[string]any {
	t.Helper()
	joined := strings.ReplaceAll(d.printed, " \\\n", " \\\v")
	for line := range strings.Lines(joined) {
		line = strings.ReplaceAll(line, "\v", "\n")
		if !strings.HasPrefix(line, "curl ") || !strings.Contains(line, holds) {
			continue
		}
		shell := exec.CommandContext(t.Context(), "bash", "-c", line)
		shell.Env = os.Environ()
		for name, value := range variables {
			shell.Env = append(shell.Env, name+"="+value)
		}
		answer, err := shell.Output()
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		var members map[string]any
		if err := json.Unmarshal(answer, &members); err != nil {
			t.Fatalf("%s answered %s", line, answer)
		}
		return members
	}
	t.Fatalf("the demo prints no request with %q:\n%s", holds, d.printed)
	return nil
}

func (runningDemo) want(t *testing.T, answer map[string]any, name string, value any) {
	t.Helper()
	if answer[name] != value {
		t.Errorf("%s is %v, not %v, in %v", name, answer[name], value, answer)
	}
}

func member(t *testing.T, answer map[string]any, name string) string {
	t.Helper()
	text, ok := answer[name].(string)
	if !ok {
		t.Fatalf("no %s in %v", name, answer)
	}
	return text
}
