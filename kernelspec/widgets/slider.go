package widgets

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Ints are the whole numbers that a slider offers.
type Ints struct {
	Min, Max int // both included; Max 0 with Min 0 is 100
	Step     int // from one to the next (default 1)
	Value    int // the first one (default 0, or the nearest to it)
}

// Floats are the numbers that a slider offers.
type Floats struct {
	Min, Max float64 // both included; Max 0 with Min 0 is 1
	Step     float64 // from one to the next (default a hundredth of the way)
	Value    float64 // the first one (default 0, or the nearest to it)
}

// IntSlider is a slider over whole numbers.
type IntSlider struct {
	*Model
	Label string
}

// NewIntSlider returns a slider with a label.
func NewIntSlider(label string, o Ints) *IntSlider {
	o = o.filled()
	return &IntSlider{newControl("IntSlider", "SliderStyle", label, o.state(o.Value), accepts{
		"value": whole,
	}), label}
}

// filled returns the numbers with the defaults filled in.
func (o Ints) filled() Ints {
	if o.Min == 0 && o.Max == 0 {
		o.Max = 100
	}
	o.Max = max(o.Min, o.Max)
	o.Step = max(o.Step, 1)
	o.Value = min(max(o.Value, o.Min), o.Max)
	return o
}

func (o Ints) state(value any) map[string]any {
	return map[string]any{"value": value, "min": o.Min, "max": o.Max, "step": o.Step, "readout": true, "readout_format": "d"}
}

// whole takes a number of a front end that the slider offers.
func whole(v any, state map[string]any) (any, bool) {
	least, _ := state["min"].(int)
	most, _ := state["max"].(int)
	f, ok := v.(float64)
	n := int(f)
	return n, ok && float64(n) == f && n >= least && n <= most
}

// Value returns the number that the slider is at.
func (s *IntSlider) Value() int { return s.Get("value").(int) }

// SetValue moves the slider. Numbers outside its range become the nearest one in it.
func (s *IntSlider) SetValue(n int) {
	s.Set("value", min(max(n, s.Get("min").(int)), s.Get("max").(int)))
}

// OnChange has f called with the new number whenever the slider has moved.
func (s *IntSlider) OnChange(f func(value int)) { s.onChange(func() { f(s.Value()) }) }

func (s *IntSlider) value() any      { return s.Value() }
func (s *IntSlider) label() string   { return s.Label }
func (s *IntSlider) summary() string { return fmt.Sprintf("%s = %d", s.Label, s.Value()) }

// FloatSlider is a slider over numbers.
type FloatSlider struct {
	*Model
	Label string
}

// NewFloatSlider returns a slider with a label.
func NewFloatSlider(label string, o Floats) *FloatSlider {
	if o.Min == 0 && o.Max == 0 {
		o.Max = 1
	}
	o.Max = max(o.Min, o.Max)
	if !(o.Step > 0) {
		o.Step = (o.Max - o.Min) / 100
	}
	o.Value = min(max(o.Value, o.Min), o.Max)
	state := map[string]any{"value": o.Value, "min": o.Min, "max": o.Max, "step": o.Step, "readout": true, "readout_format": fmt.Sprintf(".%df", decimals(o.Step))}
	return &FloatSlider{newControl("FloatSlider", "SliderStyle", label, state, accepts{
		"value": func(v any, state map[string]any) (any, bool) {
			least, _ := state["min"].(float64)
			most, _ := state["max"].(float64)
			step, _ := state["step"].(float64)
			f, ok := v.(float64)
			slack := step / 1e6 // front ends count in steps, which round
			return min(max(f, least), most), ok && f >= least-slack && f <= most+slack
		},
	}), label}
}

// decimals is how many digits after the point tell one step from the next.
func decimals(step float64) int {
	_, digits, _ := strings.Cut(strconv.FormatFloat(step, 'f', -1, 64), ".")
	return min(len(digits), max(0, 2-int(math.Floor(math.Log10(max(step, 1e-9))))))
}

// Value returns the number that the slider is at.
func (s *FloatSlider) Value() float64 { return s.Get("value").(float64) }

// SetValue moves the slider. Numbers outside its range become the nearest one in it.
func (s *FloatSlider) SetValue(f float64) {
	s.Set("value", min(max(f, s.Get("min").(float64)), s.Get("max").(float64)))
}

// OnChange has f called with the new number whenever the slider has moved.
func (s *FloatSlider) OnChange(f func(value float64)) { s.onChange(func() { f(s.Value()) }) }

func (s *FloatSlider) value() any      { return s.Value() }
func (s *FloatSlider) label() string   { return s.Label }
func (s *FloatSlider) summary() string { return fmt.Sprintf("%s = %.4g", s.Label, s.Value()) }

// IntRangeSlider is a slider with two ends, over whole numbers.
type IntRangeSlider struct {
	*Model
	Label string
}

// NewIntRangeSlider returns a slider with two ends and a label, at first from o.Value to
// o.Max.
func NewIntRangeSlider(label string, o Ints) *IntRangeSlider {
	o = o.filled()
	return &IntRangeSlider{newControl("IntRangeSlider", "SliderStyle", label, o.state([2]int{o.Value, o.Max}), accepts{
		"value": func(v any, state map[string]any) (any, bool) {
			list, _ := v.([]any)
			if len(list) != 2 {
				return nil, false
			}
			low, ok1 := whole(list[0], state)
			high, ok2 := whole(list[1], state)
			if !ok1 || !ok2 || low.(int) > high.(int) {
				return nil, false
			}
			return [2]int{low.(int), high.(int)}, true
		},
	}), label}
}

// Value returns both ends, the lower one first.
func (s *IntRangeSlider) Value() (low, high int) {
	v := s.Get("value").([2]int)
	return v[0], v[1]
}

// SetValue moves both ends. Numbers outside the range become the nearest ones in it.
func (s *IntRangeSlider) SetValue(low, high int) {
	least, most := s.Get("min").(int), s.Get("max").(int)
	low = min(max(low, least), most)
	s.Set("value", [2]int{low, min(max(high, low), most)})
}

// OnChange has f called with the new ends whenever one has moved.
func (s *IntRangeSlider) OnChange(f func(low, high int)) { s.onChange(func() { f(s.Value()) }) }

func (s *IntRangeSlider) value() any    { return s.Get("value") }
func (s *IntRangeSlider) label() string { return s.Label }
func (s *IntRangeSlider) summary() string {
	low, high := s.Value()
	return fmt.Sprintf("%s = %d to %d", s.Label, low, high)
}
