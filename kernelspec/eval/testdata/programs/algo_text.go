// Counting words, caesar, run-length codes, palindromes, anagrams, roman numerals.
package main

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

func words(s string) map[string]int {
	m := map[string]int{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		m[w]++
	}
	return m
}

type count struct {
	word string
	n    int
}

func top(m map[string]int, k int) []count {
	var cs []count
	for w, n := range m {
		cs = append(cs, count{w, n})
	}
	sort.Slice(cs, func(i, j int) bool {
		if cs[i].n != cs[j].n {
			return cs[i].n > cs[j].n
		}
		return cs[i].word < cs[j].word
	})
	return cs[:min(k, len(cs))]
}

func rle(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if j-i > 1 {
			b.WriteString(strconv.Itoa(j - i))
		}
		b.WriteByte(s[i])
		i = j
	}
	return b.String()
}

func caesar(s string, k rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+k+26)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+k+26)%26
		}
		return r
	}, s)
}

func roman(n int) (s string) {
	for _, d := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= d.v; n -= d.v {
			s += d.s
		}
	}
	return
}

func anagrams(ws ...string) map[string][]string {
	m := map[string][]string{}
	for _, w := range ws {
		k := []byte(w)
		slices.Sort(k)
		m[string(k)] = append(m[string(k)], w)
	}
	return m
}

func palindrome(s string) bool {
	var r []rune
	for _, c := range s {
		if unicode.IsLetter(c) {
			r = append(r, unicode.ToLower(c))
		}
	}
	for i := range len(r) / 2 {
		if r[i] != r[len(r)-1-i] {
			return false
		}
	}
	return true
}

func main() {
	fmt.Println(top(words("It's the end of the day, the End."), 2))
	fmt.Println(rle("aaabccd"), caesar("Hello, z!", 3), caesar(caesar("abc", 5), -5))
	fmt.Println(roman(1994), roman(2024), anagrams("tea", "eat", "ten"))
	fmt.Println(palindrome("A man, a plan, a canal: Panama"), palindrome("no"))
	var hist [26]int
	for _, c := range "mississippi" {
		hist[c-'a']++
	}
	for i, n := range hist {
		if n > 0 {
			fmt.Printf("%c%s ", 'a'+i, strings.Repeat("*", n))
		}
	}
	fmt.Println()
}
