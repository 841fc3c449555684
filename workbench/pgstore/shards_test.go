//go:build postgres

package pgstore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"axn/workbench"
	"axn/workbench/shards"
	"axn/workbench/storetest"
)

// TestShards spreads items over three servers, of which one is killed under load and comes back.
func TestShards(t *testing.T) {
	servers := strings.Split(os.Getenv("AXN_POSTGRES_SERVERS"), ";")
	if len(servers) < 3 {
		t.Fatal("there are fewer than three servers: run workbench/pgstore/postgres.sh -servers 3 go test -tags postgres ./workbench/pgstore")
	}
	const n, cols = 900, 12
	rows := storetest.Rows(n, cols, 5)
	var stores []workbench.ItemStore
	for i, server := range servers[:3] {
		part := &workbench.Matrix{Rows: n / 3, Cols: cols, Data: rows.Data[i*n/3*cols : (i+1)*n/3*cols]}
		s, err := Load(t.Context(), server, t.Name(), workbench.StoreOf(part), Options{Exact: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close) // the server goes with its data
		stores = append(stores, s)
	}
	join := func(o shards.Options) *shards.Store {
		s, err := shards.New(stores, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	whole := join(shards.Options{})
	storetest.Run(t, whole, rows, storetest.Exact)

	vectors := storetest.Rows(8, cols, 6)
	want, err := whole.Candidates(t.Context(), vectors, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := workbench.StoreOf(rows).Candidates(t.Context(), vectors, 10, slices.Repeat([][]int{between(n/3, 2*n/3)}, vectors.Rows))
	if err != nil {
		t.Fatal(err)
	}
	var lost, failed, partial, good atomic.Int64
	open := join(shards.Options{Lost: func(_ context.Context, shard int, err error) {
		if shard != 1 {
			t.Errorf("lost shard %d: %v", shard, err)
		}
		lost.Add(1)
	}})
	stop := make(chan struct{})
	var load sync.WaitGroup
	for g := range 4 {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				store := open
				if g == 0 {
					store = whole
				}
				got, err := store.Candidates(t.Context(), vectors, 10, nil)
				switch {
				case g == 0 && err != nil && strings.Contains(err.Error(), "shard 1"):
					failed.Add(1)
				case err == nil && slices.EqualFunc(got, want, slices.Equal[[]int]):
					good.Add(1)
				case err == nil && g > 0 && slices.EqualFunc(got, two, slices.Equal[[]int]):
					partial.Add(1)
				default:
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	wait := func(what string, holds func() bool) {
		for end := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %d lost, %d failed, %d partial, %d good", what, lost.Load(), failed.Load(), partial.Load(), good.Load())
			}
		}
	}
	defer load.Wait()
	defer close(stop)
	wait("nothing is answered", func() bool { return good.Load() > 20 })
	kill(t, servers[1])
	wait("no shard is lost", func() bool { return lost.Load() > 0 && failed.Load() > 0 && partial.Load() > 0 })
	wait("the shard does not come back", func() bool {
		got, err := whole.Candidates(t.Context(), vectors, 10, nil)
		return err == nil && slices.EqualFunc(got, want, slices.Equal[[]int])
	})
}

func between(lo, hi int) (items []int) {
	for i := lo; i < hi; i++ {
		items = append(items, i)
	}
	return items
}

// kill ends a server at once; postgres.sh starts it again.
func kill(t *testing.T, server string) {
	t.Helper()
	folder, _, _ := strings.Cut(strings.TrimPrefix(server, "host="), " ")
	data, err := os.ReadFile(folder + "/data/postmaster.pid")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(data), "\n")
	pid, err := strconv.Atoi(first)
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGQUIT)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("kill the server: %w", err))
	}
}
