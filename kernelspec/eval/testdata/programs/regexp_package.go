// Regular expressions: groups, names, replacing with functions and templates, splitting.
package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

type rule struct {
	re  *regexp.Regexp
	sub func(string) string
}

func main() {
	re := regexp.MustCompile(`(?P<user>\w+)@(?P<host>[\w.]+)`)
	s := "ann@go.dev, bob@x.org"
	fmt.Println(re.MatchString(s), re.FindString(s), re.FindStringIndex(s))
	fmt.Println(re.FindAllString(s, -1), re.FindStringSubmatch(s)[1], re.SubexpNames(), re.SubexpIndex("host"))
	fmt.Println(re.ReplaceAllString(s, "${host}/$user"), re.ReplaceAllLiteralString(s, "$1"))
	fmt.Println(re.ReplaceAllStringFunc(s, strings.ToUpper))
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		fmt.Print(m, " ", string(re.ExpandString(nil, "<$user>", s, m)), " ")
	}
	fmt.Println()
	fmt.Printf("%q\n", regexp.MustCompile(`[,;]\s*`).Split("a, b;c", -1))
	_, err := regexp.Compile(`a(b`)
	fmt.Println(err)
	rules := []rule{
		{regexp.MustCompile(`\d+`), func(m string) string { n, _ := strconv.Atoi(m); return strconv.Itoa(n * 2) }},
		{regexp.MustCompile(`(?i)cat`), func(string) string { return "dog" }},
	}
	t := "1 Cat, 20 cats"
	for _, r := range rules {
		t = r.re.ReplaceAllStringFunc(t, r.sub)
	}
	fmt.Println(t, regexp.QuoteMeta("a.b*c"), re, re.NumSubexp())
	fmt.Println(regexp.MustCompile(`^(\d{3})-(\d{4})$`).FindStringSubmatch("555-1234"))
	fmt.Println(regexp.MustCompile(`a+?`).FindString("aaa"), regexp.MustCompile(`(?s)a.b`).MatchString("a\nb"))
	fmt.Println(string(regexp.MustCompile(`\b(\w)`).ReplaceAll([]byte("go is fun"), []byte("_$1"))))
	ok, _ := regexp.MatchString(`\p{Greek}`, "αβγ")
	fmt.Println(ok)
}
