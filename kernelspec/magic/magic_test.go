package magic

import (
	"strings"
	"testing"
)

func known(name string) bool { return name == "ok" }

func TestExpand(t *testing.T) {
	for code, want := range map[string]string{
		"x := 1":                             "x := 1",
		"%who":                               `_who("")`,
		"%%time\nx := 1":                     "_t0();\nx := 1",
		"%time f(x)":                         "_t0();f(x)",
		"%time f(x)\ny":                      "_t0();f(x);_t1()\ny",
		"!ls -l *.go":                        `_sh("ls -l *.go")`,
		"!ok":                                "!ok",
		"!notknown":                          `_sh("notknown")`,
		"a := 7\n  %rm a b\na":               "a := 7\n  _rm(\"a b\")\na",
		"for {\n\t!echo again\n}":            "for {\n\t_sh(\"echo again\")\n}",
		"a := 7\n% 3":                        "a := 7\n_unknown(\"%\")",
		"a := 7 %\n 3":                       "a := 7 %\n 3",
		"s := `\n%who\n!ls\n`":               "s := `\n%who\n!ls\n`",
		"%%bash\nls %who\necho \"a\"\n":      `_script("ls %who\necho \"a\"\n")`,
		"\n\n%%bash\nls":                     "\n\n_script(\"ls\")",
		"%%writefile -a x.txt\none\n\ntwo\n": `_write("-a x.txt", "one\n\ntwo\n")`,
		"%%html\n<b>x</b>":                   `_unknown("%%html")`,
		"%env A=b c":                         `_env("A=b c")`,
		"?fmt.Println":                       `_what("fmt.Println")`,
		"x? ":                                `_what("x") `,
		"x??":                                `_what("x")`,
		"a ? b":                              "a ? b",
		"%test Add.*":                        `_test("Add.*")`,
		"%nothing 3":                         `_unknown("%nothing")`,
	} {
		if got := Expand(code, known); got != want {
			t.Errorf("%q becomes %q, want %q", code, got, want)
		}
		blank := Blank(code, known)
		if len(blank) != len(code) || strings.Count(blank, "\n") != strings.Count(code, "\n") {
			t.Errorf("%q is blanked to %q", code, blank)
		}
	}
	for code, want := range map[string]string{
		"%time f(x)\n!ls\ny":   "      f(x)\n   \ny",
		"?name":                " name",
		"name??":               "name  ",
		"%%bash\nls\nx":        "      \n  \n ",
		"%rm a\na := 3\n%who ": "     \na := 3\n     ",
	} {
		if got := Blank(code, known); got != want {
			t.Errorf("%q is blanked to %q, want %q", code, got, want)
		}
	}
}

func TestHelpNamesAll(t *testing.T) {
	for _, m := range Magics {
		if !strings.Contains(Help(), m.Usage) {
			t.Errorf("the help lacks %s", m.Usage)
		}
	}
	if got := unknown("%%html"); !strings.Contains(got, "%%writefile") || !strings.Contains(got, "%test") {
		t.Errorf("%s", got)
	}
}
