package server_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/doorward/doorward/internal/dialect/dialecttest"
)

// operation is a route with what its dialect's openapi.yaml says of it.
type operation struct {
	surface, id, method, path string
	contract                  dialecttest.Contract
	responses                 *openapi3.Responses
	forms                     []form
}

func (o operation) String() string { return o.surface + " " + o.method + " " + o.path }

// form is one way to call an operation: the parameters that belong together.
type form []parameter

// parameter is one input of an operation: a wildcard, a query parameter, a header, a credential or a member of the body.
type parameter struct {
	in       string   // path query header bearer basic body form
	name     string   // as an answer should name it
	pointer  []string // of a member
	schema   *openapi3.Schema
	required bool
}

func (p parameter) kind() string {
	for _, kind := range []string{"integer", "number", "boolean", "string", "array", "object"} {
		if p.schema.Type.Includes(kind) {
			return kind
		}
	}
	return "object"
}

// inputs are the names under which an answer may find fault with it.
func (p parameter) inputs() []string {
	switch p.in {
	case "path":
		return []string{p.name, "path"} // what no wildcard may hold is told of the path
	case "body":
		// What is no JSON any more is told of the body; where the unknown is refused, that is what it finds first.
		inputs := []string{p.name, "body", strings.TrimSuffix(p.name, p.last()) + swapCase(p.last())}
		for i := 1; i < len(p.pointer); i++ {
			inputs = append(inputs, strings.Join(p.pointer[:i], "/"))
		}
		return inputs
	}
	if p.in == "form" {
		return []string{p.name, "body"}
	}
	return []string{p.name}
}

// last is the name of a member in the object around it.
func (p parameter) last() string { return p.pointer[len(p.pointer)-1] }

// wrong are all ways to get the parameter wrong where a value is right.
func (p parameter) wrong(right string, opaque bool) []mutation {
	switch p.in {
	case "path":
		return inPath(right, p, opaque)
	case "query":
		return inQuery(right, p, opaque)
	case "form":
		return inForm(right, p, opaque)
	case "header":
		return inHeader(right, p, opaque)
	case "body":
		return inBody(right, p, opaque)
	}
	return inAuthorization(right, p)
}

// authorization is the header with a credential.
func (p parameter) authorization(credential string) string {
	if p.in == "basic" {
		if !strings.Contains(credential, ":") {
			credential += ":"
		}
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(credential))
	}
	return "Bearer " + credential
}

