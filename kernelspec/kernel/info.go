//go:build axnkernel

package main

import (
	"os"
	"runtime"
	"strings"

	"axn/kernelspec/serve"
)

// version is the kernel's own.
const version = "1.0.0"

// docsVariable is the environment variable with the address of the workbench's
// documentation, which kernelspec lab and the image set: they serve it.
const docsVariable = "AXN_DOCS"

func (l *language) Info() serve.Info {
	info := serve.Info{
		Implementation:        "axn",
		ImplementationVersion: version,
		Banner:                "Go (AXN workbench " + version + ", " + runtime.Version() + ")",
		LanguageInfo: map[string]any{
			"name": "go", "version": languageVersion(), "mimetype": "text/x-go", "file_extension": ".go",
			"pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": "script",
		},
		HelpLinks: []serve.HelpLink{
			{Text: "Go", URL: "https://go.dev/ref/spec"},
			{Text: "Go's standard library", URL: "https://pkg.go.dev/std"},
			{Text: "gonum", URL: "https://pkg.go.dev/gonum.org/v1/gonum"},
			{Text: "gonum/plot", URL: "https://pkg.go.dev/gonum.org/v1/plot"},
			{Text: "gota", URL: "https://pkg.go.dev/github.com/go-gota/gota"},
		},
	}
	if url := os.Getenv(docsVariable); url != "" {
		info.HelpLinks = append([]serve.HelpLink{{Text: "AXN workbench", URL: url}}, info.HelpLinks...)
	}
	return info
}

// languageVersion is the version of the language, such as 1.26. Front ends store it in
// each notebook that they save, so it does not change with Go's bug fixes.
func languageVersion() string {
	parts := strings.FieldsFunc(strings.TrimPrefix(runtime.Version(), "go"), func(r rune) bool { return r < '0' || r > '9' })
	return strings.Join(parts[:min(2, len(parts))], ".")
}
