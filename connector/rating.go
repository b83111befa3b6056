package connector

import "strings"

// Rated puts a rating of one to five stars before the words of a review. Others are no rating.
func Rated(stars int, text string) string {
	if stars < 1 || stars > 5 {
		return text
	}
	rating := strings.Repeat("★", stars) + strings.Repeat("☆", 5-stars)
	if text == "" {
		return rating
	}
	return rating + "\n" + text
}
