package payload

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sirocco/agents/nomad/internal/fail"
)

type golden struct {
	Name    string          `json:"name"`
	Key     string          `json:"key"`
	Payload json.RawMessage `json:"payload"`
}

func goldens(t testing.TB) []golden {
	t.Helper()
	text, err := os.ReadFile("../../../contract/payloads.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// The controller's tests read the same cases.
func TestPayloadsOfTheContract(t *testing.T) {
	for _, each := range goldens(t) {
		t.Run(each.Name, func(t *testing.T) {
			_, err := Parse(each.Payload)
			if each.Key == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if fail.CodeOf(err) != fail.BadPayload {
				t.Fatalf("not refused as a bad payload: %v", err)
			}
			if !strings.Contains(err.Error(), each.Key) {
				t.Fatalf("the words do not name %s: %v", each.Key, err)
			}
		})
	}
}

func TestWhatIsNoPayload(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":            "",
		"no JSON":            "cpu-stress",
		"a list":             "[]",
		"two objects":        "{}{}",
		"more than is taken": `{"run":"` + strings.Repeat("a", MostBytes) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse([]byte(text)); fail.CodeOf(err) != fail.BadPayload {
				t.Fatalf("not refused as a bad payload: %v", err)
			}
		})
	}
}

func FuzzPayload(f *testing.F) {
	for _, each := range goldens(f) {
		f.Add([]byte(each.Payload))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Parse(data); err != nil && fail.CodeOf(err) != fail.BadPayload {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
