package promises_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// takenOut names, in the environment of woven tests, the guard that is taken out.
const takenOut = "DOORWARD_TAKEN_OUT"

// loom weaves many guards into one program, because building one for each takes most of the time: a function that is
// changed by taking a guard out is there in both forms, and which one runs is decided when it is called.
type loom struct {
	texts    map[string]string              // of files as they are
	variants map[string]map[string][]branch // by file and function
}

func newLoom() *loom {
	return &loom{texts: map[string]string{}, variants: map[string]map[string][]branch{}}
}

// branch is a function without a guard.
type branch struct{ guard, text string }

// parsed are the functions of a file by receiver and name, and all else as one text.
type parsed struct {
	functions map[string]*ast.FuncDecl
	rest      string
	pkg       string
	text      string
}

func parse(text string) (p parsed, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", text, parser.SkipObjectResolution)
	if err != nil {
		return p, err
	}
	p = parsed{functions: map[string]*ast.FuncDecl{}, pkg: file.Name.Name, text: text}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			p.rest += text[d.Pos()-1 : d.End()-1]
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			name = p.of(f.Recv.List[0].Type) + "." + name
		}
		p.functions[name] = f
	}
	return p, nil
}

// of returns the text of a node; the one file of a set begins at position 1.
func (p parsed) of(n ast.Node) string { return p.text[n.Pos()-1 : n.End()-1] }

// body returns the text of a function from its first word on, without the comment above it.
func (p parsed) body(f *ast.FuncDecl) string { return p.text[f.Type.Func-1 : f.End()-1] }

// add weaves a guard in, if taking it out changes nothing but functions; otherwise it reports false.
func (l *loom) add(id string, before, after map[string]string) bool {
	added := map[string]map[string][]branch{}
	for file, text := range after {
		was, wasErr := parse(before[file])
		is, isErr := parse(text)
		if wasErr != nil || isErr != nil || was.rest != is.rest || len(was.functions) != len(is.functions) {
			return false
		}
		added[file] = map[string][]branch{}
		for name, f := range is.functions {
			old := was.functions[name]
			if old == nil || !callable(old) || was.of(old.Type) != is.of(f.Type) {
				return false
			}
			if is.body(f) != was.body(old) {
				called := fmt.Sprintf("%s__%s(", f.Name.Name, id)
				added[file][name] = []branch{{id, strings.Replace(is.body(f), f.Name.Name+"(", called, 1)}}
			}
		}
	}
	for file, functions := range added {
		l.texts[file] = before[file]
		if l.variants[file] == nil {
			l.variants[file] = map[string][]branch{}
		}
		for name, branches := range functions {
			l.variants[file][name] = append(l.variants[file][name], branches...)
		}
	}
	return true
}

// callable reports whether a function can call another form of itself: what it is given has names.
func callable(f *ast.FuncDecl) bool {
	if f.Body == nil || f.Recv != nil && len(f.Recv.List[0].Names) == 0 {
		return false
	}
	for _, field := range f.Type.Params.List {
		if len(field.Names) == 0 {
			return false
		}
	}
	return f.Type.TypeParams == nil
}

// woven returns the changed files, and for each of their packages one more, which says what is taken out.
func (l *loom) woven() map[string]string {
	changed := map[string]string{}
	for file, functions := range l.variants {
		p, _ := parse(l.texts[file])
		text := p.text
		names := slices.SortedFunc(maps.Keys(functions), func(a, b string) int {
			return int(p.functions[b].Pos() - p.functions[a].Pos()) // the last first, so that positions hold
		})
		for _, name := range names {
			text = dispatch(text, p.functions[name], functions[name])
		}
		for _, name := range names {
			for _, b := range functions[name] {
				text += "\n" + b.text + "\n"
			}
		}
		changed[file] = text
		changed[filepath.Join(path.Dir(file), "taken_out.go")] = fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar takenOut = os.Getenv(%q)\n", p.pkg, takenOut)
	}
	return changed
}

// dispatch has a function call another form of itself when a guard is taken out.
func dispatch(text string, f *ast.FuncDecl, branches []branch) string {
	call, blanks := "", []token.Pos{}
	if f.Recv != nil {
		call = f.Recv.List[0].Names[0].Name + "."
	}
	var arguments []string
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			argument := name.Name
			if argument == "_" {
				argument = fmt.Sprintf("blank%d", len(blanks))
				blanks = append(blanks, name.Pos())
			}
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				argument += "..."
			}
			arguments = append(arguments, argument)
		}
	}
	var b strings.Builder
	b.WriteString("\n\tswitch takenOut {")
	for _, branch := range branches {
		called := fmt.Sprintf("%s%s__%s(%s)", call, f.Name.Name, branch.guard, strings.Join(arguments, ", "))
		if f.Type.Results != nil {
			called = "return " + called
		} else {
			called += "\n\t\treturn"
		}
		fmt.Fprintf(&b, "\n\tcase %q:\n\t\t%s", branch.guard, called)
	}
	b.WriteString("\n\t}\n")
	at := f.Body.Lbrace // after the brace
	text = text[:at] + b.String() + text[at:]
	for i, pos := range slices.Backward(blanks) {
		text = text[:pos-1] + fmt.Sprintf("blank%d", i) + text[pos:]
	}
	return text
}
