// flag sets with own values, os/exec, user-defined flags, and signals of state.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

type list []string

func (l *list) String() string { return strings.Join(*l, ",") }
func (l *list) Set(s string) error {
	if s == "" {
		return errors.New("empty")
	}
	*l = append(*l, strings.Split(s, "+")...)
	return nil
}

type level int

func (l level) MarshalText() ([]byte, error) { return []byte(fmt.Sprint("lvl", int(l))), nil }
func (l *level) UnmarshalText(b []byte) error {
	_, err := fmt.Sscanf(string(b), "lvl%d", (*int)(l))
	return err
}

func main() {
	fs := flag.NewFlagSet("prog", flag.ContinueOnError)
	var out strings.Builder
	fs.SetOutput(&out)
	n := fs.Int("n", 5, "how `many`")
	d := fs.Duration("d", time.Second, "wait")
	var l list
	fs.Var(&l, "l", "list")
	var lv level
	fs.TextVar(&lv, "lv", level(1), "level")
	fs.BoolFunc("v", "verbose", func(s string) error { fmt.Println("v is", s); return nil })
	err := fs.Parse([]string{"-n", "7", "-l=a+b", "--l", "c", "-v", "-lv", "lvl9", "rest", "-x"})
	fmt.Println(err, *n, *d, l, lv, fs.Args(), fs.NArg())
	fmt.Println(fs.Parse([]string{"-n", "x"}))
	fmt.Println(fs.Parse([]string{"-l", ""}))
	fmt.Println(errors.Is(fs.Parse([]string{"-h"}), flag.ErrHelp), strings.Contains(out.String(), "how many"))
	fs.Visit(func(f *flag.Flag) { fmt.Print(f.Name, "=", f.Value, " ") })
	fmt.Println()
	b, err := exec.Command("echo", "from", "a child").Output()
	fmt.Printf("%q %v\n", b, err)
	cmd := exec.Command("cat")
	cmd.Stdin = strings.NewReader("piped")
	b, err = cmd.CombinedOutput()
	fmt.Println(string(b), err, cmd.ProcessState.Success())
	err = exec.Command("sh", "-c", "exit 3").Run()
	var ee *exec.ExitError
	fmt.Println(errors.As(err, &ee), ee.ExitCode(), err)
	_, err = exec.LookPath("no-such-program-here")
	fmt.Println(errors.Is(err, exec.ErrNotFound))
}
