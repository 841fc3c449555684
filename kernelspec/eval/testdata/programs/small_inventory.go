// A map of structs, updates through copies and pointers, totals and a sorted report.
package main

import (
	"fmt"
	"maps"
	"slices"
)

type Item struct {
	Qty   int
	Price float64
}
type Inventory map[string]Item

func (inv Inventory) Add(name string, qty int, price float64) {
	it := inv[name]
	it.Qty += qty
	it.Price = price
	inv[name] = it
}

func (inv Inventory) Remove(name string, qty int) error {
	it, ok := inv[name]
	switch {
	case !ok:
		return fmt.Errorf("no %s", name)
	case it.Qty < qty:
		return fmt.Errorf("only %d %s", it.Qty, name)
	case it.Qty == qty:
		delete(inv, name)
		return nil
	}
	it.Qty -= qty
	inv[name] = it
	return nil
}

func (inv Inventory) Total() (t float64) {
	for _, it := range inv {
		t += float64(it.Qty) * it.Price
	}
	return
}

func main() {
	inv := Inventory{"nut": {100, .05}}
	inv.Add("bolt", 20, .25)
	inv.Add("nut", 50, .06)
	fmt.Println(inv, inv.Total())
	for _, e := range []error{inv.Remove("nut", 10), inv.Remove("bolt", 20), inv.Remove("gear", 1), inv.Remove("nut", 999)} {
		fmt.Println(e)
	}
	for _, k := range slices.Sorted(maps.Keys(inv)) {
		fmt.Printf("%-6s|%4d|%6.2f\n", k, inv[k].Qty, inv[k].Price)
	}
}
