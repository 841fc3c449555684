// Every operator and its assignment form, precedence, and string and boolean logic.
package main

import "fmt"

func main() {
	a, b := 29, 6
	fmt.Println(a+b, a-b, a*b, a/b, a%b, a&b, a|b, a^b, a&^b, a<<2, a>>2, -a, +b, ^a)
	x := 10
	x += 5
	x -= 3
	x *= 4
	x /= 5
	x %= 7
	x <<= 3
	x |= 5
	x &= 13
	x ^= 6
	x &^= 2
	x >>= 1
	fmt.Println(x)
	x++
	x--
	fmt.Println(1+2*3-4/2, (1+2)*3, 1<<3+1, 7&3 == 3, !(1 > 2) && 3 >= 3 || false, -5>>1, 5&^3|8)
	f := 7.5
	f /= 2
	f -= .25
	fmt.Println(f, -f, f*f, f/0.0 > 1e300)
	s := "a"
	s += "b"
	fmt.Println(s+"c", s != "ab", s <= "ab")
	var u uint8 = 250
	u += 10
	fmt.Println(u, ^u, -u, u<<7, uint16(u)<<7)
	p := &x
	*p += 2
	(*p)++
	arr := []int{1, 2, 3}
	arr[len(arr)-1] *= 10
	m := map[string]int{}
	m["k"] -= 4
	m["k"] <<= 2
	fmt.Println(x, arr, m, &arr[0] == &arr[0], p == &x)
	var i32 int32 = -7
	fmt.Println(i32/2, i32%2, i32>>1, uint32(i32)>>28, i32&0xff)
	shift := 3
	fmt.Println(1<<shift, uint8(1)<<(shift+5), int64(1)<<(shift*20))
	t, n := true, false
	fmt.Println(t != n, t == !n, t && !n)
}
