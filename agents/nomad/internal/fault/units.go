package fault

import (
	"math"
	"regexp"
	"strconv"
	"time"
)

var timeForm = regexp.MustCompile(`^([0-9]{1,9})(us|ms|s|m|h)$`)

var timeUnits = map[string]time.Duration{
	"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
}

// span of time, such as 200ms, both ends allowed.
func span(key, text string, least, most time.Duration) (time.Duration, error) {
	parts := timeForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, bad(key, strconv.Quote(text), "a time such as 200ms")
	}
	number, _ := strconv.ParseInt(parts[1], 10, 64)
	unit := timeUnits[parts[2]]
	value := time.Duration(number) * unit
	if number > int64(math.MaxInt64/unit) || value < least || value > most {
		return 0, bad(key, text, least.String()+" to "+most.String())
	}
	return value, nil
}

var rateForm = regexp.MustCompile(`^([0-9]{1,12})(bit|kbit|mbit|gbit)$`)

var rateUnits = map[string]uint64{"bit": 1, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}

// rate in bits a second, such as 10mbit.
func rate(key, text string) (uint64, error) {
	const least, most = 8_000, 10_000_000_000
	parts := rateForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, bad(key, strconv.Quote(text), "a rate such as 10mbit")
	}
	number, _ := strconv.ParseUint(parts[1], 10, 64)
	value := float64(number) * float64(rateUnits[parts[2]])
	if value < least || value > most {
		return 0, bad(key, text, "8kbit to 10gbit")
	}
	return uint64(value), nil
}
