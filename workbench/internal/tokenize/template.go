package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
)

// templateFile is a post-processor of tokenizer.json.
type templateFile struct {
	Parts   []json.RawMessage `json:"processors"`
	Single  []templatePiece   `json:"single"`
	Pair    []templatePiece   `json:"pair"`
	Special map[string]struct {
		IDs []int32 `json:"ids"`
	} `json:"special_tokens"`
	SEP tokenID `json:"sep"`
	CLS tokenID `json:"cls"`
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

// parsePostProcessor reads the layouts of one text and of two. Without one texts stand bare.
func parsePostProcessor(part json.RawMessage) (one, two Layout, err error) {
	found, err := parseTemplates(part)
	switch {
	case err != nil:
		return one, two, err
	case len(found) > 1:
		return one, two, unsupported("a Sequence of %d that add tokens", len(found))
	case len(found) == 1:
		one, two = found[0][0], found[0][1]
	default:
		one, _ = NewLayout([]Piece{{}}, 1)
		two, _ = NewLayout([]Piece{{}, {Text: 1, Type: 1}}, 2)
	}
	return one, two, nil
}

// parseTemplates reads the post-processors that lay texts out; ByteLevel moves offsets alone.
func parseTemplates(part json.RawMessage) (all [][2]Layout, err error) {
	name, err := kind(part)
	if name == "" || name == "ByteLevel" || err != nil {
		return nil, err
	}
	f := templateFile{}
	if err := json.Unmarshal(part, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	text := func(n, typ int) Piece { return Piece{Text: n, Type: typ} }
	token := func(typ int, ids ...int32) Piece { return Piece{IDs: ids, Type: typ} }
	cls, sep := f.CLS.id, f.SEP.id
	var one, two []Piece
	switch name {
	case "Sequence":
		return sequence(f.Parts, parseTemplates)
	case "BertProcessing":
		one = []Piece{token(0, cls), text(0, 0), token(0, sep)}
		two = append(one[:3:3], text(1, 1), token(1, sep))
	case "RobertaProcessing":
		one = []Piece{token(0, cls), text(0, 0), token(0, sep)}
		two = append(one[:3:3], token(0, sep), text(1, 0), token(0, sep))
	case "TemplateProcessing":
		if one, err = f.pieces(f.Single); err == nil {
			two, err = f.pieces(f.Pair)
		}
		if err != nil {
			return nil, err
		}
	default:
		return nil, unsupported("type is %q, want TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel or a Sequence of them", name)
	}
	var l [2]Layout
	if l[0], err = NewLayout(one, 1); err != nil {
		return nil, fmt.Errorf("%w: single: %w", ErrUnsupported, err)
	}
	if l[1], err = NewLayout(two, 2); err != nil {
		return nil, fmt.Errorf("%w: pair: %w", ErrUnsupported, err)
	}
	return [][2]Layout{l}, nil
}

// pieces reads a template.
func (f *templateFile) pieces(list []templatePiece) (pieces []Piece, err error) {
	for _, piece := range list {
		switch s, token := piece.Sequence, piece.SpecialToken; {
		case s != nil && token == nil && (s.ID == "A" || s.ID == "B"):
			pieces = append(pieces, Piece{Text: int(s.ID[0] - 'A'), Type: s.Type})
		case token != nil && s == nil:
			ids := f.Special[token.ID].IDs
			if len(ids) == 0 {
				return nil, fmt.Errorf("special_tokens has no ids of %q", token.ID)
			}
			pieces = append(pieces, Piece{IDs: ids, Type: token.Type})
		default:
			return nil, errors.New("a part is neither Sequence A or B nor SpecialToken")
		}
	}
	return pieces, nil
}
