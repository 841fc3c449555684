// Own MarshalJSON, UnmarshalJSON, MarshalText as values, pointers, map keys and elements.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

type Temp float64

func (t Temp) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"%.1fC"`, float64(t)), nil }
func (t *Temp) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), `"%fC"`, (*float64)(t))
	return err
}

type Level int

func (l Level) MarshalText() ([]byte, error) { return []byte("L" + strconv.Itoa(int(l))), nil }
func (l *Level) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(strings.TrimPrefix(string(b), "L"))
	*l = Level(n)
	return err
}

type PtrOnly struct{ n int }

func (p *PtrOnly) MarshalJSON() ([]byte, error) { return []byte(`"ptr"`), nil }

type Shape interface{ Area() float64 }
type Square struct{ Side float64 }

func (s Square) Area() float64 { return s.Side * s.Side }
func (s Square) MarshalJSON() ([]byte, error) {
	type plain Square
	return json.Marshal(struct {
		Type string
		plain
	}{"square", plain(s)})
}

type Failing struct{}

func (Failing) MarshalJSON() ([]byte, error) { return nil, errors.New("will not") }

func main() {
	b, err := json.Marshal(map[string]any{"t": Temp(21.55), "ts": []Temp{1}, "l": Level(2), "m": map[Level]int{3: 4}, "s": []Shape{Square{2}}})
	fmt.Println(string(b), err)
	var v struct {
		T Temp
		L []Level
		M map[Level]Temp
		P *Temp
	}
	err = json.Unmarshal([]byte(`{"T":"3.5C","L":["L1","L2"],"M":{"L9":"-1C"},"P":"7C"}`), &v)
	fmt.Println(v.T, v.L, v.M, *v.P, err)
	b, _ = json.Marshal([]any{PtrOnly{1}, &PtrOnly{2}, []PtrOnly{{3}}})
	fmt.Println(string(b))
	b, _ = json.Marshal(&[]PtrOnly{{3}})
	fmt.Println(string(b))
	_, err = json.Marshal([]any{Failing{}})
	var me *json.MarshalerError
	fmt.Println(err, errors.As(err, &me), me.Type)
	_, err = json.Marshal(func() {})
	fmt.Println(err)
	fmt.Println(json.Unmarshal([]byte(`{"L":["Lx"]}`), &v))
}
