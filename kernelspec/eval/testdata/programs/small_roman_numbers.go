// Number words, roman numerals read and written, and bases.
package main

import (
	"fmt"
	"strings"
)

var ones = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
var tens = strings.Fields("_ _ twenty thirty forty fifty sixty seventy eighty ninety")

func words(n int) string {
	switch {
	case n < 0:
		return "minus " + words(-n)
	case n < 20:
		return ones[n]
	case n < 100:
		s := tens[n/10]
		if n%10 > 0 {
			s += "-" + ones[n%10]
		}
		return s
	case n < 1000:
		return rest(ones[n/100]+" hundred", n%100)
	}
	return rest(words(n/1000)+" thousand", n%1000)
}

func rest(s string, n int) string {
	if n == 0 {
		return s
	}
	return s + " " + words(n)
}

func roman(s string) (n int) {
	v := map[byte]int{'I': 1, 'V': 5, 'X': 10, 'L': 50, 'C': 100, 'D': 500, 'M': 1000}
	for i := range len(s) {
		if i+1 < len(s) && v[s[i]] < v[s[i+1]] {
			n -= v[s[i]]
		} else {
			n += v[s[i]]
		}
	}
	return
}

func base(n uint, b uint) string {
	if n < b {
		return string("0123456789abcdefghijklmnopqrstuvwxyz"[n])
	}
	return base(n/b, b) + base(n%b, b)
}

func main() {
	for _, n := range []int{0, 13, 45, 700, 1999, -12000} {
		fmt.Println(words(n))
	}
	fmt.Println(roman("MCMXCIV"), roman("XLII"), base(255, 16), base(10, 2), base(35, 36))
}
