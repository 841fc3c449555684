package wordnet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark returns an example with the sense's word in stars, "the cancer had * invaded * her lungs",
// and false if no form of any of its words is there. The longest form counts, of forms of the same
// length that of the earlier word.
func (f *File) Mark(s *Synset, example string) (string, bool) {
	lower := strings.ToLower(example) // Latin-1 letters keep their length in bytes
	from, to, best := 0, 0, 0
	for _, word := range s.Words {
		for _, form := range f.forms(strings.ToLower(word)) {
			if n := utf8.RuneCountInString(form); n > best {
				if at := findWord(lower, form); at >= 0 {
					from, to, best = at, at+len(form), n
				}
			}
		}
	}
	if best == 0 {
		return "", false
	}
	return example[:from] + "* " + example[from:to] + " *" + example[to:], true
}

// findWord returns where word first stands in text with no letter, digit or underscore on either
// side, or -1.
func findWord(text, word string) int {
	for at := 0; ; at++ {
		skip := strings.Index(text[at:], word)
		if skip < 0 {
			return -1
		}
		at += skip
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !isWord(before) && !isWord(after) {
			return at
		}
	}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// forms lists a word and what it may look like inflected; forms that do not exist do no harm.
func (f *File) forms(word string) []string {
	list := append([]string{word}, f.irregular[word]...)
	switch f.Speech {
	case "noun":
		list = append(list, word+"s", word+"es")
		if stem, ok := strings.CutSuffix(word, "y"); ok {
			list = append(list, stem+"ies")
		}
	case "verb":
		head, rest, phrase := strings.Cut(word, " ")
		for _, form := range f.verbForms(head) {
			if phrase {
				form += " " + rest
			}
			list = append(list, form)
		}
	case "adj":
		last := lastLetter(word)
		list = append(list, word+"er", word+"est", word+"r", word+"st", word+last+"er", word+last+"est")
		if stem, ok := strings.CutSuffix(word, "y"); ok {
			list = append(list, stem+"ier", stem+"iest")
		}
	}
	return list
}

func (f *File) verbForms(verb string) []string {
	last := lastLetter(verb)
	list := []string{verb, verb + "s", verb + "es", verb + "ed", verb + "d", verb + "ing", verb + last + "ed", verb + last + "ing"}
	list = append(list, f.irregular[verb]...)
	if stem, ok := strings.CutSuffix(verb, "e"); ok {
		list = append(list, stem+"ing")
	}
	if stem, ok := strings.CutSuffix(verb, "y"); ok {
		list = append(list, stem+"ies", stem+"ied")
	}
	return list
}

func lastLetter(word string) string {
	_, n := utf8.DecodeLastRuneInString(word)
	return word[len(word)-n:]
}