// specified reads a dialect's operations, by method and path.
func specified(t *testing.T, surface string) map[string]operation {
	t.Helper()
	contract, err := dialecttest.ReadContract(filepath.Join("..", "dialect", surface, "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	doc, base := contract.Document, ""
	if len(doc.Servers) > 0 {
		base = doc.Servers[0].URL
	}
	operations := map[string]operation{}
	for path, item := range doc.Paths.Map() {
		for method, spec := range item.Operations() {
			o := operation{
				surface: surface, id: spec.OperationID, method: method, path: base + path,
				contract: contract, responses: spec.Responses,
			}
			if o.forms, err = formsOf(doc, item, spec); err != nil {
				t.Fatalf("%s: %v", o, err)
			}
			operations[method+" "+base+path] = o
		}
	}
	return operations
}

func formsOf(doc *openapi3.T, item *openapi3.PathItem, spec *openapi3.Operation) ([]form, error) {
	var always form
	for _, ref := range append(slices.Clone(item.Parameters), spec.Parameters...) {
		p := ref.Value
		always = append(always, parameter{in: p.In, name: p.Name, schema: p.Schema.Value, required: p.Required})
	}
	bodies := []form{nil}
	if spec.RequestBody != nil {
		media, isForm := spec.RequestBody.Value.Content.Get("application/json"), false
		if media == nil {
			media, isForm = spec.RequestBody.Value.Content.Get(formType), true
		}
		if media == nil {
			return nil, fmt.Errorf("its body is not application/json: teach formsOf its media type")
		}
		if bodies = membersOf(nil, media.Schema.Value); isForm {
			bodies = postedForms(bodies)
		}
	}
	proofs, err := proofsOf(doc, spec)
	if err != nil {
		return nil, err
	}
	var forms []form
	for _, body := range bodies {
		proof := proofs[0]
		if body.proves() {
			proof = nil
		}
		forms = append(forms, slices.Concat(proof, always, body))
	}
	for _, proof := range proofs[1:] {
		forms = append(forms, slices.Concat(proof, always, bodies[0]))
	}
	return forms, nil
}

// proofsOf returns the credentials that an operation can be called with, one alternative each, but for proofs of
// possession: each counts for one request, and what is wrong with them is tried in possession_test.go of the dialect native.
func proofsOf(doc *openapi3.T, spec *openapi3.Operation) (proofs []form, err error) {
	alternatives := doc.Security
	if spec.Security != nil {
		alternatives = *spec.Security
	}
	for _, alternative := range alternatives {
		var proof form
		for _, name := range slices.Sorted(maps.Keys(alternative)) {
			scheme := doc.Components.SecuritySchemes[name].Value
			p := parameter{in: scheme.In, name: scheme.Name, required: true, schema: openapi3.NewStringSchema()}
			if scheme.Type == "http" {
				p.in, p.name = strings.ToLower(scheme.Scheme), "Authorization"
			}
			if p.in == "dpop" {
				continue
			}
			if !slices.Contains([]string{"query", "header", "bearer", "basic"}, p.in) {
				return nil, fmt.Errorf("its security scheme %s is of an unknown kind: teach proofsOf", name)
			}
			proof = append(proof, p)
		}
		if len(proof) < len(alternative) {
			continue
		}
		proofs = append(proofs, proof)
	}
	if proofs == nil {
		return []form{nil}, nil
	}
	return proofs, nil
}

// membersOf returns the forms that a JSON object may have: one for each of its anyOf and oneOf, without the members
// that only another one requires.
func membersOf(above []string, s *openapi3.Schema) (forms []form) {
	alternatives := slices.DeleteFunc(slices.Concat(s.AnyOf, s.OneOf), func(r *openapi3.SchemaRef) bool { return r.Value.Type.Is("null") })
	if len(alternatives) == 0 {
		return membersIn(above, s.Properties, s.Required)
	}
	for i, alternative := range alternatives {
		properties, required := maps.Clone(s.Properties), slices.Concat(s.Required, alternative.Value.Required)
		if properties == nil {
			properties = openapi3.Schemas{}
		}
		maps.Copy(properties, alternative.Value.Properties)
		for j, other := range alternatives {
			for _, name := range other.Value.Required {
				if j != i && !slices.Contains(required, name) {
					delete(properties, name)
				}
			}
		}
		forms = append(forms, membersIn(above, properties, required)...)
	}
	return forms
}

func membersIn(above []string, properties openapi3.Schemas, required []string) []form {
	forms := []form{nil}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		pointer := append(slices.Clone(above), name)
		p := parameter{
			in: "body", name: strings.Join(pointer, "/"), pointer: pointer,
			schema: properties[name].Value, required: slices.Contains(required, name),
		}
		below := []form{nil}
		if p.kind() == "object" {
			below = membersOf(pointer, p.schema)
		}
		var longer []form
		for _, f := range forms {
			for _, b := range below {
				longer = append(longer, slices.Concat(f, form{p}, b))
			}
		}
		forms = longer
	}
	return forms
}

// failureStatus is a status under which the operation documents the dialect's failure shape, which every failure of
// the dialect has, or 0.
func (o operation) failureStatus() int {
	if o.responses == nil {
		return 0
	}
	for _, status := range []int{400, 401, 404} {
		if o.responses.Status(status) != nil || o.responses.Default() != nil {
			return status
		}
	}
	return 0
}
