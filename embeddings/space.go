package embeddings

import (
	"strconv"
	"strings"
)

// Space names the vectors of a model that were asked for with a number of dimensions.
func Space(model string, dimensions int) string { return model + "@" + strconv.Itoa(dimensions) }

// ParseSpace returns the model of a space, and the dimensions that were asked for, 0 when
// they were left to the model.
func ParseSpace(space string) (model string, dimensions int) {
	at := strings.LastIndexByte(space, '@')
	if at < 0 {
		return space, 0
	}
	n, err := strconv.Atoi(space[at+1:])
	if err != nil || n < 1 {
		return space, 0
	}
	return space[:at], n
}
