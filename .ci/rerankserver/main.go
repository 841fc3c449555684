// Command rerankserver serves the small cross-encoder of data/ with a RerankHandler and the dual
// encoder with an EmbedHandler, each on a free port of this machine, prints their URLs, and ends
// when its input does.
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
	de, err := workbench.OpenDualEncoder("data/models/de-wordnet-L2")
	workbench.Must(err)
	de.QueryPrompt = "find: " // so that a query's vector is not a document's
	for _, h := range []http.Handler{workbench.RerankHandler(ce), workbench.EmbedHandler(de)} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		workbench.Must(err)
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		go server.Serve(listener)
		fmt.Printf("http://%s\n", listener.Addr())
	}
	io.Copy(io.Discard, os.Stdin)
}
