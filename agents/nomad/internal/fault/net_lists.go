package fault

import (
	"encoding/json"
	"strconv"
	"strings"
)

// hostList is a list, or one word with commas, as flat keys have it.
type hostList []string

// UnmarshalJSON takes both forms.
func (l *hostList) UnmarshalJSON(raw []byte) error {
	words, err := wordsOf("hosts", raw)
	*l = words
	return err
}

// portList is a list of numbers or ranges, one number, or one word with commas.
type portList []string

// UnmarshalJSON takes all its forms.
func (l *portList) UnmarshalJSON(raw []byte) error {
	words, err := wordsOf("ports", raw)
	*l = words
	return err
}

func wordsOf(key string, raw []byte) ([]string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	var words []string
	for _, each := range list {
		switch each := each.(type) {
		case nil:
		case string:
			for _, word := range strings.Split(each, ",") {
				if word = strings.TrimSpace(word); word != "" {
					words = append(words, word)
				}
			}
		case float64:
			words = append(words, strconv.FormatFloat(each, 'f', -1, 64))
		default:
			return nil, bad(key, string(raw), "a list, or one word with commas,")
		}
	}
	return words, nil
}
