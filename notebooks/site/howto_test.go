// Package site checks the how-to pages of the documentation: their code runs, and says what
// the pages say.
package site

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/builder"
	"axn/kernelspec/frontend"
)

var update = flag.Bool("update", false, "write what the code says into the pages")

// block finds code with its language and title, and the text that stands right below.
var block = regexp.MustCompile("(?ms)^```(go|sh|json)(?: title=\"([^\"]+)\")?\n(.*?)^```\n(\n```text\n(.*?)```\n)?")

// Every page is tried as a reader does: cells in one notebook from the top, commands in the
// project's folder, files where their title says. What stands below a block is what it says.
func TestHowTo(t *testing.T) {
	if testing.Short() {
		t.Skip("pages are read in full elsewhere")
	}
	k, err := builder.Here()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Build(); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("howto/*.md")
	if err != nil || len(pages) < 12 {
		t.Fatal(pages, err)
	}
	for _, name := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".md"), func(t *testing.T) {
			t.Parallel()
			p := &page{t: t, root: k.Root, kernel: k.Out, folder: t.TempDir()}
			p.read(name)
		})
	}
}

// page is a page that is tried.
type page struct {
	t            *testing.T
	root, kernel string
	folder       string // FOLDER, and where titled files lie
	session      *frontend.Kernel
}

func (p *page) read(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	b, err := os.ReadFile(name)
	if err != nil {
		p.t.Fatal(err)
	}
	text := string(b)
	if fences, found := strings.Count("\n"+text, "\n```"), block.FindAllStringSubmatch(text, -1); fences != fencesOf(found) {
		p.t.Fatalf("%d lines begin or end code, and blocks that are tried have %d: a block is of another language, or text stands alone", fences, fencesOf(found))
	}
	told := block.ReplaceAllStringFunc(text, func(found string) string {
		m := block.FindStringSubmatch(found)
		said := ""
		switch language, title, code := m[1], m[2], m[3]; {
		case title != "":
			p.write(title, code)
		case language == "go":
			var warned bool
			if said, warned = p.cell(ctx, code); warned && m[4] == "" {
				p.t.Errorf("%s\nwarns, and the page does not show it:\n%s", code, said)
			}
		case language == "sh":
			said = p.command(ctx, code)
		default:
			p.t.Errorf("a block of %s without a title:\n%s", language, code)
		}
		if m[4] == "" || said == m[5] || !*update && alike(said, m[5]) {
			return found
		}
		if !*update {
			p.t.Errorf("%s\nsays\n%swhere the page has\n%s", m[3], said, m[5])
		}
		return strings.TrimSuffix(found, m[4]) + "\n```text\n" + said + "```\n"
	})
	if *update && told != text {
		if err := os.WriteFile(name, []byte(told), 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

var number = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)

// alike compares two texts: machines whose instructions round otherwise give figures that
// differ a little.
func alike(a, b string) bool {
	if number.ReplaceAllString(a, "#") != number.ReplaceAllString(b, "#") {
		return false
	}
	these, those := number.FindAllString(a, -1), number.FindAllString(b, -1)
	if len(these) != len(those) {
		return false
	}
	for i, x := range these {
		most := 1.0
		if strings.Contains(x, ".") {
			most = .05
		}
		v, _ := strconv.ParseFloat(x, 64)
		w, _ := strconv.ParseFloat(those[i], 64)
		if math.Abs(v-w) > most+.02*math.Abs(w) {
			return false
		}
	}
	return true
}

// fencesOf counts the lines that begin or end the blocks found.
func fencesOf(found [][]string) (n int) {
	for _, m := range found {
		n += 2
		if m[4] != "" {
			n += 2
		}
	}
	return n
}

func (p *page) write(title, text string) {
	name := filepath.Join(p.folder, filepath.FromSlash(title))
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// environment is what commands and cells see: sums of modules are those of the project, and
// PORT is one on which nobody listens.
func (p *page) environment() []string {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	free.Close()
	_, port, _ := net.SplitHostPort(free.Addr().String())
	return []string{"PORT=" + port, "AXN_HISTORY=", "AXN_HEADLESS=1", "FOLDER=" + p.folder, "AXN=" + p.root, "TMPDIR=" + p.folder, "GOFLAGS=-mod=mod", "GONOSUMDB=*"}
}

// cell runs a cell in the page's notebook, which lies in notebooks/, and returns what it prints
// and gives, and whether some of it is a warning.
func (p *page) cell(ctx context.Context, code string) (string, bool) {
	if p.session == nil {
		k, err := frontend.Start([]string{p.kernel}, frontend.Options{Dir: filepath.Join(p.root, "notebooks"), Env: p.environment(), Stderr: os.Stderr})
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(k.Close)
		p.session = k
	}
	e, err := p.session.Execute(ctx, code)
	if err != nil {
		p.t.Fatalf("%s\n%v", code, err)
	}
	if f := e.Failure(); f != nil {
		p.t.Fatalf("%s\nfailed: %+v\n%s", code, f, e.Stderr())
	}
	var said strings.Builder
	for _, o := range e.Outputs {
		text := o.Text
		if o.Type != "stream" {
			text = fmt.Sprint(o.Data["text/plain"])
		}
		said.WriteString(strings.TrimRight(text, "\n") + "\n")
	}
	return said.String(), e.Stderr() != ""
}

// command runs lines of a shell in the project's folder and returns what they print.
func (p *page) command(ctx context.Context, lines string) string {
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", lines)
	cmd.Dir, cmd.Env = p.root, append(os.Environ(), p.environment()...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%s\n%v\n%s%s", lines, err, out, errs.String())
	}
	return string(out)
}
