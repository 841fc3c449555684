package code

import (
	"go/constant"

	"golang.org/x/tools/go/ssa"
)

// States of a range over a function, as go/ssa keeps them: how its body was left is
// positive.
const (
	rangeBusy = -1
	rangeDone = -2
)

// rangePanic compiles the panics that go/ssa makes where an iterator breaks the rules: they
// are runtime errors, with the texts of Go's runtime. nil for other panics.
func (c *compiler) rangePanic(b *ssa.BasicBlock, in *ssa.Panic) func(*frame) *block {
	x, ok := in.X.(*ssa.MakeInterface)
	if !ok || in.Pos().IsValid() {
		return nil
	}
	k, ok := x.X.(*ssa.Const)
	if !ok || k.Value == nil || k.Value.Kind() != constant.String {
		return nil
	}
	switch constant.StringVal(k.Value) {
	case "iterator call did not preserve panic":
		return func(*frame) *block {
			panic(runtimeError("range function recovered a loop body panic and did not resume panicking"))
		}
	case "yield function called after range loop exit":
		branch, _ := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If)
		if branch == nil {
			return nil
		}
		ready, _ := branch.Cond.(*ssa.BinOp)
		if ready == nil {
			return nil
		}
		state := c.off(ready.X)
		return func(fr *frame) *block {
			text := "range function continued iteration after function for loop body returned false"
			switch *reg[int](fr, state) {
			case rangeBusy:
				text = "range function continued iteration after loop body panic"
			case rangeDone:
				text = "range function continued iteration after whole loop exit"
			}
			panic(runtimeError(text))
		}
	}
	return nil
}
