package frontend

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParameters(t *testing.T) {
	for in, want := range map[string]Parameter{
		"n=20": {"n", "20"}, "x=-1.5e3": {"x", "-1.5e3"}, "on=true": {"on", "true"}, `s="a b"`: {"s", `"a b"`},
		"name=Ada": {"name", `"Ada"`}, "path=a/b.txt": {"path", `"a/b.txt"`}, "ks=[]int{1, 10}": {"ks", "[]int{1, 10}"}, "empty=": {"empty", `""`},
	} {
		if got, err := ParseParameter(in); err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "n", "=3", "a b=3", "3=3"} {
		if p, err := ParseParameter(bad); err == nil {
			t.Errorf("%q is %+v", bad, p)
		}
	}
}

// What papermill makes of these notebooks: a cell after the tagged one, in the place of
// one that was put there before, or in front.
func TestParametersAreInjected(t *testing.T) {
	const tagged, injected, other = "parameters", "injected-parameters", ""
	for _, c := range []struct {
		name, declares string
		tags           []string
		want           []string
	}{
		{"a tagged cell", "n := 10 // how many\nvar s, t string", []string{other, tagged, other}, []string{other, tagged, injected, other}},
		{"run before", "n := 10; s := \"\"", []string{tagged, injected, other}, []string{tagged, injected, other}},
		{"run before, further down", "n := 10; s := \"\"", []string{injected, tagged, other}, []string{injected, tagged, other}},
		{"no tagged cell", "", []string{other, other}, []string{injected, other, other}},
		{"run before, no tagged cell", "", []string{other, injected}, []string{other, injected}},
	} {
		nb := &Notebook{fields: map[string]any{}}
		for i, tag := range c.tags {
			code := c.declares
			if tag != tagged {
				code = fmt.Sprint("cell", i)
			}
			nb.Cells = append(nb.Cells, &NotebookCell{map[string]any{"cell_type": "code", "source": code, "metadata": map[string]any{"tags": []any{tag}}}})
		}
		nb.SetParameters([]Parameter{{"n", "20"}, {"s", `"x"`}, {"more", "1"}})
		var got []string
		for _, cell := range nb.Cells {
			tag := other
			for _, known := range []string{tagged, injected} {
				if cell.HasTag(known) {
					tag = known
				}
			}
			got = append(got, tag)
			want := "// Parameters\nn = 20\ns = \"x\"\nmore := 1"
			if !slices.Contains(c.tags, tagged) {
				want = strings.ReplaceAll(want, " = ", " := ")
			}
			if code, _ := cell.Code(); tag == injected && code != want {
				t.Errorf("%s: injected %q, want %q", c.name, code, want)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: cells %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDeclares(t *testing.T) {
	for code, want := range map[string]string{
		"n := 1\na, b := 2, 3": "a b n", "var x int\nvar (\n\ty = 1\n\tz float64\n)": "x y z", "const c = 1\nn = 2": "", "": "", "}": "",
	} {
		var names []string
		for name := range declares(code) {
			names = append(names, name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q declares %q, want %q", code, got, want)
		}
	}
}
