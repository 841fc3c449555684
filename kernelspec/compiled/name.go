package compiled

import (
	"go/types"
	"strings"
)

// InstanceName names a function or type with its type arguments, as Package and Type
// know it: Seq[string], or Seq2[int,axn/workbench.Hit] with full package paths.
func InstanceName(name string, args *types.TypeList) string {
	if args.Len() == 0 {
		return name
	}
	list := make([]string, args.Len())
	for i := range list {
		list[i] = types.TypeString(args.At(i), (*types.Package).Path)
	}
	return name + "[" + strings.Join(list, ",") + "]"
}
