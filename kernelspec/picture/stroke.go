package picture

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// strokePiece is how many lines of a path are drawn at once. vgimg's time grows
// with the square of it: a jagged line of 1,000 points takes 8 s in one piece.
const strokePiece = 32

// inPieces is a canvas of pixels that draws long lines in pieces.
type inPieces struct{ *vgimg.Canvas }

// Stroke draws the outline of a path.
func (c inPieces) Stroke(p vg.Path) {
	var piece vg.Path
	var start, at vg.Point // of the subpath, and of the pen
	flush := func() {
		if len(piece) > 1 {
			c.Canvas.Stroke(piece)
		}
		piece = vg.Path{{Type: vg.MoveComp, Pos: at}}
	}
	for _, comp := range p {
		switch comp.Type {
		case vg.MoveComp:
			start, at = comp.Pos, comp.Pos
			flush()
			continue
		case vg.CloseComp:
			comp = vg.PathComp{Type: vg.LineComp, Pos: start}
		case vg.ArcComp: // its end is not known here: it stays with what follows
			piece = append(piece, comp)
			continue
		}
		at = comp.Pos
		if piece = append(piece, comp); len(piece) > strokePiece {
			flush()
		}
	}
	flush()
}
