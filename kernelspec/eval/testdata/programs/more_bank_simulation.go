// A small domain model: accounts, transfers, errors with data, history and reports.
package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

type Money int64

func (m Money) String() string { return fmt.Sprintf("%d.%02d", int64(m)/100, int64(m)%100) }

type Account struct {
	Owner   string
	Balance Money
	history []entry
}
type entry struct {
	kind   string
	amount Money
}
type Insufficient struct {
	Need, Have Money
}

func (e Insufficient) Error() string { return fmt.Sprintf("need %v, have %v", e.Need, e.Have) }

var ErrAmount = errors.New("amount must be positive")

func (a *Account) Deposit(m Money) error {
	if m <= 0 {
		return fmt.Errorf("deposit %v: %w", m, ErrAmount)
	}
	a.Balance += m
	a.history = append(a.history, entry{"in", m})
	return nil
}

func (a *Account) Withdraw(m Money) error {
	switch {
	case m <= 0:
		return fmt.Errorf("withdraw %v: %w", m, ErrAmount)
	case m > a.Balance:
		return &Insufficient{m, a.Balance}
	}
	a.Balance -= m
	a.history = append(a.history, entry{"out", m})
	return nil
}

type Bank struct {
	mu       sync.Mutex
	accounts map[string]*Account
}

func (b *Bank) Open(owner string) *Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.accounts == nil {
		b.accounts = make(map[string]*Account)
	}
	a := &Account{Owner: owner}
	b.accounts[owner] = a
	return a
}

func (b *Bank) Transfer(from, to string, m Money) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("transfer %s to %s: %w", from, to, err)
		}
	}()
	f, t := b.accounts[from], b.accounts[to]
	if f == nil || t == nil {
		return errors.New("no such account")
	}
	if err := f.Withdraw(m); err != nil {
		return err
	}
	return t.Deposit(m)
}

func main() {
	var b Bank
	ann := b.Open("ann")
	b.Open("bob")
	fmt.Println(ann.Deposit(10050), ann.Deposit(-1))
	fmt.Println(b.Transfer("ann", "bob", 2575))
	err := b.Transfer("bob", "ann", 999999)
	var ins *Insufficient
	fmt.Println(err, errors.As(err, &ins), ins.Need-ins.Have)
	fmt.Println(b.Transfer("ann", "eve", 1))
	fmt.Println(errors.Is(b.Transfer("ann", "bob", 0), ErrAmount))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			b.Transfer("ann", "bob", 10)
		}()
	}
	wg.Wait()
	for _, n := range slices.Sorted(maps.Keys(b.accounts)) {
		a := b.accounts[n]
		fmt.Printf("%-4s %8v %d\n", a.Owner, a.Balance, len(a.history))
	}
	fmt.Printf("%v %+v\n", ann.history[:2], ann.history[1])
}
