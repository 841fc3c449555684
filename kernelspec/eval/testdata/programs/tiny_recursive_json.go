// Walking decoded JSON.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

func walk(v any, path string) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, walk(v[k], path+"."+k)...)
		}
	case []any:
		for i, e := range v {
			out = append(out, walk(e, fmt.Sprintf("%s[%d]", path, i))...)
		}
	default:
		out = append(out, fmt.Sprintf("%s=%v", path, v))
	}
	return
}

func main() {
	var v any
	err := json.Unmarshal([]byte(`{"a":[1,{"b":null}],"c":{"d":true,"e":"x"}}`), &v)
	fmt.Println(err)
	for _, l := range walk(v, "$") {
		fmt.Println(l)
	}
}
