//go:build axnkernel

// Command kernel is the Jupyter kernel: cells of Go (kernelspec/eval) and gophernotes'
// display in our own serving loop. It is built by go run ./kernelspec build, which adds
// what cells can import; see HOW_IT_WORKS.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	_ "axn/kernelspec/compiled/tables"
	"axn/kernelspec/message"
	"axn/kernelspec/serve"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kernel CONNECTION_FILE")
		os.Exit(2)
	}
	log := os.Stderr // which the cells have while the kernel runs
	conn, err := message.ReadConnection(os.Args[1])
	os.Args = os.Args[:1] // cells see a program without arguments
	if err == nil {
		err = serve.Run(conn, newLanguage(), historyFile())
	}
	if err != nil {
		fmt.Fprintln(log, "axn kernel:", err)
		os.Exit(1)
	}
}

// historyFile is where the history of all sessions is kept.
func historyFile() string {
	if name, set := os.LookupEnv("AXN_HISTORY"); set {
		return name
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "axn", "history.jsonl")
}
