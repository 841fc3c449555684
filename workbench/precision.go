package workbench

import (
	"context"
	"fmt"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/gate"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/i8"
)

// PrecisionReport says what a CrossEncoder computes in and, if that was left to it, why.
type PrecisionReport struct {
	Precision string // "float32", "int8", or such as "int8 but for the first layer"
	Reason    string // "" unless EncoderOptions.Precision was "auto"
	Trials    []PrecisionTrial
}

// PrecisionTrial is what one precision reached on a sample of pairs, beside float32.
type PrecisionTrial struct {
	Precision           string
	Pairs               int
	MeanError, MaxError float64 // of a score, in standard deviations of the sample's scores
	Tau                 float64 // Kendall's τ-b of the two orders of a query's items, mean over queries
	Overlap             float64 // share of a query's top 10, or a third of its items if that is less, that both have; mean over queries
	Speedup             float64 // pairs a second beside float32 on this machine; 0 where it was not timed, because the overlap is too small
	Passed              bool
}

// Precision says what the model computes in. See EncoderOptions.Precision.
func (c *CrossEncoder) Precision() PrecisionReport { return c.precision }

// String fits one line.
func (r PrecisionReport) String() string {
	if r.Reason == "" {
		return r.Precision
	}
	return r.Precision + ", because " + r.Reason
}

// Frame shows the trials as a table: precision, pairs, mean_error, max_error, tau, overlap, speedup, passed.
func (r PrecisionReport) Frame() dataframe.DataFrame {
	n := len(r.Trials)
	precision, pairs, passed, figures := make([]string, n), make([]int, n), make([]bool, n), make([][]float64, 5)
	for i, t := range r.Trials {
		precision[i], pairs[i], passed[i] = t.Precision, t.Pairs, t.Passed
		for f, v := range []float64{t.MeanError, t.MaxError, t.Tau, t.Overlap, t.Speedup} {
			figures[f] = append(figures[f], v)
		}
	}
	columns := []series.Series{series.New(precision, series.String, "precision"), series.New(pairs, series.Int, "pairs")}
	for f, name := range []string{"mean_error", "max_error", "tau", "overlap", "speedup"} {
		columns = append(columns, series.New(figures[f], series.Float, name))
	}
	return dataframe.New(append(columns, series.New(passed, series.Bool, "passed"))...)
}

// pack makes the encoder in the precision that o asks for.
func (c *CrossEncoder) pack(m *hf.Model, o EncoderOptions) error {
	in := encoder.Precision{}
	switch o.Precision {
	case "", "float32":
	case "int8":
		in.Int8 = true
	case "auto":
		of, err := c.fingerprint()
		if err != nil {
			return err
		}
		if o.Sample == nil {
			o.Sample = gate.Sample()
		}
		verdict, packed, err := gate.Judge(context.Background(), m, of, o.Sample)
		if err != nil {
			return err
		}
		in, c.encoder, c.precision.Reason = verdict.Precision(), packed, verdict.Reason()
		for _, t := range verdict.Trials {
			c.precision.Trials = append(c.precision.Trials, PrecisionTrial{t.Precision.String(), t.Pairs, t.MeanError, t.MaxError, t.Tau, t.Overlap, t.Speedup, t.Passed()})
		}
	default:
		return fmt.Errorf("no precision %q: EncoderOptions.Precision is float32, int8 or auto", o.Precision)
	}
	if c.encoder == nil {
		packed, err := encoder.NewIn(m, in)
		if err != nil {
			return err
		}
		c.encoder = packed
	}
	if c.precision.Precision = in.String(); in.Int8 {
		exact := c.fingerprint
		c.fingerprint = func() (string, error) {
			of, err := exact()
			return fmt.Sprintf("%s %v (%d)", of, in, i8.Version), err
		}
	}
	return nil
}
