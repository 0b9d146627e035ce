package dialecttest

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// transcript is one story as it goes over the wire.
type transcript struct {
	name  string
	steps []step
}

// step is an exchange or, when advance is not zero, time that passes.
type step struct {
	name              string
	advance           time.Duration
	malformed         bool // the request need not be one that the specification allows
	request, response message
}

// message is a request or a response: its first line, its header and its body.
type message struct {
	first  string
	header []field
	body   string
}

type field struct{ name, value string }

// readTranscripts reads every transcript of a folder; one without any is an error, or a test would pass by testing nothing.
func readTranscripts(dir string) ([]transcript, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no transcript in %s", dir)
	}
	transcripts := make([]transcript, len(paths))
	for i, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if transcripts[i], err = parseTranscript(name, archive); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return transcripts, nil
}

func parseTranscript(name string, archive *txtar.Archive) (transcript, error) {
	parsed := transcript{name: name}
	if len(strings.TrimSpace(string(archive.Comment))) == 0 {
		return parsed, fmt.Errorf("its first lines must say the story")
	}
	for files := archive.Files; len(files) > 0; {
		s, used, err := parseStep(files)
		if err != nil {
			return parsed, fmt.Errorf("%q: %w", files[0].Name, err)
		}
		parsed.steps = append(parsed.steps, s)
		files = files[used:]
	}
	for _, s := range parsed.steps {
		if s.advance == 0 {
			return parsed, nil
		}
	}
	return parsed, fmt.Errorf("it has no request")
}

// parseStep reads the step that files begin with and says how many of them it took.
func parseStep(files []txtar.File) (s step, used int, err error) {
	kind, name, _ := strings.Cut(files[0].Name, " ")
	s = step{name: name, malformed: kind == "malformed"}
	switch kind {
	case "advance":
		s.advance, err = time.ParseDuration(strings.TrimSpace(string(files[0].Data)))
		if err == nil && s.advance <= 0 {
			err = fmt.Errorf("time only goes forward")
		}
		return s, 1, err
	case "request", "malformed":
		if len(files) < 2 || files[1].Name != "response "+name {
			return s, 0, fmt.Errorf("it is not followed by %q", "response "+name)
		}
		if s.request, err = parseMessage(files[0].Data); err != nil {
			return s, 0, err
		}
		s.response, err = parseMessage(files[1].Data)
		return s, 2, err
	}
	return s, 0, fmt.Errorf("a file is a request, malformed, response or advance, and a name")
}

func parseMessage(data []byte) (m message, err error) {
	head, body, _ := strings.Cut(strings.TrimSuffix(string(data), "\n"), "\n\n")
	m.body = body
	var lines string
	m.first, lines, _ = strings.Cut(strings.TrimSuffix(head, "\n"), "\n")
	if m.first == "" {
		return m, fmt.Errorf("the first line is empty")
	}
	for line := range strings.SplitSeq(lines, "\n") {
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return m, fmt.Errorf("%q is not a header line", line)
		}
		m.header = append(m.header, field{name, strings.TrimSpace(value)})
	}
	return m, nil
}
