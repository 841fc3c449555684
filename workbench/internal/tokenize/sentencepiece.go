package tokenize

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// sentencePiece is what a model file of sentencepiece says: the message ModelProto.
type sentencePiece struct {
	pieces       []spmPiece
	kind         uint64 // 1 is unigram, 2 BPE
	unknown      uint64
	unknownPiece string
	byteFallback bool
	charsmap     []byte
	prefixed     bool // add_dummy_prefix
	squeezed     bool // remove_extra_whitespaces
}

type spmPiece struct {
	text  string
	score float32
	kind  uint64
}

// The kinds of pieces that are looked for in texts, and the kinds of models.
const (
	spmControl, spmUserDefined = 3, 4
	spmUnigram, spmBPE         = 1, 2
)

// ReadSentencePiece reads a model file of sentencepiece (tokenizer.model, spiece.model and the like):
// a unigram model as transformers' SpmConverter turns it into a tokenizer.json, with byte_fallback as
// the model was trained, and a BPE model as sentencepiece itself runs it. Templates and tokens with a
// role are the model family's.
func ReadSentencePiece(model []byte) (*File, error) {
	m, err := readSentencePiece(model)
	if err != nil {
		return nil, err
	}
	f := &File{}
	if err := m.fill(f); err != nil {
		return nil, fmt.Errorf("sentencepiece model: %w", err)
	}
	for i, p := range m.pieces {
		if p.kind == spmControl || p.kind == spmUserDefined {
			f.Added = append(f.Added, AddedToken{ID: int32(i), Content: p.text, Special: p.kind == spmControl})
		}
	}
	return f, nil
}

func readSentencePiece(model []byte) (*sentencePiece, error) {
	m := &sentencePiece{kind: spmUnigram, unknownPiece: "<unk>", prefixed: true, squeezed: true}
	if err := eachField(model, m.field); err != nil {
		return nil, fmt.Errorf("sentencepiece model: %w", err)
	}
	if len(m.pieces) == 0 {
		return nil, errors.New("sentencepiece model: no pieces; is it one?")
	}
	return m, nil
}

// Pieces is a unigram model file of sentencepiece, of which a model family makes a tokenizer with a
// vocabulary and a normalizer of its own.
type Pieces struct {
	Charsmap string // in base64, as tokenizer.json has it; "" without
	pieces   []spmPiece
}

// ReadPieces reads the pieces of a unigram model.
func ReadPieces(model []byte) (*Pieces, error) {
	m, err := readSentencePiece(model)
	if err == nil && m.kind != spmUnigram {
		err = unsupported("model_type is %d, want unigram", m.kind)
	}
	if err != nil {
		return nil, err
	}
	return &Pieces{base64.StdEncoding.EncodeToString(m.charsmap), m.pieces}, nil
}

// Unigram is the model whose vocabulary is first, the pieces from number skip on, and last, those
// around the pieces with a score of 0.
func (p *Pieces) Unigram(first []string, skip int, last []string, unknown int) (ModelFile, error) {
	if skip > len(p.pieces) {
		return ModelFile{}, fmt.Errorf("sentencepiece model: %d pieces", len(p.pieces))
	}
	f := ModelFile{Type: "Unigram", UnknownID: &unknown}
	for _, text := range first {
		f.pieces = append(f.pieces, spmPiece{text: text})
	}
	f.pieces = append(f.pieces, p.pieces[skip:]...)
	for _, text := range last {
		f.pieces = append(f.pieces, spmPiece{text: text})
	}
	return f, nil
}

// Piece is the id of a piece of a sentencepiece model.
func (f *ModelFile) Piece(text string) (id int32, ok bool) {
	i := slices.IndexFunc(f.pieces, func(p spmPiece) bool { return p.text == text })
	return int32(i), i >= 0
}

type object = map[string]any

