// Package picture turns values into what a notebook shows: data frames, series, matrices,
// and slices and maps of structs into tables, plots and images into pictures.
package picture

import (
	"fmt"
	"image"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"

	"axn/kernelspec/plain"
)

// MIME types of what is shown.
const (
	Text = "text/plain"
	HTML = "text/html"
	SVG  = "image/svg+xml"
	PNG  = "image/png"

	VegaLite = "application/vnd.vegalite.v5+json"
)

// Picture is what is shown of a value, in several forms: data and metadata by
// MIME type.
type Picture struct {
	Data     map[string]any
	Metadata map[string]any
}

// Of returns what is shown of a value, and whether this package knows how.
func Of(v any) (*Picture, bool) {
	switch v := v.(type) {
	case dataframe.DataFrame:
		return table(frameTable(v)), true
	case *dataframe.DataFrame:
		if v == nil {
			return nil, false
		}
		return table(frameTable(*v)), true
	case series.Series:
		return table(frameTable(dataframe.New(v))), true
	case *plot.Plot:
		if v == nil {
			return nil, false
		}
		return plotPicture(v, plotWidth, plotHeight), true
	case mat.Matrix:
		return table(matrixTable(v)), true
	case image.Image:
		return imagePicture(v), true
	}
	if t := valueTable(v); t != nil {
		return &Picture{Data: map[string]any{Text: plain.Text(v), HTML: t.html()}}, true
	}
	return nil, false
}

func table(t *grid) *Picture {
	return &Picture{Data: map[string]any{Text: t.text(), HTML: t.html()}}
}

// failed is shown in the place of a value that cannot be shown.
func failed(what string, err error) *Picture {
	return &Picture{Data: map[string]any{Text: fmt.Sprintf("%s cannot be shown: %v", what, err)}}
}
