package journal

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestOnlyWhatEndedLongAgoIsRemoved(t *testing.T) {
	h := place(t)
	long := time.Now().Add(-8 * 24 * time.Hour)
	for name, one := range map[string]struct {
		ends bool
		at   time.Time
	}{
		"open, long ago":   {false, long},
		"ended, long ago":  {true, long},
		"ended, just now":  {true, time.Now()},
		"open, since then": {false, time.Now()},
	} {
		j := create(t, h, name)
		if one.ends {
			write(t, j, Line{Kind: End, Outcome: "reverted"})
		}
		if err := os.Chtimes(j.path, one.at, one.at); err != nil {
			t.Fatal(err)
		}
	}
	if err := Prune(h); err != nil {
		t.Fatal(err)
	}
	for name, stays := range map[string]bool{
		"open, long ago": true, "ended, long ago": false, "ended, just now": true, "open, since then": true,
	} {
		if j, err := Find(h, name); (err == nil) != stays {
			t.Errorf("%s: %v", name, err)
		} else if err == nil {
			_ = j.Close()
		}
	}
}

func TestNoMoreThanSoManyAreKept(t *testing.T) {
	h := place(t)
	for n := range mostKept + 20 {
		j := create(t, h, fmt.Sprintf("r/%d", n))
		write(t, j, Line{Kind: End, Outcome: "reverted"})
		at := time.Now().Add(-time.Duration(n) * time.Minute)
		if err := os.Chtimes(j.path, at, at); err != nil {
			t.Fatal(err)
		}
		_ = j.Close()
	}
	if err := Prune(h); err != nil {
		t.Fatal(err)
	}
	all, err := All(h)
	if err != nil || len(all) != mostKept {
		t.Fatalf("%d are kept, %v", len(all), err)
	}
	for _, j := range all {
		_ = j.Close()
	}
	if _, err := Find(h, "r/0"); err != nil {
		t.Errorf("the newest is gone: %v", err)
	}
}
