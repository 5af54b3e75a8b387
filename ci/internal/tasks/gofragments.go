package tasks

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Go documents by fragments rather than by programs. Those of one document are compiled together, each as a function of
// its own with an open file f, some memory and an error to use; they are not run.
const goFragmentContext = "\tvar (\n\t\tf      *ayafileio.File\n\t\tbuffer []byte\n\t\terr    error\n\t)\n\t_, _, _ = f, buffer, err\n"

// isGoFragment tells a piece of a function from a program.
func (e example) isGoFragment() bool {
	return e.language == "go" && !strings.HasPrefix(strings.TrimSpace(e.code), "package ")
}

func (p *Plan) compileGoFragments(ctx context.Context, out *step.Output, path string, fragments []example) error {
	if len(fragments) == 0 {
		return nil
	}
	folder, err := os.MkdirTemp(p.Root.Build("examples"), "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "main.go")
	text, err := goProgramOf(p.Root.Path(path), fragments)
	if err != nil {
		return err
	}
	if err := os.WriteFile(program, []byte(text), 0o666); err != nil {
		return err
	}
	return out.Run(ctx, p.goCommand("build", "-o", filepath.Join(folder, "program"), program))
}

var goPackages = map[string]string{
	"ayafileio": "github.com/ayafileio/ayafileio/bindings-go",
	"context":   "context", "errors": "errors", "fmt": "fmt", "fs": "io/fs", "io": "io", "log": "log", "os": "os", "time": "time",
}

var goPackageUse = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)

// goProgramOf makes one program of a document's fragments. Compiler errors name the lines of the document.
func goProgramOf(path string, fragments []example) (string, error) {
	body := "func main() {\n" + goFragmentContext
	for _, e := range fragments {
		names, err := declared(e.code)
		if err != nil {
			return "", fmt.Errorf("%s:%d: %w", path, e.line, err)
		}
		body += fmt.Sprintf("\tfunc() {\n//line %s:%d\n%s", path, e.line+1, e.code)
		for _, name := range names {
			body += "\t_ = " + name + "\n"
		}
		body += "\t}()\n"
	}
	body += "}\n"
	imports := ""
	used := map[string]bool{}
	for _, m := range goPackageUse.FindAllStringSubmatch(body, -1) {
		if name := goPackages[m[1]]; name != "" && !used[name] {
			used[name] = true
			imports += fmt.Sprintf("import %s %q\n", m[1], name)
		}
	}
	return "package main\n\n" + imports + "\n" + body, nil
}

// declared are the variables of a fragment, which a document need not use.
func declared(code string) ([]string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() {\n"+code+"}\n", 0)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, statement := range tree.Decls[0].(*ast.FuncDecl).Body.List {
		define, ok := statement.(*ast.AssignStmt)
		if !ok || define.Tok != token.DEFINE {
			continue
		}
		for _, left := range define.Lhs {
			if name := left.(*ast.Ident).Name; name != "_" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
