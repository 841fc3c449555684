package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/frontend"
)

// cpuTime returns the CPU time that the kernel process has used.
func cpuTime(t testing.TB, s *session) time.Duration {
	t.Helper()
	f := procFields(t, s)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // clock ticks are 1/100 s
}

// resident returns the bytes of memory that the kernel process holds.
func resident(t testing.TB, s *session) int {
	t.Helper()
	pages, _ := strconv.Atoi(procFields(t, s)[21])
	return pages * os.Getpagesize()
}

// procFields returns the fields of /proc/PID/stat after the name.
func procFields(t testing.TB, s *session) []string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
}

// Only the loopback interface listens.
func TestListensOnLoopback(t *testing.T) {
	s := start(t)
	b, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(s.Process.Pid), "net", "tcp"))
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprintf(":%04X", s.Connection.ShellPort)
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) > 3 && strings.HasSuffix(f[1], port) && f[3] == "0A" && !strings.HasPrefix(f[1], "0100007F") {
			t.Errorf("listens on %s", f[1])
		}
	}
}

// children returns how many processes the kernel has started that still run.
func children(t testing.TB, s *session) int {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		b, _ := os.ReadFile(name)
		n += len(strings.Fields(string(b)))
	}
	return n
}

// A front end starts its kernel anew where another kernel answers its port for outputs.
func TestOthersAnswer(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	k, err := frontend.Start([]string{"sh", "-c", `mkdir $1 && sed -i 's/"key": "[A-Z2-7]*"/"key": "another"/' $2; exec $0 $2`, binary, mark}, frontend.Options{Env: []string{"AXN_HISTORY="}})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	s := &session{k, t, t.Context(), &lockedBuffer{}}
	s.want("40 + 2", "42")
	if _, err := os.Stat(mark); err != nil {
		t.Error(err)
	}
}
