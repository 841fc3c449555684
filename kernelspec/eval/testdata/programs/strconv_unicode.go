// Numbers to text and back, quoting, and classes of runes.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func main() {
	n, err := strconv.ParseInt("-7f", 16, 64)
	fmt.Println(n, err)
	u, err := strconv.ParseUint("300", 10, 8)
	fmt.Println(u, err)
	f, err := strconv.ParseFloat("1e400", 64)
	fmt.Println(f, err, errors.Is(err, strconv.ErrRange))
	b, err := strconv.ParseBool("T")
	fmt.Println(b, err)
	fmt.Println(strconv.Itoa(-45), strconv.FormatInt(255, 2), strconv.FormatFloat(3.0, 'f', 2, 64), strconv.FormatFloat(1e21, 'g', -1, 32))
	fmt.Println(strconv.Quote("hi\n\"é\"\x00"), strconv.QuoteToASCII("世"), strconv.QuoteRune('☺'))
	s, err := strconv.Unquote(`"a\tb"`)
	fmt.Printf("%q %v\n", s, err)
	_, err = strconv.Unquote("'ab'")
	fmt.Println(err)
	fmt.Println(string(strconv.AppendInt([]byte("n="), 42, 10)), string(strconv.AppendBool(nil, true)))
	for _, r := range "aZ5 é世!\u0301" {
		fmt.Print(unicode.IsLetter(r), unicode.IsUpper(r), unicode.IsDigit(r), unicode.IsSpace(r), unicode.IsPunct(r), unicode.Is(unicode.Han, r), unicode.IsMark(r), " ")
	}
	fmt.Println()
	fmt.Println(string(unicode.ToLower('É')), unicode.In('я', unicode.Cyrillic, unicode.Latin), string(unicode.SimpleFold('k')))
	buf := make([]byte, 4)
	k := utf8.EncodeRune(buf, '€')
	r, size := utf8.DecodeRune(buf[:k])
	fmt.Println(buf[:k], string(r), size, utf8.RuneLen('a'), utf8.ValidString("\xc0"), utf8.FullRune(buf[:2]))
	fmt.Println(utf16.Encode([]rune("😀a")), string(utf16.Decode([]uint16{0xd83d, 0xde00})))
	r, size = utf8.DecodeLastRuneInString("aé")
	fmt.Println(string(r), size, utf8.RuneError, unicode.MaxRune)
	if _, err := strconv.Atoi(""); err != nil {
		fmt.Println(err)
	}
}
