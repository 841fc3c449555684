// Primes by trial division, by sieve and through a channel; factors and the greatest common divisor.
package main

import "fmt"

func factors(n int) (fs []int) {
	for d := 2; d*d <= n; d++ {
		for ; n%d == 0; n /= d {
			fs = append(fs, d)
		}
	}
	if n > 1 {
		fs = append(fs, n)
	}
	return
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func primes(limit int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		composite := map[int]bool{}
		for i := 2; i < limit; i++ {
			if !composite[i] {
				c <- i
				for j := i * i; j < limit; j += i {
					composite[j] = true
				}
			}
		}
	}()
	return c
}

func main() {
	for p := range primes(30) {
		fmt.Print(p, " ")
	}
	fmt.Println(factors(360), factors(97), factors(1), gcd(84, 36))
	perfect := []int{}
	for n := 2; n < 500; n++ {
		s := 1
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				s += d
				if d*d != n {
					s += n / d
				}
			}
		}
		if s == n {
			perfect = append(perfect, n)
		}
	}
	fmt.Println(perfect)
}
