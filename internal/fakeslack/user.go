package fakeslack

import "strings"

// Team is the workspace, and ownBot who the bot token belongs to.
const (
	Team   = "T0FAKE"
	ownBot = "B0FAKE"
)

// User is somebody in this Slack.
type User struct {
	ID          string // U…
	Mail        string
	Unconfirmed bool   // the mail address is not proven
	Team        string // empty for our own
	Locale      string // de-DE
	Zone        string // IANA
	Guest       bool
	Bot         bool
	Deleted     bool
}

// AddUser lets somebody join.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Team == "" {
		u.Team = Team
	}
	s.users[u.ID] = u
}

// wire is a user as users.info tells it. An address is told with the scope users:read.email.
func (u User) wire() map[string]any {
	profile := map[string]any{"real_name": u.ID, "display_name": strings.ToLower(u.ID)}
	if u.Mail != "" {
		profile["email"] = u.Mail
	}
	return map[string]any{
		"id": u.ID, "team_id": u.Team, "name": strings.ToLower(u.ID), "deleted": u.Deleted, "is_bot": u.Bot,
		"is_restricted": u.Guest, "is_ultra_restricted": false, "is_stranger": u.Team != Team,
		"is_email_confirmed": !u.Unconfirmed, "locale": u.Locale, "tz": u.Zone, "profile": profile,
	}
}

// teamOf returns the team of a user; strangers are of none. The caller holds the lock.
func (s *Server) teamOf(user string) string {
	if u, ok := s.users[user]; ok {
		return u.Team
	}
	return Team
}
