// Command rerankserver serves the small cross-encoder of data/ with a RerankHandler on a free port
// of this machine, prints its URL, and ends when its input does.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"axn/workbench"
)

func main() {
	ce, err := workbench.OpenCrossEncoder("data/models/ce-wordnet-L4")
	workbench.Must(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	workbench.Must(err)
	server := &http.Server{Handler: workbench.RerankHandler(ce), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	fmt.Printf("http://%s\n", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
}
