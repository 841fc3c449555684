package magic

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// changeDir does %cd; no folder is the home folder.
func changeDir(dir string) {
	dir, err := expandHome(dir)
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		Fail("%%cd: %v", err)
	}
}

// expandHome writes out ~ at the beginning of a path, and an empty one.
func expandHome(path string) (string, error) {
	rest, inHome := strings.CutPrefix(path, "~")
	if path != "" && (!inHome || rest != "" && rest[0] != '/') {
		return path, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, rest), err
}

// environment does %env: it shows all variables, shows one, or sets one.
func environment(arg string) {
	name, value, sets := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	switch {
	case arg == "":
		list := os.Environ()
		sort.Strings(list)
		fmt.Fprintln(os.Stdout, strings.Join(list, "\n"))
	case !sets:
		value, ok := os.LookupEnv(name)
		if !ok {
			Fail("%%env: %s is not set", name)
		}
		fmt.Fprintln(os.Stdout, value)
	default:
		if err := os.Setenv(name, strings.TrimSpace(value)); err != nil {
			Fail("%%env: %v", err)
		}
	}
}

// writeFile does %%writefile.
func writeFile(arg, text string) {
	name, appends := strings.CutPrefix(arg, "-a ")
	name, err := expandHome(strings.TrimSpace(name))
	if err == nil && arg == "" {
		Fail("%%%%writefile FILE: which file?")
	}
	mode, did := os.O_TRUNC, "wrote"
	if appends {
		mode, did = os.O_APPEND, "appended to"
	}
	var f *os.File
	if err == nil {
		f, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|mode, 0o644)
	}
	if err == nil {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		_, err = f.WriteString(text)
		if closed := f.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		Fail("%%%%writefile: %v", err)
	}
	fmt.Fprintf(os.Stdout, "%s %s (%d bytes)\n", did, name, len(text))
}
