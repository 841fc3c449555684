// base64, hex, binary, pem, ascii85 and own types in binary layouts.
package main

import (
	"bytes"
	"encoding"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

type Header struct {
	Magic   [4]byte
	Version uint16
	Flags   Flags
	Length  int32
	F       float32
}
type Flags uint8

type point struct{ x, y int16 }

func (p point) MarshalBinary() ([]byte, error) {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(p.x)), uint16(p.y)), nil
}
func (p *point) UnmarshalBinary(b []byte) error {
	if len(b) != 4 {
		return errors.New("want 4 bytes")
	}
	p.x, p.y = int16(binary.BigEndian.Uint16(b)), int16(binary.BigEndian.Uint16(b[2:]))
	return nil
}

func main() {
	s := base64.StdEncoding.EncodeToString([]byte("hello?>"))
	b, err := base64.URLEncoding.DecodeString("aGVsbG8_Pg==")
	fmt.Println(s, string(b), err)
	_, err = base64.StdEncoding.DecodeString("!!")
	fmt.Println(err, base64.RawStdEncoding.EncodedLen(5))
	fmt.Println(hex.EncodeToString([]byte{0xde, 0xad}), hex.Dump([]byte("abc"))[:20])
	h := Header{[4]byte{'A', 'B', 'C', 'D'}, 2, 0x80, -5, 1.5}
	var buf bytes.Buffer
	fmt.Println(binary.Write(&buf, binary.LittleEndian, h), buf.Len(), binary.Size(h))
	fmt.Printf("% x\n", buf.Bytes())
	var g Header
	fmt.Println(binary.Read(&buf, binary.LittleEndian, &g), g == h, g)
	fmt.Println(binary.Read(&buf, binary.LittleEndian, &g))
	v := binary.AppendVarint(nil, -300)
	n, k := binary.Varint(v)
	fmt.Println(v, n, k, binary.PutUvarint(make([]byte, 10), 1<<40))
	var p point
	var m encoding.BinaryMarshaler = point{-1, 2}
	data, _ := m.MarshalBinary()
	fmt.Println(data, p.UnmarshalBinary(data), p, p.UnmarshalBinary(nil))
	var gb bytes.Buffer
	fmt.Println(gob.NewEncoder(&gb).Encode(point{3, 4}), gob.NewDecoder(&gb).Decode(&p), p)
	blk := pem.EncodeToMemory(&pem.Block{Type: "TEST", Headers: map[string]string{"k": "v"}, Bytes: []byte("data")})
	fmt.Print(string(blk))
	back, rest := pem.Decode(blk)
	fmt.Println(back.Type, string(back.Bytes), len(rest), base32.HexEncoding.EncodeToString([]byte("ab")))
}
