package workbench

import "axn/workbench/internal/f32"

// similarities sets dst[i] to the dual encoder's score of item i for the query
// vector x: V·x.
func (e DualEmbeddings) similarities(dst, x []float32) { f32.Gemv(dst, e.Items.view(), x) }
