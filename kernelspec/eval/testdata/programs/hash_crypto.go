// Checksums, hashes, HMAC, AES and own hash functions behind hash.Hash32.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"hash/fnv"
	"hash/maphash"
	"io"
)

type djb struct{ h uint32 }

func (d *djb) Write(p []byte) (int, error) {
	for _, c := range p {
		d.h = d.h*33 + uint32(c)
	}
	return len(p), nil
}
func (d *djb) Sum(b []byte) []byte { return binary.BigEndian.AppendUint32(b, d.h) }
func (d *djb) Reset()              { d.h = 5381 }
func (d *djb) Size() int           { return 4 }
func (d *djb) BlockSize() int      { return 1 }
func (d *djb) Sum32() uint32       { return d.h }

func main() {
	data := []byte("The quick brown fox")
	fmt.Printf("%x\n%x\n%x\n", md5.Sum(data), sha1.Sum(data), sha256.Sum256(data))
	fmt.Println(crc32.ChecksumIEEE(data), adler32.Checksum(data), crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	hs := []hash.Hash{fnv.New64a(), sha512.New384(), &djb{5381}}
	for _, h := range hs {
		io.Copy(h, bytes.NewReader(data))
		fmt.Printf("%d %x\n", h.Size(), h.Sum([]byte{0xff}))
	}
	var h32 hash.Hash32 = &djb{5381}
	fmt.Fprint(h32, "abc")
	fmt.Println(h32.Sum32())
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write(data)
	sum := mac.Sum(nil)
	fmt.Println(hex.EncodeToString(sum)[:16], hmac.Equal(sum, sum))
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	out := make([]byte, len(data))
	cipher.NewCTR(block, make([]byte, 16)).XORKeyStream(out, data)
	fmt.Printf("%v %x\n", err, out)
	var w maphash.Hash
	w.WriteString("x")
	a := w.Sum64()
	w.Reset()
	w.WriteString("x")
	fmt.Println(a == w.Sum64(), subtle.ConstantTimeCompare([]byte("a"), []byte("a")))
	_, err = aes.NewCipher(nil)
	fmt.Println(err)
}