// fill makes the parts of a tokenizer.json.
func (m *sentencePiece) fill(f *File) (err error) {
	unknown := int(m.unknown)
	f.Model = ModelFile{Type: "Unigram", UnknownID: &unknown, ByteFallback: m.byteFallback, pieces: m.pieces}
	list := []object{}
	if len(m.charsmap) > 0 {
		list = append(list, object{"type": "Precompiled", "precompiled_charsmap": base64.StdEncoding.EncodeToString(m.charsmap)})
	}
	switch {
	case m.kind == spmUnigram:
		list = append(list, object{"type": "Strip", "strip_left": false, "strip_right": true},
			object{"type": "Replace", "pattern": object{"Regex": " {2,}"}, "content": "▁"})
		if f.PreTokenizer, err = json.Marshal(object{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}); err != nil {
			return err
		}
	case m.kind != spmBPE:
		return unsupported("model_type is %d, want unigram or BPE", m.kind)
	case m.squeezed:
		return unsupported("a BPE model with remove_extra_whitespaces")
	default:
		f.Model.Type, f.Model.Unknown, f.Model.FuseUnknown = "BPE", &m.unknownPiece, true
		f.Model.Merges = m.merges()
		if m.prefixed {
			list = append(list, object{"type": "Prepend", "prepend": "▁"})
		}
		list = append(list, object{"type": "Replace", "pattern": object{"String": " "}, "content": "▁"})
	}
	f.Normalizer, err = json.Marshal(object{"type": "Sequence", "normalizers": list})
	return err
}

// merges finds every way to put a piece together of two others, by the pieces' scores, best first,
// as transformers' generate_merges does.
func (m *sentencePiece) merges() mergeList {
	ids := make(map[string]int, len(m.pieces))
	for i, p := range m.pieces {
		ids[p.text] = i
	}
	type ranked struct {
		pair  [2]string
		score float32
	}
	var all []ranked
	for i, p := range m.pieces {
		if ids[p.text] != i {
			continue
		}
		first := len(all)
		for at := range p.text {
			_, left := ids[p.text[:at]]
			if _, right := ids[p.text[at:]]; left && right && at > 0 {
				all = append(all, ranked{[2]string{p.text[:at], p.text[at:]}, p.score})
			}
		}
		slices.SortStableFunc(all[first:], func(a, b ranked) int {
			if ids[a.pair[0]] != ids[b.pair[0]] {
				return ids[a.pair[0]] - ids[b.pair[0]]
			}
			return ids[a.pair[1]] - ids[b.pair[1]]
		})
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		if a.score > b.score {
			return -1
		} else if a.score < b.score {
			return 1
		}
		return 0
	})
	list := make(mergeList, len(all))
	for i, r := range all {
		list[i] = r.pair
	}
	return list
}

// field takes a field of ModelProto.
func (m *sentencePiece) field(number, value uint64, bytes []byte) error {
	switch number {
	case 1:
		p := spmPiece{kind: 1}
		err := eachField(bytes, func(number, value uint64, bytes []byte) error {
			switch number {
			case 1:
				p.text = string(bytes)
			case 2:
				p.score = math.Float32frombits(uint32(value))
			case 3:
				p.kind = value
			}
			return nil
		})
		if !utf8.ValidString(p.text) || math.IsNaN(float64(p.score)) {
			return fmt.Errorf("piece %d is %q with the score %v", len(m.pieces), p.text, p.score)
		}
		m.pieces = append(m.pieces, p)
		return err
	case 2:
		return eachField(bytes, func(number, value uint64, bytes []byte) error {
			switch number {
			case 3:
				m.kind = value
			case 35:
				m.byteFallback = value != 0
			case 40:
				m.unknown = value
			case 45:
				m.unknownPiece = string(bytes)
			}
			return nil
		})
	case 3:
		return eachField(bytes, func(number, value uint64, bytes []byte) error {
			switch number {
			case 2:
				m.charsmap = bytes
			case 3:
				m.prefixed = value != 0
			case 4:
				m.squeezed = value != 0
			}
			return nil
		})
	}
	return nil
}

// eachField calls do with the fields of a protocol buffer message: value is a number, bytes are what
// a field of bytes, text or message holds.
func eachField(message []byte, do func(number, value uint64, bytes []byte) error) error {
	errCut := errors.New("it is cut short or damaged")
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return errCut
		}
		message = message[n:]
		var value uint64
		var bytes []byte
		switch width := map[uint64]int{1: 8, 5: 4}[tag&7]; {
		case tag&7 == 0 || tag&7 == 2:
			if value, n = binary.Uvarint(message); n <= 0 {
				return errCut
			}
			if message = message[n:]; tag&7 == 2 {
				if value > uint64(len(message)) {
					return errCut
				}
				bytes, message = message[:value], message[value:]
			}
		case width == 0 || width > len(message):
			return errCut
		default:
			var wide [8]byte
			copy(wide[:], message[:width])
			value, message = binary.LittleEndian.Uint64(wide[:]), message[width:]
		}
		if err := do(tag>>3, value, bytes); err != nil {
			return err
		}
	}
	return nil
}
