package classifier

import (
	"cmp"
	"slices"

	"triage/triage"
)

// Bounds of the examples in one question, so that nobody alone decides what a model learns.
const (
	// MostLessons is how many labelled comments are worth looking at for one question.
	MostLessons = 24
	// exampleReach is the cosine distance beyond which a comment shows nothing about another.
	exampleReach = 0.9
	// examplesOfPerson is how many of one person's corrections go along.
	examplesOfPerson = 2
	// exampleBytes bounds all examples together.
	exampleBytes = 2000
)

// Examples chooses from near what a model is shown, nearest first: one of each text and wave,
// one of each author, two of each person who corrected, MostExamples and 2,000 bytes in all.
// What speaks to the model is no example.
func Examples(near []triage.Lesson) []triage.Example {
	sorted := slices.Clone(near)
	slices.SortStableFunc(sorted, func(a, b triage.Lesson) int { return cmp.Compare(a.Distance, b.Distance) })
	copies, authors, people := map[string]bool{}, map[string]bool{}, map[triage.ID]int{}
	var chosen []triage.Example
	size := 0
	for _, l := range sorted {
		bytes := min(len(l.Text), exampleHead+exampleTail)
		if l.Distance > exampleReach || copies[l.Copy] || l.Author != "" && authors[l.Author] ||
			people[l.Person] == examplesOfPerson || size+bytes > exampleBytes ||
			!l.Intent.Valid() || len(Addressing(l.Text)) > 0 {
			continue
		}
		copies[l.Copy], authors[l.Author] = l.Copy != "", true
		people[l.Person]++
		size += bytes
		if chosen = append(chosen, l.Example); len(chosen) == MostExamples {
			break
		}
	}
	return chosen
}
