// Durations and calendars: ages, weekdays, leap years and a countdown.
package main

import (
	"fmt"
	"strings"
	"time"
)

type Date struct {
	Year  int
	Month time.Month
	Day   int
}

func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
func (d Date) String() string  { return d.Time().Format("Mon 2 Jan 2006") }
func (d Date) Age(at Date) int {
	n := at.Year - d.Year
	if at.Month < d.Month || at.Month == d.Month && at.Day < d.Day {
		n--
	}
	return n
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func calendar(y int, m time.Month) string {
	first := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	s := strings.Repeat("   ", (int(first.Weekday())+6)%7)
	for d := first; d.Month() == m; d = d.AddDate(0, 0, 1) {
		s += fmt.Sprintf("%2d ", d.Day())
		if d.Weekday() == time.Sunday {
			s += "\n"
		}
	}
	return s
}

func main() {
	b := Date{2000, time.February, 29}
	fmt.Println(b, b.Age(Date{2024, time.February, 28}), b.Age(Date{2024, 3, 1}))
	for y := 1896; y <= 1912; y += 4 {
		fmt.Print(y, leap(y), " ")
	}
	fmt.Println()
	fmt.Println(calendar(2024, time.February))
	d := Date{2024, 12, 25}.Time().Sub(Date{2024, 12, 1}.Time())
	fmt.Println(d, int(d.Hours()/24), (90 * time.Minute).Round(time.Hour), time.Duration(0))
}
