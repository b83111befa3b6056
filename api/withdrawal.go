package api

import (
	"context"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"triage/triage"
)

// withdrawalRoutes take the forms by which Meta tells that somebody takes back what they
// allowed, beside the address of its deliveries, and show what became of it.
func (s *Server) withdrawalRoutes(app *fiber.App) {
	const path = "/webhooks/:platform/:endpoint"
	app.Post(path+"/deauthorize", func(c *fiber.Ctx) error { return s.withdraw(c, false) })
	app.Post(path+"/deletion", func(c *fiber.Ctx) error { return s.withdraw(c, true) })
	app.Get(path+"/deletion/:code", s.showWithdrawal)
}

// withdrawalForm is a deletion as Meta wants it answered.
type withdrawalForm struct {
	URL  string `json:"url"`
	Code string `json:"confirmation_code"`
}

func (s *Server) withdraw(c *fiber.Ctx, forget bool) error {
	if problem := refuseEncoding(c, []string{fiber.MIMEApplicationForm}); problem != nil {
		return problem
	}
	form, err := url.ParseQuery(string(c.BodyRaw()))
	if err != nil {
		return triage.Errorf(triage.Invalid, "The form cannot be read.")
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), webhookTimeout)
	defer cancel()
	platform, endpoint := triage.Platform(c.Params("platform")), triage.ID(c.Params("endpoint"))
	code, err := s.door.Withdraw(ctx, platform, endpoint, form, time.Now().UTC(), forget)
	if err != nil {
		return webhookError(c, err)
	}
	if !forget {
		return c.JSON(struct{}{})
	}
	return c.JSON(withdrawalForm{URL: s.public.JoinPath(c.Path(), code).String(), Code: code})
}

// withdrawalPage is what people see who follow the link that they got from Meta. It loads
// nothing and runs nothing.
var withdrawalPage = template.Must(template.New("withdrawal").Parse(`<!doctype html>
<html lang="de"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>Löschung Ihrer Daten / Deletion of your data</title>
<h1>Ihre Daten sind gelöscht</h1>
<p>Am {{.At.Format "02.01.2006, 15:04"}} Uhr (UTC) haben wir alles gelöscht, was wir unter Ihrer Kennung gespeichert hatten.
Es bleibt ein Prüfwert, an dem wir erkennen, dass nichts davon wieder gespeichert werden darf.</p>
<div lang="en"><h1>Your data is deleted</h1>
<p>On {{.At.Format "2 January 2006, 15:04"}} (UTC) we deleted all that we had stored under your id.
A checksum remains, by which we know that none of it may be stored again.</p></div>
<p>{{.Code}}</p>
</html>
`))

func (s *Server) showWithdrawal(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), webhookTimeout)
	defer cancel()
	if !s.handshakes.allow("deletion "+c.Params("endpoint"), time.Now()) {
		return problemError{status: fiber.StatusTooManyRequests, kind: "rate-limited", title: "Too many requests."}
	}
	found, err := s.store.Withdrawal(ctx, triage.ID(c.Params("endpoint")), c.Params("code"))
	if err != nil {
		return err
	}
	s.handshakes.forget("deletion " + c.Params("endpoint"))
	var page strings.Builder
	err = withdrawalPage.Execute(&page, struct {
		At   time.Time
		Code string
	}{found.DoneAt.UTC(), found.Code})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString(page.String())
}
