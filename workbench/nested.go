package workbench

import "strings"

// nested is an error of one workbench call within the message of another, which
// says the package's name once.
type nested struct{ error }

func (n nested) Error() string { return strings.TrimPrefix(n.error.Error(), "workbench: ") }

func (n nested) Unwrap() error { return n.error }
