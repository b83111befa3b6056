package classifier

import (
	"cmp"
	"math"
	"slices"

	"triage/triage"
)

// How corrections weigh against the engine's own answer. The unit is one vote. Chosen on
// labelled comments for which two intents were redefined: docs/learning.md has the figures.
const (
	// ownVotes is what the engine's answer counts when it is certain; its confidence scales it.
	ownVotes = 3.0
	// closeVotes is what a correction of a near-copy counts. It is more than the engine's own,
	// so that one correction is enough for the next comment of that kind.
	closeVotes = 4.0
	// closeFull and closeNone bound what is a near-copy: within the first distance a
	// correction counts in full, beyond the second it counts only as a habit.
	closeFull, closeNone = 0.15, 0.35
	// habitReach is the distance at which a correction of the same reading counts exp(-1).
	habitReach = 0.8
	// habitFrom and habitFull bound the share of a reading that people correct: below the first
	// corrections of it are the engine's usual mistakes, of which nothing follows for others;
	// from the second on the brand means something else by it.
	habitFrom, habitFull = 0.25, 0.75
	// assumedRight is how many more comments of a reading are taken to have been handled
	// without a correction, so that the first few corrections are no habit yet.
	assumedRight = 8
	// personHabit is how many votes one person's habit counts at most, however many
	// corrections they made. One person alone does not overrule a sure engine; two do.
	personHabit = 2.0
)

// Most neighbours that Learn weighs, and by how much those count as farther that the engine
// alone had read otherwise: whoever searches for neighbours orders by that.
const (
	MostNeighbours = 32
	OtherReading   = 0.2
)

// Learn lets what people said of similar comments have its say in the intent and the
// sentiment of c, which the built-in engine has judged. In this order:
//
//  1. copies of one text, and all comments of one wave, are one voice: the nearest;
//  2. a near-copy speaks by itself; of one person all near-copies count as one;
//  3. a comment that is only alike speaks where the engine alone had read it as it reads
//     this one, as far as people correct that reading as a rule; of one person these count
//     personHabit at most;
//  4. the answer with the most votes stands, the engine's own counting by its confidence;
//     a tie is the engine's.
//
// Risk, urgency and everything else stay as they are. The confidence says how far the
// voices agree; what near-copies confirm is no longer unsure, what only a habit says is as
// unsure as the engine was. Without neighbours c comes back unchanged.
func Learn(c triage.Classification, around triage.Neighbourhood) triage.Classification {
	near := oneOfEach(around.Neighbours)
	own := triage.Learned{Intent: c.Intent, Sentiment: c.Sentiment}
	intents := poll[triage.Intent]{own: c.Intent, confidence: c.Confidence.Intent}
	moods := poll[triage.Sentiment]{own: c.Sentiment, confidence: c.Confidence.Sentiment}
	habit := habitOf(around)
	for _, n := range near {
		if n.Intent != "" {
			far := 0.0
			if n.SaidIntent == c.Intent {
				reach := n.Distance / habitReach
				far = habit * math.Exp(-reach*reach)
			}
			intents.add(n.Intent, n.Person, closeness(n.Distance), far)
		}
		if n.Sentiment != "" {
			moods.add(n.Sentiment, n.Person, closeness(n.Distance), 0)
		}
	}
	intent, mood := intents.winner(), moods.winner()
	if !intents.spoke(intent) && !moods.spoke(mood) {
		return c
	}
	c.Confidence.Queue = sureOfQueue(intents, c.Confidence.Queue, intent)
	c.Intent, c.Confidence.Intent = intent, intents.sure(intent)
	c.Sentiment, c.Confidence.Sentiment = mood, moods.sure(mood)
	if near, _ := intents.votes(func(i triage.Intent) bool { return i == intent }); near > 0 {
		c.Unsure = without(c.Unsure, "intent", "queue")
	}
	if near, _ := moods.votes(func(s triage.Sentiment) bool { return s == mood }); near > 0 {
		c.Unsure = without(c.Unsure, "sentiment")
	}
	own.Corrections, own.People = voices(intents.voices(intent), moods.voices(mood))
	c.Learned = &own
	return c
}

// habitOf returns how far people correct as a rule what the engine reads like this, 0 to 1.
func habitOf(around triage.Neighbourhood) float64 {
	share := float64(around.Corrected) / float64(around.Handled+assumedRight)
	return min(1, max(0, (share-habitFrom)/(habitFull-habitFrom)))
}

