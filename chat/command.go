package chat

import (
	"context"
	"slices"
	"strings"
	"time"

	"triage/notify"
	"triage/notify/slack"
	"triage/postgres"
	"triage/queue"
	"triage/triage"
)

// command does what somebody typed after /triage. Only they see the answer.
func (c *Clerk) command(ctx context.Context, call slack.Call) error {
	words := strings.Fields(call.Text)
	brand := ""
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		brand, words = words[0][1:], words[1:]
	}
	if len(words) == 2 && words[0] == "link" {
		return c.linkByCode(ctx, call, words[1])
	}
	who, ok, err := c.who(ctx, call)
	if err != nil || !ok {
		return err
	}
	if len(words) == 0 || words[0] == "help" {
		c.say(ctx, call, who.voice.Say(notify.SaidHelp))
		return nil
	}
	if words[0] == "link" { // who they are is known by now
		c.say(ctx, call, who.voice.Say(notify.SaidLinked))
		return nil
	}
	caller, ok, err := c.brandOf(ctx, call, who, brand)
	if err != nil || !ok {
		return err
	}
	n, err := c.answer(ctx, caller, who, words)
	if triage.KindOf(err) == triage.Forbidden {
		n, err = who.voice.Say(notify.SaidRole), nil
	}
	if err != nil {
		return err
	}
	c.say(ctx, call, n)
	return nil
}

// brandOf finds for which brand somebody asks: the one they name, the one that the channel
// is told of, the only one they work for.
func (c *Clerk) brandOf(ctx context.Context, call slack.Call, who person, named string) (postgres.Caller, bool, error) {
	works, err := c.Store.Memberships(ctx, who.ID)
	if err != nil {
		return postgres.Caller{}, false, err
	}
	here, err := c.Store.BrandsAt(ctx, call.Channel)
	if err != nil {
		return postgres.Caller{}, false, err
	}
	var told []postgres.Membership
	for _, m := range works {
		if m.Slug == named || (named == "" && slices.Contains(here, m.BrandID)) {
			told = append(told, m)
		}
	}
	if named == "" && len(told) == 0 {
		told = works
	}
	switch len(told) {
	case 0:
		c.say(ctx, call, who.voice.Say(notify.SaidNotYours))
		return postgres.Caller{}, false, nil
	case 1:
		m := told[0]
		return postgres.Caller{BrandID: m.BrandID, PersonID: who.ID, Person: who.Name, Role: m.Role}, true, nil
	}
	c.say(ctx, call, who.voice.Say(notify.SaidBrand))
	return postgres.Caller{}, false, nil
}

// listed is how many items an answer names.
const listed = 10

func (c *Clerk) answer(ctx context.Context, who postgres.Caller, p person, words []string) (notify.Notice, error) {
	rest := strings.Join(words[1:], " ")
	switch strings.ToLower(words[0]) {
	case "next":
		return c.next(ctx, who, p)
	case "queue":
		q := triage.Queue(strings.ToLower(rest))
		if !q.Valid() {
			return p.voice.Say(notify.SaidHelp), nil
		}
		items, err := c.Store.Items(ctx, who.BrandID, q, postgres.ItemFilter{Statuses: []triage.Status{triage.StatusOpen}}, nil, listed)
		return p.voice.Queue(notify.Subject{Queue: q}, subjects(items), c.now()), err
	case "search":
		if rest == "" {
			return p.voice.Say(notify.SaidHelp), nil
		}
		hits, err := c.Store.Search(ctx, who.BrandID, postgres.Query{Text: rest, Limit: listed})
		items := make([]postgres.Item, len(hits))
		for n, h := range hits {
			items[n] = h.Item
		}
		return p.voice.Found(subjects(items), c.now()), err
	case "who":
		return c.crew(ctx, who, p)
	case "mute":
		return c.mute(ctx, who, p, rest)
	}
	return p.voice.Say(notify.SaidHelp), nil
}

func (c *Clerk) next(ctx context.Context, who postgres.Caller, p person) (notify.Notice, error) {
	dealt, err := c.Desk.Deal(ctx, who)
	if err != nil {
		return notify.Notice{}, err
	}
	if dealt.Why != "" {
		return p.voice.Say(reasons[dealt.Why]), nil
	}
	return p.voice.Dealt(subjectOf(dealt.Item), c.now()), nil
}

// reasons are how we say why nothing was dealt.
var reasons = map[queue.Why]notify.Said{
	queue.WhyNone: notify.SaidNothing, queue.WhyAtCapacity: notify.SaidCapacity, queue.WhyOffDuty: notify.SaidOffDuty,
	queue.WhyOnLeave: notify.SaidOnLeave, queue.WhyExposure: notify.SaidExposure,
}

func (c *Clerk) crew(ctx context.Context, who postgres.Caller, p person) (notify.Notice, error) {
	team, err := c.Store.Team(ctx, who.BrandID, c.now())
	var on, off []string
	for _, m := range team {
		switch {
		case m.OnDuty(c.now()):
			on = append(on, m.Name)
		case m.Works():
			off = append(off, m.Name)
		}
	}
	return p.voice.Crew(on, off), err
}

// Bounds of a mute.
const (
	shortestMute = time.Minute
	longestMute  = 24 * time.Hour
)

// mute lets somebody hear of nothing patient for a while. What is urgent comes all the same
// where its rule lets it.
func (c *Clerk) mute(ctx context.Context, who postgres.Caller, p person, word string) (notify.Notice, error) {
	span, err := time.ParseDuration(strings.ReplaceAll(word, " ", ""))
	off := word == "off"
	if !off && (err != nil || span < shortestMute || span > longestMute) {
		return p.voice.Say(notify.SaidHelp), nil
	}
	until := c.now().Add(span)
	err = c.Store.Retrying(ctx, 3, func(tx *postgres.Tx) error {
		return tx.Mute(ctx, who.BrandID, who.PersonID, notify.PlaceOf(who.PersonID), until)
	})
	if off {
		return p.voice.Say(notify.SaidUnmuted), err
	}
	return p.voice.Until(notify.SaidMuted, until), err
}

func subjects(items []postgres.Item) []notify.Subject {
	out := make([]notify.Subject, len(items))
	for n, i := range items {
		out[n] = subjectOf(i)
	}
	return out
}

// subjectOf is an item as a notice tells of it.
func subjectOf(i postgres.Item) notify.Subject {
	e := i.Engagement
	return notify.Subject{
		ItemID: i.ID, Queue: i.Queue, Priority: i.Priority, DueAt: i.DueAt, Judged: i.JudgementID != "", Unsure: i.Unsure,
		Intent: i.Intent, Sentiment: i.Sentiment, Urgency: i.Urgency, Risks: i.Risks, ReplyExpected: i.ReplyExpected, Reasons: i.Reasons,
		Platform: e.Platform, Form: e.Form, Author: e.Author, Text: e.Text, HasMedia: e.HasMedia,
		Status: i.Status, Holder: i.AssigneeName, Outcome: triage.Outcome(i.Outcome), BackAt: i.SnoozedUntil,
	}
}
