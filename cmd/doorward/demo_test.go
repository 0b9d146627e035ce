package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// answers are what the printed requests answer, in order; the last one is redeemed a second time by the test.
var answers = []string{
	`^{"Token":"dwl_[0-9a-v]{56}","Url":"http://acme.localhost:[0-9]+/login\?token=dwl_[0-9a-v]{56}","ExpiresIn":30}$`,
	`^{"Total":2,"Paging":{"Limit":100,"Offset":0,"Total":2},"SortBy":{"Id":"id_asc",.*"Results":\[{"Id":1200,"Name":"ACME Trading",.*{"Id":1201,`,
	`^{"session_token":"dws_[0-9a-v]{56}",.*"audience":1,"subject":{"id":4,.*"account":{"id":1200,"name":"ACME Trading"},"actor":null}$`,
	`^{"id":3,"email":"owner@acme.test","token":"[0-9a-f]{64}",.*"flatPermissionsList":\["readApplications","writeApplications"\]`,
	`^{"id":3,"email":"owner@acme.test","token":"[0-9a-f]{64}",.*"accountId":"1200"`,
	`^{"owner_email":"example@activeplatform.com","owner_token":"[A-Za-z0-9]{22}"}$`,
	`^http://127.0.0.1:[0-9]+/\?user_email=example%40activeplatform.com&user_token=[A-Za-z0-9]{22}$`,
	`^{"status":{"code":"OK","message":null,"description":null},"data":{"token":"[0-9A-F]{32}"}}$`,
	`^{"status":{"code":"OK".*"username":"mpadministrator".*"organisation":"CRMDEMO"`,
	`^{"status":{"code":"OK","message":null,"description":null},"data":{"token":"[0-9A-F]{32}"}}$`,
	`^{"active":true,"scope":"readApplications","client_id":"apiKey-3f9a1c2b7d4e",.*"aud":"https://orders.demo.test/"`,
	`^{"active":true,.*"sub":"person:3","aud":"http://127.0.0.1:[0-9]+/audiences/2",.*"may_act":{"sub":"service:audience/2"}`,
	`^{"active":false}$`,
	`^{"expires_at":.*"subject":{"id":7,.*"organisation":{"name":"CRMDEMO"},"unit":{"id":"EE63A82C4FEBE02FF34E90DD1EBA5ABE"`,
	`"code":"login-token-refused"`,
}

// TestTheDemosRequestsWorkAsPrinted pastes all that the demo prints into a shell, and redeems once more.
func TestTheDemosRequestsWorkAsPrinted(t *testing.T) {
	script := startDemo(t)
	redemption := regexp.MustCompile(`(?s)curl -s \S+/v1/login-tokens/redeem.*?; echo`).FindString(script)
	if redemption == "" {
		t.Fatalf("no redemption in:\n%s", script)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-eu")
	shell.Stdin = strings.NewReader(script + "\n" + redemption + "\n")
	shell.Stderr = os.Stderr
	out, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(answers) {
		t.Fatalf("%d answers instead of %d:\n%s", len(lines), len(answers), out)
	}
	for i, want := range answers {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("answer %d is %s, not %s", i+1, lines[i], want)
		}
	}
}

// startDemo runs the real program until the test ends and returns what it prints.
func startDemo(t *testing.T) string {
	t.Helper()
	address := freeAddress(t)
	program, err := os.Executable() // TestMain makes it the program when it is run under the program's name
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, "demo", "--listen", address, "--portal-listen", "127.0.0.1:0")
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
	var printed strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		printed.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "/v1/session") {
			break
		}
	}
	return printed.String()
}
