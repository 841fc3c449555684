// Package textfile opens files of text from anywhere: UTF-8 with or without a byte order
// mark, gzipped or not, with lines that end in LF, CR LF or CR. What is no such text is
// refused by what it is, never read with letters lost.
package textfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"axn/workbench/internal/files"
)

// Read hands a file's text to a function. Errors, the function's own included, name the
// file.
func Read(path string, read func(r io.Reader) error) error {
	f, err := files.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := newReader(f)
	if err == nil {
		err = read(r)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// Lines calls each for every line that is not blank, with its number from 1.
func Lines(path string, each func(number int, line string) error) error {
	return Read(path, func(r io.Reader) error {
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, 1<<26)
		for n := 1; sc.Scan(); n++ {
			line := bytes.TrimRight(sc.Bytes(), "\r")
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if err := each(n, string(line)); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		if errors.Is(sc.Err(), bufio.ErrTooLong) {
			return errors.New("a line of more than 64 MB: lines end in LF, CR LF or CR")
		}
		return sc.Err()
	})
}

// sniffed is how much of a file tells how its lines end.
const sniffed = 1 << 16

func newReader(f io.Reader) (io.Reader, error) {
	src := bufio.NewReaderSize(f, sniffed)
	head, err := src.Peek(2)
	if pathErr := (*os.PathError)(nil); errors.As(err, &pathErr) {
		return nil, pathErr.Err // a folder, say
	}
	if bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("it begins as a gzip archive does, and is none: %w", err)
		}
		src = bufio.NewReaderSize(whole{z}, sniffed)
	}
	head, err = src.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err := notText(head); err != nil {
		return nil, err
	}
	return transform.NewReader(src, &checker{1, 1, bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0}), nil
}

// whole says what the end of an archive within its contents means.
type whole struct{ archive io.Reader }

// Read is io.Reader's.
func (w whole) Read(b []byte) (int, error) {
	n, err := w.archive.Read(b)
	switch {
	case err == io.ErrUnexpectedEOF:
		err = errors.New("the gzip archive is cut short: fetch it again")
	case err != nil && err != io.EOF:
		err = fmt.Errorf("the gzip archive is damaged, fetch it again: %w", err)
	}
	return n, err
}

// notText says what a file is that does not begin as text does; an empty one is text.
func notText(head []byte) error {
	if len(head) == 0 {
		return nil
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return errors.New("it is a zip archive, as Excel's .xlsx is: save the table as CSV in UTF-8")
	}
	if what := files.Foreign(head); what == "a Python pickle" {
		return errors.New("it is a Python pickle: write the table in it as CSV, pandas.read_pickle(f).to_csv(g, index=False)")
	} else if what != "" {
		return errors.New("it is " + what)
	}
	return nil
}

// checker passes text on and refuses bytes that are none.
type checker struct {
	line, column int  // of the next character, from 1
	cr           bool // lines end in CR alone; they come out ending in LF
}

// Transform is transform.Transformer's.
func (c *checker) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size == 1 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			return nDst, nSrc, fmt.Errorf("line %d, column %d: the byte %#02x is no UTF-8: if the text is Latin-1 or Windows-1252, convert it (iconv -f WINDOWS-1252 -t UTF-8)", c.line, c.column, src[nSrc])
		}
		if r == 0 {
			order := "LE"
			if c.line == 1 && c.column == 1 {
				order = "BE"
			}
			return nDst, nSrc, fmt.Errorf("line %d, column %d: a zero byte, which text has none of: if it is UTF-16, convert it (iconv -f UTF-16%s -t UTF-8)", c.line, c.column, order)
		}
		if r == '\ufeff' && c.column == 1 { // a mark, of this file or of one that was put behind another
			nSrc += size
			continue
		}
		if nDst+size > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		copy(dst[nDst:], src[nSrc:nSrc+size])
		if r == '\r' && c.cr {
			r, dst[nDst] = '\n', '\n'
		}
		nDst, nSrc, c.column = nDst+size, nSrc+size, c.column+1
		if r == '\n' {
			c.line, c.column = c.line+1, 1
		}
	}
	return nDst, nSrc, nil
}

// Reset is transform.Transformer's.
func (c *checker) Reset() {}
