package main

import "fmt"

func f(n int) string {
	switch {
	case n < 0:
		return "neg"
	case n == 0:
		fallthrough
	case n == 1:
		return "small"
	case n > 100:
		break
	default:
		if n == 50 {
			break
		}
		return "mid"
	}
	return "other"
}
func g(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int, int64:
		return fmt.Sprintf("int-like %v %T", v, v)
	case string:
		return "string " + v
	case []int:
		return fmt.Sprint("slice ", len(v))
	case error:
		return "error " + v.Error()
	case fmt.Stringer:
		return "stringer " + v.String()
	case func() int:
		return fmt.Sprint("func ", v())
	case *int:
		return fmt.Sprint("ptr ", *v)
	case struct{ X int }:
		return fmt.Sprint("struct ", v.X)
	case map[string]int, chan int:
		return fmt.Sprintf("%T", v)
	default:
		return fmt.Sprintf("other %T", v)
	}
}

type st struct{}

func (st) String() string { return "st" }

func calls(s string, v int) int { fmt.Print(s, " "); return v }
func main() {
	for _, n := range []int{-1, 0, 1, 50, 60, 101} {
		fmt.Print(f(n), " ")
	}
	fmt.Println()
	k := 7
	for _, x := range []any{nil, 1, int64(2), "s", []int{1}, fmt.Errorf("e"), st{}, func() int { return 3 }, &k, struct{ X int }{4}, map[string]int{}, make(chan int), 2.5, [2]bool{}} {
		fmt.Println(g(x))
	}
	switch x := calls("a", 2); x {
	case calls("b", 1), calls("c", 2), calls("d", 3):
		fmt.Println("hit")
	case calls("e", 2):
		fmt.Println("no")
	}
outer:
	for i := range 4 {
		for j := range 4 {
			switch {
			case j == 2:
				continue outer
			case i == 2:
				break outer
			case i == j:
				break
			default:
				fmt.Print(i, j, ";")
			}
		}
	}
	fmt.Println()
	i := 0
loop:
	if i < 3 {
		fmt.Print(i)
		i++
		goto loop
	}
	fmt.Println()

	{
		if i == 3 {
			fmt.Println("blk")
		}
		fmt.Println("not here")
	}
	switch i {
	default:
		fmt.Println("default first")
	case 5:
	}
	switch true {
	case i > 2 && i < 4:
		fmt.Println("range")
		if i == 3 {
			break
		}
		fmt.Println("no")
	}
	switch {
	}
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		if i%2 == 0 {
			continue
		}
		fmt.Print(i, j, " ")
	}
	fmt.Println()
	var arr [3]int
	for i = range arr {
	}
	fmt.Println(i)
	for range 2 {
		fmt.Print("x")
	}
	for i := range 0 {
		fmt.Print(i)
	}
	var np *[4]int
	for i := range np {
		fmt.Print(i)
	}
	fmt.Println(len(np))
}
