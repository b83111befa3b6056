package notify

import (
	"slices"
	"strings"
	"time"

	"triage/triage"
)

// Cause is what is wrong with a brand's day.
type Cause string

// The causes.
const (
	CauseCrisis  Cause = "crisis"  // several comments with the same risk within an hour
	CauseVolume  Cause = "volume"  // far more comments than usual
	CauseMood    Cause = "mood"    // far more anger than usual
	CauseBacklog Cause = "backlog" // more waits than the team closes
	CauseSLA     Cause = "sla"     // targets are missed or about to be
	CauseMoney   Cause = "money"   // the budget for models is nearly spent
	CauseModel   Cause = "model"   // the model does not answer
)

// Alarm is one cause at one brand.
type Alarm struct {
	Cause   Cause
	Subject string // which risk, queue, or span of money (day, month)
	N       int    // how many comments or items; of mood and money how many percent
	Usual   int    // what is usual, in the same unit; zero: nothing to compare with
	Since   time.Time
	Until   time.Time // zero: not over
}

// Vitals are the figures from which alarms are raised.
type Vitals struct {
	Risks       map[triage.Risk]int // comments of the last hour
	UsualRisks  map[triage.Risk]int // in an hour, rounded up
	Quarter     int                 // comments of the last 15 minutes
	UsualQtr    int                 // in 15 minutes at this time of day, or of the last day if that is more
	Judged      int                 // comments of the last hour
	Negative    int                 // of them
	UsualMood   int                 // percent negative of the day before; -1: too few to say
	Open        map[triage.Queue]int
	Closed      map[triage.Queue]int // in the last day
	Late        map[triage.Queue]int // targets missed, or about to be
	MoneyDay    int                  // percent of the budget; zero without one
	MoneyMonth  int
	Provisional int // items that wait for the model for longer than it may take
}

// The bounds of alarms. Each is raised above the first and ends below the second, so that
// one that stands at its bound does not flap.
const (
	crisisFrom            = 3
	crisisTimes           = 3 // of what is usual
	volumeFrom            = 20
	volumeTimes           = 3
	moodFrom              = 20 // comments
	moodTimes             = 2
	moodPercent           = 40
	backlogFrom           = 50
	backlogTimes          = 2 // of what is closed in a day
	lateFrom, lateUntil   = 5, 1
	moneyFrom             = 80
	modelFrom, modelUntil = 5, 0
)

type finding struct {
	Alarm
	raise, keep bool
}

func (v Vitals) findings() []finding {
	var all []finding
	add := func(c Cause, subject string, n, usual int, raise, keep bool) {
		all = append(all, finding{Alarm{Cause: c, Subject: subject, N: n, Usual: usual}, raise, keep})
	}
	for _, r := range triage.Risks() {
		n, usual := v.Risks[r], v.UsualRisks[r]
		add(CauseCrisis, string(r), n, usual, n >= crisisFrom && n >= crisisTimes*usual, n > 0 && n > usual)
	}
	add(CauseVolume, "", v.Quarter, v.UsualQtr, v.Quarter >= volumeFrom && v.Quarter > volumeTimes*v.UsualQtr, 2*v.Quarter > 3*v.UsualQtr && v.Quarter >= volumeFrom/2)
	if v.Judged > 0 {
		mood := 100 * v.Negative / v.Judged
		add(CauseMood, "", mood, max(v.UsualMood, 0), v.UsualMood >= 0 && v.Judged >= moodFrom && mood >= moodPercent && mood > moodTimes*v.UsualMood,
			mood >= moodPercent/2 && 2*mood > 3*v.UsualMood)
	}
	for _, q := range triage.Queues() {
		open, closed := v.Open[q], v.Closed[q]
		add(CauseBacklog, string(q), open, closed, open >= backlogFrom && open > backlogTimes*closed, open >= backlogFrom/2 && open > closed)
		add(CauseSLA, string(q), v.Late[q], 0, v.Late[q] >= lateFrom, v.Late[q] > lateUntil)
	}
	add(CauseMoney, "day", v.MoneyDay, 0, v.MoneyDay >= moneyFrom, v.MoneyDay >= moneyFrom)
	add(CauseMoney, "month", v.MoneyMonth, 0, v.MoneyMonth >= moneyFrom, v.MoneyMonth >= moneyFrom)
	spent := max(v.MoneyDay, v.MoneyMonth) >= 100 // then it is money that it waits for
	add(CauseModel, "", v.Provisional, 0, v.Provisional >= modelFrom && !spent, v.Provisional > modelUntil && !spent)
	return all
}

