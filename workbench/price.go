package workbench

import (
	"context"
	"fmt"
	"time"
)

// Price is what a cross-encoder's work costs, in seconds: a call, which scores a pair,
// and a pass over an item alone.
type Price struct{ Call, Pass float64 }

// orCalls returns the price and its unit: without one, calls. A pass of unknown price
// is taken for a call, though it is shorter than one of the same item.
func (p Price) orCalls() (price Price, unit string) {
	unit = "seconds"
	if !(p.Call > 0) {
		p, unit = Price{Call: 1}, "calls"
	}
	if p.Pass == 0 {
		p.Pass = p.Call
	}
	return p, unit
}

// of is what calls and passes cost.
func (p Price) of(calls float64, passes int) float64 {
	return p.Call*calls + p.Pass*float64(passes)
}

// pricePart is how many pairs and items Price times.
const pricePart = 500

// Price times the cross-encoder on texts of d, half a thousand pairs and as many items
// alone, on this machine as it is now.
func (c *CrossEncoder) Price(ctx context.Context, d *Dataset) (Price, error) {
	pairs, items := make([][2]string, pricePart), make([]string, pricePart)
	for i := range pairs {
		p := Pair{Query: i / 100 * 7919 % len(d.Queries), Item: i * 7919 % len(d.Items)} // a hundred items a query
		var err error
		if pairs[i], err = d.texts(p); err != nil {
			return Price{}, fmt.Errorf("workbench: price: %w", err)
		}
		items[i] = pairs[i][1]
	}
	start := time.Now()
	if _, err := c.Predict(quiet(ctx), pairs); err != nil {
		return Price{}, err
	}
	between := time.Now()
	if _, err := c.ReadItems(quiet(ctx), items); err != nil {
		return Price{}, err
	}
	return Price{Call: between.Sub(start).Seconds() / pricePart, Pass: time.Since(between).Seconds() / pricePart}, nil
}

// String fits one line.
func (p Price) String() string {
	return fmt.Sprintf("Price: %.3g ms a call, %.3g ms an item pass", 1000*p.Call, 1000*p.Pass)
}
