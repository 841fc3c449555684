// Command bench measures the kernel beside another one, by the same front end in
// the same run, and prints a table in Markdown:
//
//	go run ./kernelspec/bench -peer "python3 -m ipykernel_launcher -f"
//
// The command of a peer gets the connection file as its last argument. Without
// -peer, a Python that has ipykernel is looked for on the PATH.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"axn/kernelspec/builder"
)

func main() {
	log.SetFlags(0)
	peer := flag.String("peer", "", "`command` of the other kernel")
	starts := flag.Int("starts", 10, "starts to take the median of")
	cells := flag.Int("cells", 1000, "trivial cells to run")
	flag.Parse()

	command := strings.Fields(*peer)
	if *peer == "" {
		command = findPeer()
	}
	binary, err := ours()
	if err != nil {
		log.Fatal(err)
	}
	own := candidate{name: "axn", argv: []string{binary}, code: goCode}
	others := []candidate{}
	if len(command) > 0 {
		others = append(others, candidate{name: "ipykernel", argv: command, code: pythonCode})
	}
	results, err := measure(append([]candidate{own}, others...), *starts, *cells)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, %s/%s, %s, %d CPUs, medians of %d starts and %d cells.\n\n", time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.Version(), runtime.NumCPU(), *starts, *cells)
	printTable(os.Stdout, results)
}

// ours builds the kernel.
func ours() (string, error) {
	k, err := builder.Here()
	if err != nil {
		return "", err
	}
	_, err = k.Build()
	return k.Out, err
}

// findPeer returns the command of ipykernel, nil if there is none.
func findPeer() []string {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import ipykernel").Run() != nil {
		log.Print("no ipykernel for python3: measuring our kernel alone")
		return nil
	}
	return []string{python, "-m", "ipykernel_launcher", "-f"}
}
