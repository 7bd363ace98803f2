package fail

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// The controller's tests read the same file.
func TestCodesOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../../contract/exit-codes.json")
	if err != nil {
		t.Fatal(err)
	}
	var codes []struct {
		Code Code   `json:"code"`
		Word string `json:"word"`
	}
	if err := json.Unmarshal(text, &codes); err != nil {
		t.Fatal(err)
	}
	ours := map[string]Code{
		"done": 0, "bad_payload": BadPayload, "not_supported": Unsupported, "bug": Bug,
		"stuck": Stuck, "too_late": TooLate, "no_rights": NoRights, "conflict": Conflict,
	}
	if len(codes) != len(ours) {
		t.Fatalf("%d codes in the contract, %d here", len(codes), len(ours))
	}
	for _, each := range codes {
		if ours[each.Word] != each.Code {
			t.Errorf("%s is %d in the contract, %d here", each.Word, each.Code, ours[each.Word])
		}
	}
}

func TestCodeOfAnError(t *testing.T) {
	plain := errors.New("plain")
	for name, one := range map[string]struct {
		err  error
		code Code
	}{
		"none":                         {nil, 0},
		"one without a code":           {plain, Bug},
		"one with a code":              {New(TooLate, "late"), TooLate},
		"wrapped, keeping its own":     {Wrap(Bug, New(Conflict, "held"), "again"), Conflict},
		"wrapped, getting one":         {Wrap(NoRights, plain, "again"), NoRights},
		"joined with one without code": {errors.Join(plain, New(Stuck, "stuck")), Stuck},
	} {
		if found := CodeOf(one.err); found != one.code {
			t.Errorf("%s: %d, not %d", name, found, one.code)
		}
	}
}
