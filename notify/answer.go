package notify

import "time"

// Said is something that we answer to one person.
type Said string

// The answers.
const (
	SaidNotYours  Said = "not_yours"
	SaidUnknown   Said = "unknown"
	SaidOutside   Said = "outside"
	SaidRole      Said = "role"
	SaidStale     Said = "stale"
	SaidTrouble   Said = "trouble"
	SaidKept      Said = "kept"
	SaidCorrected Said = "corrected"
	SaidLinked    Said = "linked"
	SaidBadCode   Said = "bad_code"
	SaidBrand     Said = "brand"
	SaidHelp      Said = "help"
	SaidQuiet     Said = "quiet"
	SaidMuted     Said = "muted"
	SaidUnmuted   Said = "unmuted"
	SaidNothing   Said = "none"
	SaidCapacity  Said = "at_capacity"
	SaidOffDuty   Said = "off_duty"
	SaidOnLeave   Said = "on_leave"
	SaidExposure  Said = "exposure"
	SaidNone      Said = "not_found"
	SaidOnDuty    Said = "on_duty"
	SaidOff       Said = "off"
	SaidFound     Said = "found"
	SaidNext      Said = "next"
	SaidUntil     Said = "until"
)

// Say answers in one sentence.
func (v Voice) Say(s Said) Notice { return Notice{Line: v.words().said[s]} }

// Until answers in one sentence that holds until a time.
func (v Voice) Until(s Said, at time.Time) Notice {
	n := v.Say(s)
	n.Facts = []Fact{{Label: v.words().said[SaidUntil], Value: v.time(at), At: at}}
	return n
}

// Stands answers how an item stands, to whoever came too late.
func (v Voice) Stands(s Subject) Notice { return Notice{Line: v.Standing(s)} }

// Dealt shows somebody what is theirs now.
func (v Voice) Dealt(s Subject, now time.Time) Notice {
	n := v.Compose(s, now)
	n.State = v.words().said[SaidNext] + "."
	return n
}

// List names items. It quotes nobody.
func (v Voice) List(headline string, subjects []Subject, now time.Time) Notice {
	if len(subjects) == 0 {
		return v.Say(SaidNone)
	}
	n := Notice{Headline: headline}
	for _, s := range subjects[:min(len(subjects), digestEntries)] {
		n.Entries = append(n.Entries, v.entry(s, now))
	}
	return n
}

// Queue names what waits in a queue, in the order in which it is dealt.
func (v Voice) Queue(of Subject, subjects []Subject, now time.Time) Notice {
	return v.List(v.words().queue[of.Queue], subjects, now)
}

// Found names what a search found.
func (v Voice) Found(subjects []Subject, now time.Time) Notice {
	return v.List(v.words().said[SaidFound], subjects, now)
}

// Crew names who is on duty, and who is not.
func (v Voice) Crew(on, off []string) Notice {
	n := Notice{Headline: v.words().said[SaidOnDuty]}
	for _, name := range on {
		n.Entries = append(n.Entries, Entry{Link: Link{Text: name}})
	}
	if len(on) == 0 {
		n.Entries = append(n.Entries, Entry{Link: Link{Text: "–"}})
	}
	for _, name := range off[:min(len(off), digestEntries)] {
		n.Entries = append(n.Entries, Entry{Link: Link{Text: name}, Facts: v.words().said[SaidOff]})
	}
	return n
}
