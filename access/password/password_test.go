package password_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"triage/access/password"
	"triage/triage"
)

// quick is a cost for tests of everything but the cost.
var quick = password.Cost{Memory: 64, Passes: 1, Lanes: 1}

func TestAPasswordOpensOnlyWhatItClosed(t *testing.T) {
	h := password.NewHasher(password.Standard)
	kept, err := h.Hash(t.Context(), "früh am Fluss entlang")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(kept, "Fluss") {
		t.Errorf("kept as %q", kept)
	}
	for typed, want := range map[string]bool{
		"früh am Fluss entlang":       true,
		"fru\u0308h am Fluss entlang": true, // the same, composed otherwise by another keyboard
		"Früh am Fluss entlang":       false,
		"früh am Fluss entlang ":      false,
		"":                            false,
	} {
		if got, err := h.Check(t.Context(), kept, typed); got != want || err != nil {
			t.Errorf("%q opens: %v %v", typed, got, err)
		}
	}
	again, err := h.Hash(t.Context(), "früh am Fluss entlang")
	if err != nil || again == kept {
		t.Errorf("the same password is kept the same way twice: %v", err)
	}
	if h.Outdated(kept) || !password.NewHasher(quick).Outdated(kept) {
		t.Error("a change of cost is not noticed")
	}
}

// TestTheReferenceHashIsUnderstood checks a hash that the reference implementation's command
// line made: argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32, password "password" (its README).
func TestTheReferenceHashIsUnderstood(t *testing.T) {
	const kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := password.NewHasher(quick)
	if ok, err := h.Check(t.Context(), kept, "password"); !ok || err != nil {
		t.Errorf("not opened: %v", err)
	}
	if ok, _ := h.Check(t.Context(), kept, "passwore"); ok {
		t.Error("opened by another")
	}
}

func TestWhoIsUnknownTakesAsLongAsWhoIsKnown(t *testing.T) {
	h := password.NewHasher(password.Standard)
	kept, err := h.Hash(t.Context(), "früh am Fluss entlang")
	if err != nil {
		t.Fatal(err)
	}
	took := func(kept string) time.Duration {
		start := time.Now()
		if ok, err := h.Check(t.Context(), kept, "not the password"); ok || err != nil {
			t.Fatalf("opened: %v %v", ok, err)
		}
		return time.Since(start)
	}
	known, unknown := time.Hour, time.Hour
	for n := range 60 { // the machine may be busy: the fastest of each, until they agree
		known, unknown = min(known, took(kept)), min(unknown, took(""))
		if ratio := float64(known) / float64(unknown); n > 2 && ratio > 0.85 && ratio < 1.18 {
			return
		}
	}
	t.Errorf("known %v, unknown %v", known, unknown)
}

func TestADamagedHashOpensForNobodyAndCostsNothing(t *testing.T) {
	h := password.NewHasher(quick)
	for _, kept := range []string{
		"plain", "$2a$10$abc", "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=4000000000,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		if ok, err := h.Check(t.Context(), kept, "password"); ok || err == nil {
			t.Errorf("%q opens", kept)
		}
	}
}

func TestWhoeverWaitsTooLongIsToldToTryAgain(t *testing.T) {
	h := password.NewHasher(password.Standard)
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for range 8 { // more than fit at the same time
		waiting.Go(func() { _, _ = h.Check(context.WithoutCancel(t.Context()), "", "x") })
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	for range 100 { // a slot may be free by chance, and is then taken
		if _, err := h.Check(ctx, "", "x"); triage.KindOf(err) == triage.Unavailable {
			return
		}
	}
	t.Error("nobody was told")
}

func TestEasyPasswordsAreRefused(t *testing.T) {
	names := []string{"mara.lindqvist@example.com", "Mara Lindqvist"}
	for word, ok := range map[string]bool{
		"früh am Fluss entlang": true, "Tr0ub4dor&3 und Kaffee": true, "vierzehn Störche im Juni": true, "7 kg Mehl, 2 Eier": true,
		"gT5$kq9!Lw2z": true, "зелёный чайник на окне": true, "夏の海で泳いだ三日間の記憶": true, "🐟🚲🌧️🎺🧦🪁🌵🦔🧭🪴🛶🫖": true,
		"elf zeichen": false, strings.Repeat("lang und ", 15): false,
		"passwordpassword": false, "Passwort123456": false, "p4ssw0rd!!!!": false, "MeinPasswort2026!": false, "aaaaaaaaaaaaaa": false,
		"123456789012": false, "abcdefghijklmn": false, "qwertzuiopü1": false, "abcabcabcabc": false, "Sommer2026!!!!": false,
		"hallohallohallo": false, "Willkommen2025": false, "correcthorsebatterystaple": false, "098765432109": false,
		"maralindqvist1": false, "Lindqvist.Mara!": false, "mara.lindqvist@": false, "M4r4L1ndqv1st": false,
		"zero\x00byte in it": false, "bad \xff utf-8 in it": false,
	} {
		err := password.Acceptable(word, names...)
		if (err == nil) != ok {
			t.Errorf("%q: %v", word, err)
		}
		if err != nil && triage.KindOf(err) != triage.Invalid {
			t.Errorf("%q: of kind %s", word, triage.KindOf(err))
		}
	}
}
