//go:build axnkernel

//go:debug gotypesalias=0

// Command kernel is the Jupyter kernel: gophernotes' display and evaluation in
// our own serving loop. It is built by go run ./kernelspec build, which places
// files of gophernotes beside these; see HOW_IT_WORKS.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"axn/kernelspec/message"
	_ "axn/kernelspec/packages"
	"axn/kernelspec/serve"
)

// Version and ProtocolVersion are used by gophernotes' files.
const (
	Version         = "0.7.5"
	ProtocolVersion = message.ProtocolVersion
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kernel CONNECTION_FILE")
		os.Exit(2)
	}
	conn, err := message.ReadConnection(os.Args[1])
	if err == nil {
		err = serve.Run(conn, newLanguage(), historyFile())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "axn kernel:", err)
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