// Look compares the figures with the alarms that are open: fresh ones are to be raised, open
// ones come back with their figures of now, or with Until when they are over. only says which
// causes are looked at.
func (v Vitals) Look(open []Alarm, only func(Cause) bool, now time.Time) (fresh, still, over []Alarm) {
	for _, f := range v.findings() {
		if !only(f.Cause) {
			continue
		}
		at := slices.IndexFunc(open, func(a Alarm) bool { return a.Cause == f.Cause && a.Subject == f.Subject })
		switch {
		case at < 0 && f.raise:
			f.Since = now
			fresh = append(fresh, f.Alarm)
		case at >= 0 && f.keep:
			f.Since = open[at].Since
			still = append(still, f.Alarm)
		case at >= 0:
			f.Since, f.Until = open[at].Since, now
			over = append(over, f.Alarm)
		}
	}
	return fresh, still, over
}

// Alarms tells of causes that came together. Those that are over stay, and are said to be.
func (v Voice) Alarms(brand string, all []Alarm, now time.Time) Notice {
	w := v.alarmWords()
	n := Notice{Headline: w.headline, About: brand, Came: w.came}
	if !slices.ContainsFunc(all, func(a Alarm) bool { return a.Until.IsZero() }) {
		n.Headline = w.over
	}
	for _, a := range all {
		facts := w.since + " " + v.time(a.Since)
		if !a.Until.IsZero() {
			facts = w.ended + " " + v.time(a.Until)
		}
		n.Entries = append(n.Entries, Entry{Link: Link{Text: v.alarm(a)}, Facts: facts})
	}
	return n
}

// alarm says one cause in one sentence.
func (v Voice) alarm(a Alarm) string {
	w := v.alarmWords()
	sentence := w.lines[a.Cause]
	if a.Cause == CauseMoney {
		sentence = w.money[a.Subject]
	}
	subject := v.kind(a.Subject)
	if q := triage.Queue(a.Subject); q.Valid() {
		subject = v.words().queue[q]
	}
	return strings.NewReplacer("#", v.number(int64(a.N)), "§", v.number(int64(a.Usual)), "%S", subject).Replace(sentence)
}

func (v Voice) alarmWords() *alarmWords {
	if v.Language == "de" {
		return &alarmGerman
	}
	return &alarmEnglish
}

// alarmWords are the texts about a brand's day of one language: # is the figure, § what is
// usual, %S what it is about.
type alarmWords struct {
	headline, over, since, ended, came string
	lines                              map[Cause]string
	money                              map[string]string
}

var alarmEnglish = alarmWords{
	headline: "Alarm", over: "The alarm is over", since: "since", ended: "over since",
	came: "You see this because the team of the brand is told here. Each cause rings once; this message says when it is over.",
	lines: map[Cause]string{
		CauseCrisis:  "Signs of a crisis (%S): # comments within an hour, § are usual",
		CauseVolume:  "# comments within 15 minutes, § are usual",
		CauseMood:    "# percent of the comments of the last hour are negative, § are usual",
		CauseBacklog: "Backlog, %S: # wait, § were closed in the last 24 hours",
		CauseSLA:     "Targets, %S: # are missed or about to be",
		CauseModel:   "The model does not answer: # wait for its judgement; the built-in engine judges meanwhile",
	},
	money: map[string]string{"day": "# percent of today's budget for models are spent", "month": "# percent of this month's budget for models are spent"},
}

var alarmGerman = alarmWords{
	headline: "Alarm", over: "Der Alarm ist vorbei", since: "seit", ended: "vorbei seit",
	came: "Sie sehen das, weil das Team der Marke hier gemeldet wird. Jede Ursache klingelt einmal; diese Nachricht sagt, wann sie vorbei ist.",
	lines: map[Cause]string{
		CauseCrisis:  "Anzeichen einer Krise (%S): # Kommentare in einer Stunde, üblich sind §",
		CauseVolume:  "# Kommentare in 15 Minuten, üblich sind §",
		CauseMood:    "# Prozent der Kommentare der letzten Stunde sind negativ, üblich sind §",
		CauseBacklog: "Rückstau, %S: # warten, § wurden in 24 Stunden abgeschlossen",
		CauseSLA:     "Fristen, %S: # sind verpasst oder bald fällig",
		CauseModel:   "Das Modell antwortet nicht: # warten auf seine Einschätzung; bis dahin urteilt die eingebaute",
	},
	money: map[string]string{"day": "# Prozent des Tagesbudgets für Modelle sind ausgegeben", "month": "# Prozent des Monatsbudgets für Modelle sind ausgegeben"},
}
