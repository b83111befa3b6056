package main

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestEnvExampleAndConfigAreTheSame(t *testing.T) {
	file, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	shown, previous := map[string]string{}, ""
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			shown[name] = value
			if !strings.HasPrefix(previous, "#") {
				t.Errorf("%s has no comment above it", name)
			}
		}
		previous = line
	}
	typ := reflect.TypeFor[Config]()
	for i := range typ.NumField() {
		tag := typ.Field(i).Tag
		value, ok := shown[tag.Get("env")]
		if !ok {
			t.Errorf("%s is read but not in .env.example", tag.Get("env"))
		}
		if value != tag.Get("envDefault") {
			t.Errorf("%s is %q in .env.example and %q in the code", tag.Get("env"), value, tag.Get("envDefault"))
		}
		delete(shown, tag.Get("env"))
	}
	for name := range shown {
		t.Errorf("%s is in .env.example but not read", name)
	}
	if _, err := ReadConfig(strings.Split(string(file), "\n")); err != nil {
		t.Errorf(".env.example as it stands is refused: %v", err)
	}
}

func TestConfigReportsEveryMistakeTogether(t *testing.T) {
	_, err := ReadConfig([]string{
		"TRIAGE_LISTEN=nonsense-listen", "TRIAGE_DB_CONNS=many-conns", "TRIAGE_JOB_WORKERS=0", "TRIAGE_SECRET_KEY=topsecretkey",
		"TRIAGE_ENGINE=magic-engine", "TRIAGE_ROLES=api,dance", "TRIAGE_LLM_TIMEOUT=5m", "TRIAGE_LOG_LEVEL=loudest",
		"TRIAGE_EMBEDDING_DIMENSIONS=9000", "TRIAGE_PUBLIC_URL=ftp://user:pass@host",
		"OPENAI_BASE_URL=localhost:11434", "TRIAGE_SLACK_URL=javascript:alert(1)",
	})
	if err == nil {
		t.Fatal("nothing was reported")
	}
	for _, name := range []string{
		"TRIAGE_LISTEN", "TRIAGE_DB_CONNS", "TRIAGE_JOB_WORKERS", "TRIAGE_SECRET_KEY", "TRIAGE_ENGINE", "TRIAGE_ROLES",
		"TRIAGE_LLM_TIMEOUT", "TRIAGE_LOG_LEVEL", "TRIAGE_EMBEDDING_DIMENSIONS", "TRIAGE_PUBLIC_URL",
		"OPENAI_BASE_URL", "TRIAGE_SLACK_URL",
	} {
		if strings.Count(err.Error(), name) != 1 {
			t.Errorf("%s is not named once in:\n%v", name, err)
		}
	}
	for _, value := range []string{"nonsense-listen", "many-conns", "topsecretkey", "magic-engine", "loudest", "user:pass"} {
		if strings.Contains(err.Error(), value) {
			t.Errorf("the report repeats the value %q", value)
		}
	}
}

func TestConfigNeverPrintsSecrets(t *testing.T) {
	key := "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	c, err := ReadConfig([]string{
		"DATABASE_URL=postgres://u:dbpassword@h/d", "OPENAI_API_KEY=sk-openai", "SLACK_BOT_TOKEN=xoxb-slack",
		"SLACK_SIGNING_SECRET=signing", "TRIAGE_SECRET_KEY=" + key, "TRIAGE_CHAT_MODEL=my-model",
	})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "config", c, "key", c.SecretKey)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "key", c.SecretKey)
	all := fmt.Sprint(c) + fmt.Sprintf("%v %+v %#v", c, c, c) + log.String()
	for _, value := range []string{"dbpassword", "sk-openai", "xoxb-slack", "signing", key} {
		if strings.Contains(all, value) {
			t.Errorf("%q is printed", value)
		}
	}
	if !strings.Contains(c.String(), "OPENAI_API_KEY=***") || !strings.Contains(c.String(), "TRIAGE_CHAT_MODEL=my-model") {
		t.Errorf("the configuration is not told:\n%s", c)
	}
}

func TestWhoJudges(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"without a key the built-in engine does":      {nil, EngineBuiltin},
		"an empty key is no key":                      {[]string{"OPENAI_API_KEY="}, EngineBuiltin},
		"a key brings the cascade":                    {[]string{"OPENAI_API_KEY=k"}, EngineCascade},
		"a server without keys brings the cascade":    {[]string{"OPENAI_BASE_URL=http://127.0.0.1:1/v1"}, EngineCascade},
		"what is named stands, whatever else is set":  {[]string{"OPENAI_API_KEY=k", "TRIAGE_ENGINE=builtin"}, EngineBuiltin},
		"the language model alone can be asked for":   {[]string{"OPENAI_API_KEY=k", "TRIAGE_ENGINE=llm"}, EngineLLM},
		"a language model without key or URL is none": {[]string{"TRIAGE_ENGINE=llm"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := ReadConfig(c.env)
			if (err != nil) != (c.want == "") {
				t.Fatalf("error: %v", err)
			}
			if err == nil && config.Judges() != c.want {
				t.Fatalf("got %s, want %s", config.Judges(), c.want)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"is made from where it listens":               {nil, "http://127.0.0.1:8080"},
		"is the loopback when it listens everywhere":  {[]string{"TRIAGE_LISTEN=:9000"}, "http://127.0.0.1:9000"},
		"is the loopback for the unspecified address": {[]string{"TRIAGE_LISTEN=[::]:9000"}, "http://127.0.0.1:9000"},
		"is what people use where that is known":      {[]string{"TRIAGE_PUBLIC_URL=https://t.example/"}, "https://t.example"},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := ReadConfig(c.env)
			if err != nil || config.Address() != c.want {
				t.Fatalf("got %s, %v", config.Address(), err)
			}
		})
	}
}
