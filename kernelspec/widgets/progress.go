package widgets

import "fmt"

// IntProgress is a bar that tells how far something has come, in whole numbers.
type IntProgress struct {
	*Model
	Label string
}

// NewIntProgress returns a bar with a label, from 0 to total.
func NewIntProgress(label string, total int) *IntProgress {
	return &IntProgress{newControl("IntProgress", "ProgressStyle", label, progressState(0, total), nil), label}
}

func progressState[T int | float64](none, total T) map[string]any {
	return map[string]any{"_view_name": "ProgressView", "value": none, "min": none, "max": total}
}

// Value returns how far it has come.
func (p *IntProgress) Value() int { return p.Get("value").(int) }

// SetValue says how far it has come.
func (p *IntProgress) SetValue(n int) { p.Set("value", n) }

func (p *IntProgress) summary() string {
	return fmt.Sprintf("%s: %d of %d", p.Label, p.Value(), p.Get("max"))
}

// FloatProgress is a bar that tells how far something has come.
type FloatProgress struct {
	*Model
	Label string
}

// NewFloatProgress returns a bar with a label, from 0 to total.
func NewFloatProgress(label string, total float64) *FloatProgress {
	return &FloatProgress{newControl("FloatProgress", "ProgressStyle", label, progressState(0, total), nil), label}
}

// Value returns how far it has come.
func (p *FloatProgress) Value() float64 { return p.Get("value").(float64) }

// SetValue says how far it has come.
func (p *FloatProgress) SetValue(f float64) { p.Set("value", f) }

func (p *FloatProgress) summary() string {
	return fmt.Sprintf("%s: %.4g of %.4g", p.Label, p.Value(), p.Get("max"))
}
