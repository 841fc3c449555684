package help

import "regexp"

// habit is what those write who come from Python, as the compiler refuses it, and what Go has in its place.
type habit struct {
	message string // a regular expression for what the compiler says
	line    string // and one for the line
	hint    string
}

var habits = compiled([]habit{
	{"^import path must be a string", "", `packages are imported by their paths in quotes: import "axn/workbench"`},
	{"^undefined: ", `^\s*[\pL_][\pL\pN_]*\s*=[^=]`, ":= declares a variable, = sets one that is there"},
	{"", `^\s*for\s+[^{]*\bin\b`, "for i := range 10 { … } counts, for i, x := range list { … } goes through a list"},
	{"", `^\s*(async\s+)?def\s`, "a function is written func double(x int) int { return 2 * x }"},
	{"", `^\s*(class|try|except|with|elif|lambda|from|del)\b[^=]*$`, "this is Python's word; the how-to page Come from Python says what Go has"},
	{"", `\bf["']`, `fmt.Sprintf("%v of %.2f", x, y) puts values into a text`},
	{"^illegal character U\\+0023", "", "a comment begins with //"},
	{"^illegal rune literal", "", `texts stand between double quotes: "text"`},
	{"^undefined: None$", "", "did you mean nil?"},
	{"^invalid operation: cannot indirect", `\*\*`, "math.Pow(x, y) is a power"},
	{"^missing ',' in composite literal", `[\pL_]\s*=[^=]`, "fields are set by a colon: {Budget: 100}"},
	{"^expected '==', found '='", `\(.*=`, "arguments have no names, and are given in their order"},
	{"^expected operand, found '{'", "", "a value names its type: workbench.FactorizeOptions{}"},
	{"^expected '\\]', found 'for'", "", "a loop makes a list: for _, x := range list { squares = append(squares, x*x) }"},
	{"must not be negative", `\[\s*-`, "x[len(x)-1] is the last"},
	{"^expected type, found '\\)'", `\btype\s*\(`, `fmt.Printf("%T", x) prints a type`},
	{"^undefined: (help|dir)$", "", "NAME? explains a name, and Tab lists what is there"},
	{"^undefined: (str|repr|format)$", "", "fmt.Sprint(x) makes a text of a value"},
	{"^undefined: (sum|mean|median|std)$", "", "gonum.org/v1/gonum/floats has Sum, gonum.org/v1/gonum/stat Mean and StdDev"},
	{"^undefined: (sorted|reversed)$", "", "package slices has Sort, SortFunc and Reverse"},
	{"^undefined: (enumerate|zip)$", "", "for i, x := range list { … } goes through a list with its places"},
	{"^undefined: (exit|quit)$", "", "the menu Kernel restarts and ends the kernel"},
	{"^undefined: (open|input)$", "", "os.Open opens a file, fmt.Scanln(&x) asks"},
	{"^undefined: (np|pd|plt|torch)$", "", "this kernel runs Go; the how-to page Come from Python says what takes its place"},
	{"^cannot index .*dataframe.DataFrame", "", `df.Col("name") is a column`},
	{"dataframe.DataFrame has no field or method ([hH]ead|[tT]ail|iloc|sample)\\)", "", "df.Subset([]int{0, 1, 2}) takes rows"},
	{"dataframe.DataFrame has no field or method (shape|columns)\\)", "", "df.Dims() and df.Names() say them"},
	{"dataframe.DataFrame has no field or method (loc|query)\\)", "", "df.Filter takes rows by their values"},
	{"dataframe.DataFrame has no field or method (merge|join)\\)", "", "df.InnerJoin, LeftJoin and OuterJoin join frames"},
	{"dataframe.DataFrame has no field or method (sort_values|sort)\\)", "", `df.Arrange(dataframe.RevSort("name")) sorts rows`},
	{"dataframe.DataFrame has no field or method (to_csv|to_json)\\)", "", "df.WriteCSV and WriteJSON write to what os.Create opens"},
	{"^cannot use .* as io.(Writer|Reader) value", "", "os.Create opens a file to write it, os.Open to read it"},
	{"type \\[\\]float64 has no field or method (mean|std|sum|max|min)\\)", "", "functions take slices: stat.Mean(x, nil) of gonum.org/v1/gonum/stat, slices.Max(x)"},
})

type compiledHabit struct {
	message, line *regexp.Regexp
	hint          string
}

func compiled(list []habit) (out []compiledHabit) {
	for _, h := range list {
		out = append(out, compiledHabit{regexp.MustCompile(h.message), regexp.MustCompile(h.line), h.hint})
	}
	return out
}

// habitHint says what Go has in the place of what a line of Python was meant to do.
func habitHint(line, message string) string {
	for _, h := range habits {
		if h.message.MatchString(message) && h.line.MatchString(line) {
			return h.hint
		}
	}
	return ""
}
