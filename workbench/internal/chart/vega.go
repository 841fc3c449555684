package chart

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// VegaLite describes the plot for front ends that draw Vega-Lite 5: values and intervals of
// points are told where the pointer rests, and a click on a name keeps its line. Title, axes
// and their range are those that p has now; what was drawn into p besides is left out.
func (d described) VegaLite(p *plot.Plot) map[string]any {
	if len(d.lines) == 0 {
		return nil
	}
	_, log := p.X.Tick.Marker.(decades)
	unlog := func(x float64) float64 { return x }
	if log {
		unlog = func(x float64) float64 { return math.Pow(10, x) }
	}
	high := p.Y // with room for the intervals, which the picture does not draw
	for _, l := range d.lines {
		for _, i := range l.Intervals {
			high.Min, high.Max = min(high.Min, i[0]), max(high.Max, i[1])
		}
	}
	x, y := channel("x", &p.X, unlog), channel("y", &high, func(y float64) float64 { return y })
	if log {
		x["scale"].(object)["type"] = "log"
		x["axis"].(object)["format"] = "~s"
	}
	var layers []object
	for _, b := range d.behind {
		layers = append(layers, object{
			"data": object{"values": values([]Line{{XYs: b.XYs}}, unlog)},
			"mark": object{"type": "line", "color": hex(Grey), "strokeWidth": b.Width.Points()}, "encoding": object{"x": x, "y": y},
		})
	}
	names, colors, shapes := []string{}, []string{}, []string{}
	for i, s := range strokes(d.lines) {
		names, colors, shapes = append(names, d.lines[i].Name), append(colors, onBoth(s.Color)), append(shapes, shapeOf(s.Shape))
	}
	of := func(scale []string) object {
		return object{"field": "name", "type": "nominal", "title": nil, "scale": object{"domain": names, "range": scale}}
	}
	chosen := object{"condition": object{"param": "chosen", "value": 1}, "value": 0.15}
	ends := object{"x": x, "y": with(y, "field", "low"), "y2": object{"field": "high"}, "color": of(colors), "opacity": chosen}
	told := []object{{"field": "name", "title": "line"}, {"field": "x", "title": x["title"], "format": ".6~g"}, {"field": "y", "title": y["title"], "format": ".4~g"}}
	if intervals(d.lines) {
		told = append(told, object{"field": "low", "title": "low", "format": ".4~g"}, object{"field": "high", "title": "high", "format": ".4~g"})
		layers = append(layers, object{"mark": "rule", "encoding": ends})
	}
	layers = append(layers,
		object{"mark": object{"type": "line", "strokeWidth": 2}, "encoding": object{"x": x, "y": y, "color": of(colors), "opacity": chosen}},
		object{
			"mark":     object{"type": "point", "filled": true, "size": 60, "opacity": 1},
			"encoding": object{"x": x, "y": y, "color": of(colors), "shape": of(shapes), "opacity": chosen, "tooltip": told},
			"params":   []object{{"name": "chosen", "select": object{"type": "point", "fields": []string{"name"}}, "bind": "legend"}},
		})
	return object{
		"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": p.Title.Text, "description": d.words,
		"width": 480, "height": 300, "data": object{"values": values(d.lines, unlog)}, "layer": layers,
		"config": object{"background": nil, "view": object{"stroke": nil}, "axisX": object{"grid": false}, "axis": object{"domain": false, "gridColor": "#8883", "labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": "normal"}, "legend": object{"orient": "bottom", "columns": 2, "labelFontSize": 12, "labelLimit": 300}},
	}
}

type object = map[string]any

// channel is an axis of the plot: its name, its range and its labelled ticks.
func channel(field string, a *plot.Axis, unlog func(float64) float64) object {
	var ticks []float64
	for _, t := range a.Tick.Marker.Ticks(a.Min, a.Max) {
		if !t.IsMinor() && t.Value >= a.Min && t.Value <= a.Max {
			ticks = append(ticks, rounded(unlog(t.Value)))
		}
	}
	return object{
		"field": field, "type": "quantitative", "title": a.Label.Text, "axis": object{"values": ticks},
		"scale": object{"domain": []float64{unlog(a.Min), unlog(a.Max)}, "zero": false, "nice": false},
	}
}

// values are the points of lines, each with the name of its line and its interval.
func values(lines []Line, unlog func(float64) float64) []object {
	rows := []object{}
	for _, l := range lines {
		for i, xy := range l.XYs {
			row := object{"name": l.Name, "x": rounded(unlog(xy.X)), "y": xy.Y}
			if l.Intervals != nil {
				row["low"], row["high"] = l.Intervals[i][0], l.Intervals[i][1]
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func intervals(lines []Line) bool {
	for _, l := range lines {
		if l.Intervals != nil {
			return true
		}
	}
	return false
}

func with(o object, key string, value any) object {
	changed := object{key: value}
	for k, v := range o {
		if k != key {
			changed[k] = v
		}
	}
	return changed
}

// rounded takes off what logarithms and powers have added to a whole number.
func rounded(x float64) float64 {
	if n := math.Round(x); math.Abs(x-n) < 1e-9*math.Abs(x) {
		return n
	}
	return x
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// onBoth is a colour that shows on light and on dark pages: what is lost on dark ones is made as
// light as white ones allow.
func onBoth(c color.Color) string {
	if contrast(c, darkPage) < leastContrast {
		return "#949494"
	}
	return hex(c)
}

// shapeOf names a marker in Vega's words.
func shapeOf(g draw.GlyphDrawer) string {
	switch g.(type) {
	case draw.BoxGlyph:
		return "square"
	case draw.PyramidGlyph:
		return "triangle-up"
	case draw.RingGlyph:
		return "diamond"
	case draw.SquareGlyph:
		return "cross"
	case draw.TriangleGlyph:
		return "triangle-down"
	}
	return "circle"
}

// decades are ticks of an axis whose values are decimal logarithms.
type decades struct{ plot.ConstantTicks }
