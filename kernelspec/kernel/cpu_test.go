package main_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
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
		t.Skip("no /proc here")
	}
	text := string(b)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
}
