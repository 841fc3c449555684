package workbench

// Must panics with err unless it is nil. It ends a notebook cell that cannot go on:
//
//	scores, err := workbench.Observe(ctx, ce, data, workbench.Sampling{Random: 100})
//	workbench.Must(err)
func Must(err error) {
	if err != nil {
		panic(err)
	}
}
