// Formatting and parsing by layouts.
package main

import (
	"fmt"
	"time"
)

func main() {
	t := time.Date(2023, 3, 5, 7, 8, 9, 0, time.FixedZone("CET", 3600))
	for _, l := range []string{time.RFC822, time.DateTime, "02.01.06 15h04", "Jan 2 at 3:04PM", time.RFC1123Z} {
		fmt.Println(t.Format(l))
	}
	u, err := time.Parse(time.RFC3339, "2023-03-05T07:08:09+01:00")
	fmt.Println(u.Equal(t), err, u.UTC().Hour())
}
