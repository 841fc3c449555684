package workbench

// similarities sets dst[i] to the dual encoder's score of item i for the query
// vector x: V·x.
func (e DualEmbeddings) similarities(dst, x []float32) { mulVec(dst, e.Items, x) }
