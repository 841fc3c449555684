package help

import (
	"strings"
	"testing"
)

func TestHint(t *testing.T) {
	b, h := newBook(t, shop, state), newHelp(t)
	for _, test := range []struct{ code, message, want string }{
		{"fmt.|Printn(1)", "undefined: fmt.Printn", "did you mean Println?"},
		{"import \"os\"\nos.|Opne(\"x\")", "undefined: os.Opne", "did you mean Open?"},
		{"|bytes.NewBufferString(\"x\")", "undefined: bytes", `add import "bytes"`},
		{"|rand.N(3)", "undefined: rand", `add import "math/rand/v2"`},
		{"|rand.Prime(nil, 3)", "undefined: rand", `add import "crypto/rand"`},
		{"|template.HTML(\"\")", "undefined: template", `add import "html/template"`},
		{"|poinst", "undefined: poinst", "did you mean points?"},
		{"|cuont + 1", "undefined: cuont", "did you mean count?"},
		{"func f(alpha int) int { return |alhpa }", "undefined: alhpa", "did you mean alpha?"},
		{"|prinln(1)", "undefined: prinln", "did you mean println?"},
		{"point.|Latt", "point.Latt undefined (type Point has no field or method Latt)", "did you mean Lat?"},
		{"point.|lat", "point.lat undefined (type Point has no field or method lat, but does have field Lat)", ""},
		{"|zebra", "undefined: zebra", ""},
		{"|x", "undefined: x", ""},
		{"3 + \"a\"", "invalid operation: 3 + \"a\" (mismatched types untyped int and untyped string)", ""},
	} {
		before, after, _ := strings.Cut(test.code, "|")
		if got := h.Hint(b, before+after, len(before), test.message); got != test.want {
			t.Errorf("%s: %q, want %q", test.message, got, test.want)
		}
	}
}

// What Python's users write, as the compiler refuses it.
func TestHabits(t *testing.T) {
	b, h := newBook(t, shop, state), newHelp(t)
	for _, test := range []struct{ code, message, want string }{
		{"import pandas as p|d", "import path must be a string", "paths in quotes"},
		{"|xyz = 5", "undefined: xyz", ":= declares"},
		{"for i |in range(10): print(i)", "expected '{', found in", "for i := range 10"},
		{"def |f(x): return x", "expected ';', found f", "func double"},
		{"def f(x): |return x", "return outside a function", "func double"},
		{"try|: x", "expected ';', found ':'", "Come from Python"},
		{"f|\"{y} is\"", "expected ';', found \"{y} is\"", "fmt.Sprintf"},
		{"1\n|# comment", "illegal character U+0023 '#'", "//"},
		{"|'single quoted'", "illegal rune literal", "double quotes"},
		{"if point == |None { }", "undefined: None", "nil"},
		{"y := 2*|*3", "invalid operation: cannot indirect 3 (untyped int constant)", "math.Pow"},
		{"workbench.SearchOptions{Budget|=5}", "missing ',' in composite literal", "{Budget: 100}"},
		{"f(1, k|=10)", "expected '==', found '='", "no names"},
		{"f(1, |{})", "expected operand, found '{'", "names its type"},
		{"[x*x |for x in range(3)]", "expected ']', found 'for'", "append"},
		{"points[|-1]", "invalid argument: index -1 (constant of type int) must not be negative", "len(x)-1"},
		{"|df[\"split\"]", "cannot index df (variable of struct type dataframe.DataFrame)", "df.Col"},
		{"df.|head()", "df.head undefined (type dataframe.DataFrame has no field or method head)", "df.Subset"},
		{"df.WriteCSV(|\"x\")", `cannot use "x" (constant of type string) as io.Writer value in argument to df.WriteCSV: string does not implement io.Writer (missing method Write)`, "os.Create"},
		{"|help(point)", "undefined: help", "explains"},
	} {
		before, after, _ := strings.Cut(test.code, "|")
		if got := h.Hint(b, before+after, len(before), test.message); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, not %q", test.message, got, test.want)
		}
	}
	for code, message := range map[string]string{"info(|3)": "undefined: info", "withers := |zzz": "undefined: zzz", "x := 3 |4": "expected ';', found 4", "deliver(|q)": "undefined: q"} {
		before, after, _ := strings.Cut(code, "|")
		if got := h.Hint(b, before+after, len(before), message); got != "" {
			t.Errorf("%s: %q", message, got)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abcd", "abd", 1}, {"kitten", "sitting", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("%s, %s: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestUnreadResults(t *testing.T) {
	for code, want := range map[string]string{
		"x, err := f()\nx":                      "err@3",
		"x, err := f()\nif err != nil {}":       "",
		"x, err = pkg.F(1)":                     "err@3",
		"err := errors.New(\"no\")":             "",
		"err := fmt.Errorf(\"no\")":             "",
		"n := len(xs) + f()":                    "",
		"f := func() error { return nil }":      "",
		"_, _ = f()":                            "",
		"var x = f()":                           "",
		"x, err := f()\nx, err = g()":           "err@17",
		"a, err := f()\nworkbench.Must(err)":    "",
		"for { x, err := f(); _ = x; _ = err }": "",
		"err := a.b[0].c(func() { x, y := 1 })": "err@0",
	} {
		got := ""
		for _, u := range UnreadResults(code) {
			got += u.Name + "@" + string(rune('0'+u.Start/10)) + string(rune('0'+u.Start%10))
		}
		if got = strings.ReplaceAll(got, "@0", "@"); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}