// without returns fields apart from those named.
func without(fields []string, named ...string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(named, f) })
}

// oneOfEach returns the nearest of each text and wave, nearest first.
func oneOfEach(near []triage.Neighbour) []triage.Neighbour {
	sorted := slices.Clone(near)
	slices.SortStableFunc(sorted, func(a, b triage.Neighbour) int { return cmp.Compare(a.Distance, b.Distance) })
	seen := map[string]bool{}
	return slices.DeleteFunc(sorted, func(n triage.Neighbour) bool {
		again := seen[n.Copy]
		seen[n.Copy] = n.Copy != ""
		return again
	})
}

// closeness returns how much of a near-copy a text at that distance is, 0 to 1.
func closeness(distance float64) float64 {
	return min(1, max(0, (closeNone-distance)/(closeNone-closeFull)))
}

// voice is one correction that counted.
type voice[T comparable] struct {
	says       T
	person     triage.ID
	close, far float64
}

// poll gathers the votes on one field.
type poll[T ~string] struct {
	own        T
	confidence float64
	all        []voice[T]
}

// add counts a correction, as far as its person has votes left.
func (p *poll[T]) add(says T, person triage.ID, closeness, far float64) {
	v := voice[T]{says: says, person: person, close: closeVotes * closeness, far: far}
	closeLeft, farLeft := closeVotes, personHabit
	for _, other := range p.all {
		if other.person == person {
			closeLeft, farLeft = closeLeft-other.close, farLeft-other.far
		}
	}
	v.close, v.far = min(v.close, max(0, closeLeft)), min(v.far, max(0, farLeft))
	if v.close+v.far > 0 {
		p.all = append(p.all, v)
	}
}

// votes returns what answers for which in holds have got from people.
func (p *poll[T]) votes(in func(T) bool) (near, far float64) {
	for _, v := range p.all {
		if in(v.says) {
			near, far = near+v.close, far+v.far
		}
	}
	return near, far
}

func (p *poll[T]) winner() T {
	score := func(answer T) float64 {
		near, far := p.votes(func(t T) bool { return t == answer })
		if answer == p.own {
			return near + far + ownVotes*p.confidence
		}
		return near + far
	}
	best := p.own
	for _, v := range p.all {
		if score(v.says) > score(best) {
			best = v.says
		}
	}
	return best
}

// spoke reports whether people had a say in that winner: it is not the engine's own, or a
// near-copy confirms it.
func (p *poll[T]) spoke(winner T) bool {
	near, _ := p.votes(func(t T) bool { return t == winner })
	return winner != p.own || near > 0
}

// sure returns the confidence in the winner.
func (p *poll[T]) sure(winner T) float64 {
	return p.certainty(func(t T) bool { return t == winner }, winner == p.own, p.confidence)
}

// sureOfQueue returns the confidence in the queue of the winning intent, when the engine
// alone was so sure of the queue of its own.
func sureOfQueue(p poll[triage.Intent], sure float64, winner triage.Intent) float64 {
	queue := winner.DefaultQueue()
	same := p.own.DefaultQueue() == queue
	return p.certainty(func(i triage.Intent) bool { return i.DefaultQueue() == queue }, same, sure)
}

// certainty is how sure a group of answers is in which the winner lies. Where the engine's
// own answer is in it, near-copies add to its confidence and those who say otherwise take
// from it; habits that only agree add nothing, since the engine knows no more for them.
// Otherwise it is the better of two grounds: the near-copies' share of all votes, and the
// habit's share, believed as far as the engine's own reading is.
func (p *poll[T]) certainty(in func(T) bool, own bool, confidence float64) float64 {
	near, far := p.votes(in)
	allNear, allFar := p.votes(func(T) bool { return true })
	if own {
		return (ownVotes*confidence + near) / (ownVotes + allNear + allFar - far)
	}
	sure := near / (ownVotes*confidence + allNear)
	if allFar > 0 {
		sure = max(sure, confidence*far/allFar)
	}
	return sure
}

// voices returns who spoke for the winner.
func (p *poll[T]) voices(winner T) []triage.ID {
	var people []triage.ID
	for _, v := range p.all {
		if v.says == winner {
			people = append(people, v.person)
		}
	}
	return people
}

// voices counts corrections and people. One that speaks for both fields counts once.
func voices(intent, mood []triage.ID) (corrections, people int) {
	all := append(slices.Clone(intent), mood...)
	slices.Sort(all)
	return max(len(intent), len(mood)), len(slices.Compact(all))
}
