// Output only: Print in its forms, builtin print kept apart, writers to os.Stdout, Printf's results.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

type loud struct{ io.Writer }

func (l loud) Write(p []byte) (int, error) { return l.Writer.Write(bytes.ToUpper(p)) }

func main() {
	fmt.Print("a", "b", 1, 2, true, "c\n")
	fmt.Print(1, 2, "x", 3, '\n', "\n")
	n, err := fmt.Println("counted")
	fmt.Println(n, err)
	os.Stdout.WriteString("direct\n")
	os.Stdout.Write([]byte("bytes\n"))
	fmt.Fprintln(os.Stdout, "fprintln", nil, []int(nil), map[string]int(nil), error(nil))
	fmt.Fprintf(loud{os.Stdout}, "%s %v\n", "loud", struct{ a int }{1})
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprint(w, "buffered")
	w.WriteByte('\n')
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	log.Print("through log")
	println("to standard error")
	io.Copy(os.Stdout, strings.NewReader("copied\n"))
	json.NewEncoder(os.Stdout).Encode(map[string]any{"z": nil, "a": 1})
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent(">", " ")
	enc.Encode([]int{1})
	fmt.Printf("%s\n", strings.Repeat("long ", 20))
	fmt.Printf("%5.1f|%-5s|%05d|%x|%t|%p\n", 3.14159, "ab", 42, "hi", true, nil)
}
