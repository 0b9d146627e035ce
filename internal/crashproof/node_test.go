package crashproof_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// command is the program with nothing of its configuration taken from the tests' environment.
func command(t *testing.T, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), program, args...)
	c.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "DOORWARD_") })
	return c
}

// node is the program as it runs.
type node struct {
	command *exec.Cmd
	url     string
	logged  chan struct{} // closed when its log has ended
	last    string        // line of it
}

// startNode runs the program on a free port and returns when it serves.
func startNode(t *testing.T, args ...string) *node {
	t.Helper()
	n := &node{command: command(t, args...), logged: make(chan struct{})}
	log, err := n.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.command.Start(); err != nil {
		t.Fatal(err)
	}
	serving := make(chan string, 1)
	go n.follow(bufio.NewScanner(log), serving)
	select {
	case n.url = <-serving:
	case <-n.logged:
		t.Fatalf("the program ended: %v\n%s", n.command.Wait(), n.last)
	}
	return n
}

// follow reads the log to its end, so that the program never waits for a reader, and passes on where it serves.
func (n *node) follow(log *bufio.Scanner, serving chan<- string) {
	defer close(n.logged)
	log.Buffer(nil, 1<<20)
	for serves := false; log.Scan(); {
		n.last = log.Text()
		var line struct{ Msg, Address string }
		if !serves && json.Unmarshal(log.Bytes(), &line) == nil && line.Msg == "serving" {
			serves = true
			serving <- "http://" + line.Address
		}
	}
}

// kill ends the program as a crash would: at once, with nothing flushed, drained or said.
func (n *node) kill() {
	_ = n.command.Process.Kill()
	<-n.logged
	_ = n.command.Wait() // says that it was killed
}
