package config

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// File is the path of a configuration file: one YAML mapping from flag names, without dashes in front, to values.
type File string

// BeforeResolve reads the file of the selected command and lets it answer for flags that are not set otherwise.
func (f File) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	// kong also calls this for commands that were not selected, when the variable is set.
	selected := slices.ContainsFunc(ctx.Path, func(p *kong.Path) bool {
		return p.Flag == trace.Flag || slices.Contains(p.Flags, trace.Flag)
	})
	path, ok := ctx.FlagValue(trace.Flag).(File)
	if !selected || !ok || path == "" {
		return nil
	}
	content, err := os.ReadFile(string(path))
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	values, err := parseFile(string(path), content)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	ctx.AddResolver(kong.ResolverFunc(values.resolve))
	return nil
}

// fileValues maps a flag's name to its text, lists joined as on the command line.
type fileValues map[string]string

// resolve answers for a flag of the command, unless the environment does: kong itself would let the file win.
func (v fileValues) resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	text, ok := v[flag.Name]
	if !ok || slices.ContainsFunc(flag.Tag.Envs, func(name string) bool { return os.Getenv(name) != "" }) {
		return nil, nil
	}
	return text, nil
}

// parseFile reads the YAML of a configuration file strictly; errors name file, line and column, never the source text.
func parseFile(name string, content []byte) (fileValues, error) {
	file, err := parser.ParseBytes(content, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) {
			return nil, tokenError(name, at.GetToken(), at.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known, err := fileKeys()
	if err != nil {
		return nil, err
	}
	values := fileValues{}
	written := 0
	for _, document := range file.Docs {
		// An empty document is nothing, wherever it stands; it has no token to name either.
		switch document.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode:
			continue
		}
		if written++; written > 1 {
			return nil, nodeError(name, document.Body, "a second document; write one mapping only")
		}
		if err := values.addDocument(name, document.Body, known); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (v fileValues) addDocument(name string, document ast.Node, known map[string]*kong.Flag) error {
	switch body := document.(type) {
	case *ast.MappingNode:
		for _, entry := range body.Values {
			if err := v.addEntry(name, entry, known); err != nil {
				return err
			}
		}
		return nil
	default:
		return nodeError(name, body, "not a mapping; write lines such as `listen: 127.0.0.1:8080`")
	}
}

func (v fileValues) addEntry(name string, entry *ast.MappingValueNode, known map[string]*kong.Flag) error {
	key, ok := scalar(entry.Key)
	flag := known[key]
	if !ok || flag == nil {
		return nodeError(name, entry.Key, "unknown key %q; the keys are the flags of `doorward serve`", key)
	}
	if _, twice := v[key]; twice {
		return nodeError(name, entry.Key, "key %q is written twice", key)
	}
	text, ok := scalar(entry.Value)
	if list, isList := entry.Value.(*ast.SequenceNode); isList && flag.IsSlice() {
		text, ok = joined(list)
	}
	if !ok || text == "" {
		return nodeError(name, entry.Key, "%s has no usable value; write one plain value, or remove the line", key)
	}
	v[key] = text
	return nil
}

// scalar returns a plain value as it is written; anchors, tags, nulls and nested values are none.
func scalar(node ast.Node) (string, bool) {
	switch node.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	}
	return "", false
}

func joined(list *ast.SequenceNode) (string, bool) {
	texts := make([]string, 0, len(list.Values))
	for _, item := range list.Values {
		text, ok := scalar(item)
		if !ok {
			return "", false
		}
		texts = append(texts, text)
	}
	return kong.JoinEscaped(texts, ','), true
}

// fileKeys returns the flags a file may set: all of Config's but the one that names the file.
func fileKeys() (map[string]*kong.Flag, error) {
	k, err := kong.New(&Config{}, kong.NoDefaultHelp())
	if err != nil {
		return nil, fmt.Errorf("read the flags of the configuration: %w", err)
	}
	keys := make(map[string]*kong.Flag, len(k.Model.Flags))
	for _, flag := range k.Model.Flags {
		if flag.Name != "config" {
			keys[flag.Name] = flag
		}
	}
	return keys, nil
}

func nodeError(name string, node ast.Node, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return tokenError(name, node.GetToken(), message)
}

func tokenError(name string, at *token.Token, message string) error {
	if at == nil || at.Position == nil {
		return fmt.Errorf("%s: %s", name, message)
	}
	return fmt.Errorf("%s:%d:%d: %s", name, at.Position.Line, at.Position.Column, message)
}
