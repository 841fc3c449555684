package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"axn/workbench/internal/tokenize"
)

// postProcessor is post_processor of a tokenizer.json.
type postProcessor struct {
	Type    string             `json:"type"`
	Single  []templatePiece    `json:"single"`
	Pair    []templatePiece    `json:"pair"`
	Special map[string]special `json:"special_tokens"`
	SEP     tokenID            `json:"sep"`
	CLS     tokenID            `json:"cls"`
}

type templatePiece struct {
	Sequence *struct {
		ID   string `json:"id"`
		Type int    `json:"type_id"`
	} `json:"Sequence"`
	SpecialToken *struct {
		ID   string `json:"id"`
		Type int    `json:"type_id"`
	} `json:"SpecialToken"`
}

type special struct {
	IDs []int32 `json:"ids"`
}

// tokenID is a pair such as ["[SEP]", 3].
type tokenID struct{ id int32 }

func (t *tokenID) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) != 2 {
		return fmt.Errorf("%s is no pair of a token and its id", b)
	}
	return json.Unmarshal(list[1], &t.id)
}

// layouts are those for one text and for two.
func (p *postProcessor) layouts() (one, two tokenize.Layout, err error) {
	var pieces [2][]tokenize.Piece
	text := func(n, typ int) tokenize.Piece { return tokenize.Piece{Text: n, Type: typ} }
	token := func(typ int, ids ...int32) tokenize.Piece { return tokenize.Piece{IDs: ids, Type: typ} }
	cls, sep := p.CLS.id, p.SEP.id
	switch p.Type {
	case "BertProcessing":
		pieces[0] = []tokenize.Piece{token(0, cls), text(0, 0), token(0, sep)}
		pieces[1] = append(pieces[0], text(1, 1), token(1, sep))
	case "RobertaProcessing":
		pieces[0] = []tokenize.Piece{token(0, cls), text(0, 0), token(0, sep)}
		pieces[1] = append(pieces[0], token(0, sep), text(1, 0), token(0, sep))
	case "TemplateProcessing":
		for i, list := range [][]templatePiece{p.Single, p.Pair} {
			if pieces[i], err = p.pieces(list); err != nil {
				return one, two, err
			}
		}
	default:
		return one, two, fmt.Errorf("%w: post_processor.type is %q, want TemplateProcessing, BertProcessing or RobertaProcessing", ErrUnsupported, p.Type)
	}
	if one, err = tokenize.NewLayout(pieces[0], 1); err != nil {
		return one, two, fmt.Errorf("%w: post_processor.single: %w", ErrUnsupported, err)
	}
	if two, err = tokenize.NewLayout(pieces[1], 2); err != nil {
		return one, two, fmt.Errorf("%w: post_processor.pair: %w", ErrUnsupported, err)
	}
	return one, two, nil
}

// pieces reads a template.
func (p *postProcessor) pieces(list []templatePiece) (pieces []tokenize.Piece, err error) {
	for _, piece := range list {
		switch s, token := piece.Sequence, piece.SpecialToken; {
		case s != nil && token == nil && (s.ID == "A" || s.ID == "B"):
			pieces = append(pieces, tokenize.Piece{Text: int(s.ID[0] - 'A'), Type: s.Type})
		case token != nil && s == nil:
			ids := p.Special[token.ID].IDs
			if len(ids) == 0 {
				return nil, fmt.Errorf("post_processor: special_tokens has no ids of %q", token.ID)
			}
			pieces = append(pieces, tokenize.Piece{IDs: ids, Type: token.Type})
		default:
			return nil, errors.New("post_processor: a part is neither Sequence A or B nor SpecialToken")
		}
	}
	return pieces, nil
}

// standard reports whether a post-processor does what BertTokenizer does anyway.
func (p *postProcessor) standard(t *tokenize.Tokenizer) bool {
	one, two, err := p.layouts()
	return err == nil && reflect.DeepEqual(one, t.Standard(1)) && reflect.DeepEqual(two, t.Standard(2))
}

// ids lists the ids that may come into an input.
func (p *postProcessor) ids() []int32 {
	ids := []int32{p.SEP.id, p.CLS.id}
	for _, s := range p.Special {
		ids = append(ids, s.IDs...)
	}
	return ids
}
