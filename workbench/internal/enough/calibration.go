package enough

import "math"

// Calibration is a line by which the estimates of one index's searches are corrected on the logit scale: an
// estimate of logit z becomes the one of logit z + Shift + Slope·z. The zero value changes nothing.
type Calibration struct{ Shift, Slope float64 }

// Corrected is an estimate as the line says it should have been.
func (c Calibration) Corrected(estimate float64) float64 {
	if c == (Calibration{}) || !(estimate > 0 && estimate < 1) {
		return estimate
	}
	return logistic(c.Shift + (1+c.Slope)*logit(estimate))
}

// After is the line which corrects as c does what before has corrected.
func (c Calibration) After(before Calibration) Calibration {
	return Calibration{c.Shift + (1+c.Slope)*before.Shift, before.Slope + c.Slope*(1+before.Slope)}
}

// What lines of indexes are held to deviate by before searches have shown it: the shift in the middle of
// their estimates, and the slope.
const (
	shiftDeviation = 0.3
	slopeDeviation = 0.3
)

// Calibrate learns the line of searches whose recalls are known, or estimated without bias: these need not lie
// between 0 and 1. It is a logistic regression whose shift and slope are drawn to 0 the more, the fewer the searches
// and the further recalls lie from the line, which says how much one of them is worth. Searches of which each says
// again what others say count for as many alike less.
func Calibrate(estimates, recalls []float64, alike float64) Calibration {
	z, middle := make([]float64, len(estimates)), 0.0
	for i, e := range estimates {
		z[i] = logit(min(max(e, 0.005), 0.9995))
		middle += z[i] / float64(len(z))
	}
	shift, slope, dispersion := 0.0, 0.0, 1.0
	for range calibrationSteps { // of Newton's method, the dispersion going along
		const ridge, tilt = 1 / (shiftDeviation * shiftDeviation), 1 / (slopeDeviation * slopeDeviation)
		gShift, gSlope := -ridge*shift, -tilt*slope
		hh, hs, ss := ridge, 0.0, tilt
		squares, variance := 0.0, 0.0
		for i, y := range recalls {
			x := z[i] - middle
			p := logistic(z[i] + shift + slope*x)
			v := p * (1 - p) / dispersion / alike
			gShift, gSlope = gShift+(y-p)/dispersion/alike, gSlope+(y-p)*x/dispersion/alike
			hh, hs, ss = hh+v, hs+v*x, ss+v*x*x
			squares, variance = squares+(y-p)*(y-p), variance+p*(1-p)
		}
		det := hh*ss - hs*hs
		shift, slope = shift+(ss*gShift-hs*gSlope)/det, max(slope+(hh*gSlope-hs*gShift)/det, -0.9)
		dispersion = max(squares/variance, leastDispersion)
	}
	return Calibration{shift - slope*middle, slope}
}

// Steps after which the line stays, and how little a recall may lie from it: as the mean of a thousand items.
const (
	calibrationSteps = 50
	leastDispersion  = 0.001
)

func logit(p float64) float64    { return math.Log(p / (1 - p)) }
func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
