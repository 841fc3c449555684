package remote

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
)

// readable is one line of what a server said instead of an answer.
func readable(body []byte) string {
	if isPage(body) {
		return pageText(body)
	}
	return cmp.Or(findMessage(body), OneLine(string(body)))
}

// findMessage finds what the shapes call their message; "" without one.
func findMessage(body []byte) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	for _, key := range []string{"message", "error", "errors", "detail", "msg", "error_message"} {
		if text := messageOf(object[key]); text != "" {
			return OneLine(text)
		}
	}
	return ""
}

// messageOf reads a message that is a text, an object with one, or a list of either.
func messageOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		var parts []string
		for _, part := range list {
			if text := messageOf(part); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, "; ")
	}
	var object struct {
		Message string
		Msg     string
		Loc     []any
	}
	if json.Unmarshal(raw, &object) != nil {
		return ""
	}
	var place strings.Builder
	for _, part := range object.Loc {
		fmt.Fprintf(&place, "%v.", part)
	}
	text = cmp.Or(object.Message, object.Msg)
	if place.Len() > 0 {
		text = strings.TrimSuffix(place.String(), ".") + ": " + text
	}
	return text
}

// fieldWords are in messages about the request's form.
var fieldWords = regexp.MustCompile(`(?i)(missing|unknown|unexpected|unrecognized|invalid) (field|key|parameter|property|argument|keyword)|field required|extra (inputs|fields)|failed to deserialize|(is|are) (a )?required`)

// aboutFields reports whether a refusal is about the request's form, not about a text: every
// request of the call would be refused.
func aboutFields(body []byte) bool {
	var object struct{ Detail []struct{ Loc []any } }
	if json.Unmarshal(body, &object) != nil || len(object.Detail) == 0 {
		return fieldWords.MatchString(readable(body))
	}
	for _, d := range object.Detail {
		for _, part := range d.Loc {
			if _, index := part.(float64); index {
				return false // of one text
			}
		}
	}
	return true
}

var (
	manyWords = regexp.MustCompile(`(?i)too many|batch[ _]?size|at most \d|no more than \d|more than \d|max(imum)?\b.*\d|limit\b.*\d|exceed`)
	longWords = regexp.MustCompile(`(?i)token|character|context|length|too long|rate`)
)

// aboutNumber reports whether a message says that a request has too many texts.
func aboutNumber(message string) bool {
	return manyWords.MatchString(message) && !longWords.MatchString(message)
}

var (
	pageStart  = regexp.MustCompile(`(?is)^\s*(<!--.*?-->\s*)*<(!doctype|html|head|body|title|h1|\?xml)`)
	pageTitle  = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	pageHidden = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)>|<!--.*?-->`)
	pageTag    = regexp.MustCompile(`(?s)<[^>]*>`)
)

// JSON returns an answer as the JSON it should be, with null for the NaN and Infinity that Python's
// json writes. what is wanted of which kind of server the errors say.
func JSON(answer []byte, what, server string) ([]byte, error) {
	answer = bytes.TrimPrefix(bytes.TrimSpace(answer), []byte("\ufeff"))
	if isPage(answer) {
		return nil, Unfit(fmt.Errorf("answered with a web page (%s), not with %s: is the URL that of %s?", pageText(answer), what, server))
	}
	if !json.Valid(answer) {
		answer = withoutNaN(answer)
	}
	if len(answer) == 0 {
		return nil, errors.New("the answer is empty: " + what + " are wanted as JSON")
	}
	if bytes.HasPrefix(answer, []byte("\xff\xfe")) || bytes.HasPrefix(answer, []byte("\xfe\xff")) || bytes.IndexByte(answer, 0) >= 0 {
		return nil, errors.New("the answer is UTF-16, or has zero bytes in it: JSON comes in UTF-8")
	}
	if !json.Valid(answer) {
		return nil, fmt.Errorf("the answer is not JSON, or was cut short: %s", head(answer))
	}
	return answer, nil
}

// Without is why an answer in JSON has not what it should: a message that it has instead, or its
// beginning.
func Without(answer []byte, what string) error {
	if message := findMessage(answer); message != "" {
		return Stumbled(errors.New("the server answered 200 with an error: " + message))
	}
	return fmt.Errorf("the answer has no %s: %s", what, head(answer))
}

// head is the beginning of an answer.
func head(answer []byte) string { return OneLine(string(answer[:min(len(answer), 100)])) }

// isPage reports whether a body is a web page.
func isPage(body []byte) bool {
	return pageStart.Match(bytes.TrimPrefix(body, []byte("\ufeff")))
}

// pageText is a page's title, or what a browser would show.
func pageText(body []byte) string {
	text := pageTag.ReplaceAllString(pageHidden.ReplaceAllString(string(body), " "), " ")
	if title := pageTitle.FindSubmatch(body); title != nil && len(bytes.TrimSpace(title[1])) > 0 {
		text = string(title[1])
	}
	return cmp.Or(OneLine(html.UnescapeString(text)), "without text")
}

// withoutNaN puts null for the NaN and Infinity that Python's json writes, outside strings.
func withoutNaN(text []byte) []byte {
	var out []byte
	for i, quoted := 0, false; i < len(text); i++ {
		switch b := text[i]; {
		case b == '\\' && quoted && i+1 < len(text):
			out = append(out, b)
			i++
		case b == '"':
			quoted = !quoted
		case !quoted:
			if n := notFinite(text[i:]); n > 0 {
				out = append(out, "null"...)
				i += n - 1
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// notFinite is the length of a NaN or Infinity at the beginning of text.
func notFinite(text []byte) int {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(text, []byte(word)) {
			return len(word)
		}
	}
	return 0
}
