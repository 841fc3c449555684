package generator

import "fmt"

// instances are generic functions that are also registered compiled, for common types of
// elements: these run at the speed of compiled code.
var instances = map[string][]struct{ name, args string }{
	"slices": {
		{"BinarySearch", "[]%[1]s,%[1]s"}, {"Compare", "[]%[1]s,%[1]s"}, {"Contains", "[]%[1]s,%[1]s"}, {"Equal", "[]%[1]s,%[1]s"}, {"Index", "[]%[1]s,%[1]s"},
		{"IsSorted", "[]%[1]s,%[1]s"}, {"Max", "[]%[1]s,%[1]s"}, {"Min", "[]%[1]s,%[1]s"}, {"Reverse", "[]%[1]s,%[1]s"}, {"Sort", "[]%[1]s,%[1]s"}, {"Compact", "[]%[1]s,%[1]s"},
	},
	"cmp": {{"Compare", "%[1]s"}, {"Less", "%[1]s"}},
}

var elements = []string{"int", "float64", "string"}

func (t *table) addInstances() {
	for _, f := range instances[t.pkg.Path()] {
		if t.pkg.Scope().Lookup(f.name) == nil {
			continue
		}
		for _, elem := range elements {
			t.funcs = append(t.funcs, f.name+"["+fmt.Sprintf(f.args, elem)+"]")
		}
	}
}
