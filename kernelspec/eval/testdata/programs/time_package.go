// Times, durations, layouts, zones, comparison, and own types built on them.
package main

import (
	"fmt"
	"time"
)

type Stamp struct{ time.Time }

func (s Stamp) String() string { return s.Format("2006-01-02") }

type Span time.Duration

func (s Span) Hours() float64 { return time.Duration(s).Hours() * 10 }

func main() {
	t := time.Date(2024, time.February, 28, 23, 30, 15, 123456789, time.UTC)
	fmt.Println(t, t.Weekday(), t.YearDay(), t.Unix(), t.Month() == time.February)
	u := t.Add(45*time.Minute).AddDate(0, 0, 1)
	fmt.Println(u.Format(time.RFC3339Nano), u.Sub(t), u.After(t), t.Equal(t.In(time.FixedZone("X", 3600))))
	fmt.Println(t.Format("Mon Jan _2 15:04:05.000 2006"), t.Format(time.Kitchen), t.Truncate(time.Hour).Format("15:04"))
	p, err := time.Parse("02/01/2006 15:04", "31/12/1999 08:05")
	fmt.Println(p, err)
	_, err = time.Parse(time.DateOnly, "2024-13-01")
	fmt.Println(err)
	d, _ := time.ParseDuration("1h15m30.918273645s")
	fmt.Println(d, d.Round(time.Minute), d.Minutes() > 75, d.Milliseconds(), time.Duration(1500)*time.Microsecond)
	_, err = time.ParseDuration("5 parsecs")
	fmt.Println(err)
	fmt.Println(Stamp{t}, []Stamp{{t}}, Stamp{t}.Year(), Span(time.Hour).Hours())
	fmt.Printf("%v %s %d %T\n", time.Second, 90*time.Second, time.Millisecond, time.March)
	z := time.Time{}
	fmt.Println(z.IsZero(), z, t.Compare(u), time.UnixMilli(1700000000123).UTC())
	y, w := t.ISOWeek()
	fmt.Println(y, w, time.Date(2023, 14, 35, 25, 61, 0, 0, time.UTC))
	start := time.Now()
	time.Sleep(2 * time.Millisecond)
	fmt.Println(time.Since(start) >= 2*time.Millisecond, time.Until(start) < 0)
	done := make(chan string)
	time.AfterFunc(time.Millisecond, func() { done <- "fired" })
	fmt.Println(<-done)
	timer := time.NewTimer(time.Hour)
	fmt.Println(timer.Stop(), timer.Reset(time.Millisecond))
	<-timer.C
	b, _ := t.MarshalText()
	fmt.Println(string(b))
}
