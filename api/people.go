package api

import (
	"context"
	"net/http"
	"time"

	"triage/access"
	"triage/postgres"
	"triage/triage"
)

func (s *Server) peopleRoutes() {
	register(s, route{
		method: http.MethodGet, path: "/v1/people", id: "list-people", needs: mayRead, summary: "Who works for the brand",
	}, s.listPeople)
	register(s, route{
		method: http.MethodPatch, path: "/v1/people/{id}", id: "change-person", needs: mayRead,
		summary: "Change somebody's role, or a name", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.changePerson)
	register(s, route{
		method: http.MethodDelete, path: "/v1/people/{id}", id: "remove-person", needs: mayRead,
		summary: "End a membership: what the person holds goes back, their tokens end", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.removePerson)
	register(s, route{
		method: http.MethodDelete, path: "/v1/people/{id}/corrections", id: "withdraw-corrections", needs: mayLead,
		summary: "Take back everything that somebody has corrected, and what it taught", fails: []int{http.StatusNotFound},
	}, s.withdrawCorrections)
	register(s, route{
		method: http.MethodGet, path: "/v1/invitations", id: "list-invitations", needs: mayLead,
		summary: "Invitations of the last 30 days",
	}, s.listInvitations)
	register(s, route{
		method: http.MethodPost, path: "/v1/invitations", id: "invite", needs: mayLead,
		summary: "Invite somebody; the token for the link is shown this once",
	}, s.invite)
	register(s, route{
		method: http.MethodDelete, path: "/v1/invitations/{id}", id: "revoke-invitation", needs: mayLead,
		summary: "End an invitation", fails: []int{http.StatusNotFound, http.StatusConflict},
	}, s.revokeInvitation)
	enter(s, route{
		method: http.MethodPost, path: "/v1/invitations/accept", id: "accept-invitation", needs: mayEnter,
		summary: "Accept an invitation and sign in", fails: []int{http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests},
	}, s.acceptInvitation)
}

// MemberBody is somebody who works for the brand, on the wire.
type MemberBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Mail string `json:"mail,omitempty" doc:"For leads and administrators, and one's own"`
	Role string `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer"`
	Self bool   `json:"self" doc:"It is the caller"`
}

func memberBody(who postgres.Caller, m postgres.MemberRow) MemberBody {
	b := MemberBody{ID: string(m.ID), Name: m.Name, Role: string(m.Role), Self: m.ID == who.PersonID}
	if b.Self || mayLead.allows(who.Role) {
		b.Mail = m.Email
	}
	return b
}

type peopleOutput struct {
	Body struct {
		People []MemberBody `json:"people" nullable:"false"`
	}
}

func (s *Server) listPeople(ctx context.Context, who postgres.Caller, _ *struct{}) (*peopleOutput, error) {
	members, err := s.store.Members(ctx, who.BrandID)
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	out.Body.People = []MemberBody{}
	for _, m := range members {
		out.Body.People = append(out.Body.People, memberBody(who, m))
	}
	return out, nil
}

type onPerson struct {
	ID string `path:"id" doc:"Id of a person"`
}

type changePersonInput struct {
	ID   string `path:"id" doc:"Id of a person"`
	Body struct {
		Role *string `json:"role,omitempty" enum:"smm,cm,hybrid,lead,admin,viewer" doc:"Not above the caller's own"`
		Name *string `json:"name,omitempty" minLength:"1" maxLength:"200" doc:"People with an account name themselves"`
	}
}

type personOutput struct{ Body MemberBody }

func (s *Server) changePerson(ctx context.Context, who postgres.Caller, in *changePersonInput) (*personOutput, error) {
	change := access.MemberChange{Name: in.Body.Name}
	if in.Body.Role != nil {
		role := triage.Role(*in.Body.Role)
		change.Role = &role
	}
	after, err := s.gate.ChangeMember(ctx, who, triage.ID(in.ID), change)
	if err != nil {
		return nil, err
	}
	return &personOutput{memberBody(who, after)}, nil
}

func (s *Server) removePerson(ctx context.Context, who postgres.Caller, in *onPerson) (*struct{}, error) {
	return nil, s.gate.RemoveMember(ctx, who, triage.ID(in.ID))
}

type withdrawInput struct {
	ID    string    `path:"id" doc:"Id of a person"`
	Since time.Time `query:"since" doc:"Only what was corrected from then on; default: all"`
}

type withdrawnOutput struct {
	Body struct {
		Placed []string `json:"placed" nullable:"false" doc:"Items that stand again as the engine and other people say"`
		Kept   []string `json:"kept" nullable:"false" doc:"Items that somebody has in hand, handed over or finished: only what they taught is gone"`
	}
}

func (s *Server) withdrawCorrections(ctx context.Context, who postgres.Caller, in *withdrawInput) (*withdrawnOutput, error) {
	found, err := s.desk.Withdraw(ctx, who, triage.ID(in.ID), in.Since)
	if err != nil {
		return nil, err
	}
	out := &withdrawnOutput{}
	out.Body.Placed, out.Body.Kept = texts(found.Placed), texts(found.Kept)
	return out, nil
}

// InvitationBody is an invitation, on the wire.
type InvitationBody struct {
	ID        string    `json:"id"`
	Mail      string    `json:"mail"`
	Role      string    `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer"`
	State     string    `json:"state" enum:"open,accepted,revoked,expired"`
	InvitedBy *string   `json:"invited_by" doc:"Person; null: from the command line"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func invitationBody(i postgres.Invitation, now time.Time) InvitationBody {
	b := InvitationBody{
		ID: string(i.ID), Mail: i.Mail, Role: string(i.Role), State: "open", CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt,
	}
	if i.InvitedBy != "" {
		by := string(i.InvitedBy)
		b.InvitedBy = &by
	}
	switch {
	case !i.AcceptedAt.IsZero():
		b.State = "accepted"
	case !i.RevokedAt.IsZero():
		b.State = "revoked"
	case !i.Open(now):
		b.State = "expired"
	}
	return b
}

// invitationsShown is how far back invitations are listed.
const invitationsShown = 30 * 24 * time.Hour

type invitationsOutput struct {
	Body struct {
		Invitations []InvitationBody `json:"invitations" nullable:"false"`
	}
}

func (s *Server) listInvitations(ctx context.Context, who postgres.Caller, _ *struct{}) (*invitationsOutput, error) {
	now := time.Now()
	found, err := s.store.Invitations(ctx, who.BrandID, now.Add(-invitationsShown))
	if err != nil {
		return nil, err
	}
	out := &invitationsOutput{}
	out.Body.Invitations = []InvitationBody{}
	for _, i := range found {
		out.Body.Invitations = append(out.Body.Invitations, invitationBody(i, now))
	}
	return out, nil
}

type inviteInput struct {
	Body struct {
		Mail string `json:"mail" minLength:"3" maxLength:"254"`
		Role string `json:"role" enum:"smm,cm,hybrid,lead,admin,viewer" doc:"Not above the caller's own"`
	}
}

type invitedOutput struct {
	Status int
	Body   struct {
		InvitationBody
		Token string `json:"token" doc:"For the link that the invited person gets; shown this once"`
	}
}

func (s *Server) invite(ctx context.Context, who postgres.Caller, in *inviteInput) (*invitedOutput, error) {
	made, token, err := s.gate.Invite(ctx, who, in.Body.Mail, triage.Role(in.Body.Role))
	if err != nil {
		return nil, err
	}
	out := &invitedOutput{Status: http.StatusCreated}
	out.Body.InvitationBody, out.Body.Token = invitationBody(made, made.CreatedAt), token
	return out, nil
}

type onInvitation struct {
	ID string `path:"id" doc:"Id of an invitation"`
}

func (s *Server) revokeInvitation(ctx context.Context, who postgres.Caller, in *onInvitation) (*struct{}, error) {
	return nil, s.gate.RevokeInvitation(ctx, who, triage.ID(in.ID))
}

type acceptInput struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"200"`
		Name     string `json:"name,omitempty" maxLength:"200" doc:"Of somebody new"`
		Password string `json:"password,omitempty" maxLength:"512" doc:"The one to be; or that of the account that the address has already, unless it is signed in"`
	}
}

func (s *Server) acceptInvitation(ctx context.Context, v visit, in *acceptInput) (*enteredOutput, error) {
	if err := s.private(); err != nil {
		return nil, err
	}
	a := access.Acceptance{Link: in.Body.Token, Name: in.Body.Name, Password: in.Body.Password}
	if v.origin == ours { // another site's page does not speak for whoever is signed in
		a.Session = v.cookie
	}
	entered, err := s.gate.Accept(ctx, v.visitor, a)
	if err != nil {
		return nil, err
	}
	return s.entered(ctx, entered)
}
