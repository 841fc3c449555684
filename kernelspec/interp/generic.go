package interp

// declareGenerics declares the generic functions of the standard library that
// gomacro cannot know, with their real names.
func (in *Interp) declareGenerics() {}
