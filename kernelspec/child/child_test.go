//go:build linux

package child

import (
	"os/exec"
	"testing"
	"time"
)

func TestKillSince(t *testing.T) {
	old := exec.Command("sleep", "60")
	if err := old.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(60 * time.Millisecond)
	began := Now()
	young := Command("sh", "-c", "sleep 60; true") // starts a process of its own
	if err := young.Start(); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); len(descendants()) < 3; time.Sleep(time.Millisecond) {
		if time.Since(start) > 5*time.Second {
			t.Fatalf("%d processes", len(descendants()))
		}
	}
	if n := KillSince(began); n != 2 {
		t.Errorf("%d processes ended, want 2", n)
	}
	if err := young.Wait(); err == nil {
		t.Error("the command ended well")
	}
	if n := KillSince(0); n != 1 {
		t.Errorf("%d processes ended, want 1", n)
	}
	old.Wait()
	if n := len(descendants()); n > 0 {
		t.Errorf("%d processes left", n)
	}
}
