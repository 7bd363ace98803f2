package fault

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"sirocco/agents/nomad/internal/fail"
	"sirocco/agents/nomad/internal/payload"
)

// read decodes parameters into a struct that holds their defaults already.
func read(raw json.RawMessage, into any) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if err := payload.Strict(raw, into); err != nil {
		var known *fail.Error
		if errors.As(err, &known) {
			return fail.New(fail.BadPayload, "params: %s", strings.TrimPrefix(known.Words, "payload: "))
		}
		return err
	}
	return nil
}

func bad(key, found, allowed string) error {
	return fail.New(fail.BadPayload, "params.%s: %s; %s is allowed", key, found, allowed)
}

// inRange judges a number with both ends allowed.
func inRange(key string, value, least, most float64) error {
	if math.IsNaN(value) || value < least || value > most {
		return bad(key, strconv.FormatFloat(value, 'g', -1, 64),
			strconv.FormatFloat(least, 'g', -1, 64)+" to "+strconv.FormatFloat(most, 'g', -1, 64))
	}
	return nil
}

var sizeForm = regexp.MustCompile(`^([0-9]{1,15})(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$`)

var sizeUnits = map[string]uint64{
	"": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// size in bytes, such as 512MiB.
func size(key, text string) (uint64, error) {
	parts := sizeForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, bad(key, strconv.Quote(text), "a size such as 512MiB")
	}
	number, err := strconv.ParseUint(parts[1], 10, 64)
	unit := sizeUnits[parts[2]]
	if err != nil || number > math.MaxInt64/unit {
		return 0, bad(key, strconv.Quote(text), "a size below 8 EiB")
	}
	return number * unit, nil
}
