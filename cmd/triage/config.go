package main

import (
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"triage/access/oidc"
	"triage/api"
	"triage/secret"
)

// Config is everything that can be set, read once from the environment. A variable that
// is set to nothing counts as unset. .env.example tells what each is for.
type Config struct {
	DatabaseURL hidden `env:"DATABASE_URL"`

	OpenAIKey     hidden `env:"OPENAI_API_KEY"`
	OpenAIBaseURL string `env:"OPENAI_BASE_URL"`

	SlackToken         hidden `env:"SLACK_BOT_TOKEN"`
	SlackSigningSecret hidden `env:"SLACK_SIGNING_SECRET"`
	SlackAppToken      hidden `env:"SLACK_APP_TOKEN"`

	Listen     string     `env:"TRIAGE_LISTEN" envDefault:"127.0.0.1:8080"`
	PublicURL  string     `env:"TRIAGE_PUBLIC_URL"`
	DataDir    string     `env:"TRIAGE_DATA_DIR" envDefault:".data"`
	SecretKey  hidden     `env:"TRIAGE_SECRET_KEY"`
	Roles      []string   `env:"TRIAGE_ROLES" envDefault:"api,jobs"`
	DBConns    int        `env:"TRIAGE_DB_CONNS" envDefault:"20"`
	JobWorkers int        `env:"TRIAGE_JOB_WORKERS" envDefault:"32"`
	LogLevel   slog.Level `env:"TRIAGE_LOG_LEVEL" envDefault:"info"`

	Engine              string        `env:"TRIAGE_ENGINE" envDefault:"auto"`
	ChatModel           string        `env:"TRIAGE_CHAT_MODEL" envDefault:"gpt-4.1-mini"`
	EmbeddingModel      string        `env:"TRIAGE_EMBEDDING_MODEL" envDefault:"text-embedding-3-small"`
	EmbeddingDimensions int           `env:"TRIAGE_EMBEDDING_DIMENSIONS" envDefault:"512"`
	EmbeddingBaseURL    string        `env:"TRIAGE_EMBEDDING_BASE_URL"`
	EmbeddingKey        hidden        `env:"TRIAGE_EMBEDDING_API_KEY"`
	AzureAPIVersion     string        `env:"TRIAGE_AZURE_API_VERSION"`
	LLMTimeout          time.Duration `env:"TRIAGE_LLM_TIMEOUT" envDefault:"12s"`
	Calibration         string        `env:"TRIAGE_CALIBRATION"`
	PriceFile           string        `env:"TRIAGE_PRICES"`

	OIDCIssuer       string `env:"TRIAGE_OIDC_ISSUER"`
	OIDCClientID     string `env:"TRIAGE_OIDC_CLIENT_ID"`
	OIDCClientSecret hidden `env:"TRIAGE_OIDC_CLIENT_SECRET"`
	OIDCName         string `env:"TRIAGE_OIDC_NAME"`

	Keep map[string]string `env:"TRIAGE_KEEP" envKeyValSeparator:"="`

	SlackURL string `env:"TRIAGE_SLACK_URL" envDefault:"https://slack.com/api/"`
}

// The engines that TRIAGE_ENGINE may name.
const (
	EngineAuto    = "auto"
	EngineBuiltin = "builtin"
	EngineLLM     = "llm"
	EngineCascade = "cascade"
)

// The roles that a process may have.
const (
	RoleAPI  = "api"
	RoleJobs = "jobs"
)

// ReadConfig reads the configuration from environ ("NAME=value"). Its error names every
// mistake, one per line, and no value, since a value could be a secret in the wrong place.
func ReadConfig(environ []string) (Config, error) {
	set := map[string]string{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && value != "" {
			set[name] = value
		}
	}
	var c Config
	wrong := mistakes{}
	wrong.parsing(env.ParseWithOptions(&c, env.Options{Environment: set}))
	c.check(wrong)
	return c, wrong.err()
}

// check looks at the meaning of the values.
func (c Config) check(wrong mistakes) {
	_, _, err := net.SplitHostPort(c.Listen)
	wrong.when(err != nil, "TRIAGE_LISTEN", "must be host:port, such as 127.0.0.1:8080 or :8080")
	for name, address := range map[string]string{
		"OPENAI_BASE_URL": c.OpenAIBaseURL, "TRIAGE_EMBEDDING_BASE_URL": c.EmbeddingBaseURL, "TRIAGE_PUBLIC_URL": c.PublicURL, "TRIAGE_SLACK_URL": c.SlackURL,
		"TRIAGE_OIDC_ISSUER": c.OIDCIssuer,
	} {
		wrong.when(address != "" && !webAddress(address), name, "must be an http or https address without user and password")
	}
	if c.SecretKey != "" {
		_, err := secret.ParseKey(c.SecretKey.Reveal())
		wrong.when(err != nil, "TRIAGE_SECRET_KEY", fmt.Sprint(err))
	}
	for _, role := range c.Roles {
		wrong.when(role != RoleAPI && role != RoleJobs, "TRIAGE_ROLES", "takes api, jobs or both, separated by a comma")
	}
	wrong.when(c.OIDCIssuer != "" && c.OIDCClientID == "", "TRIAGE_OIDC_CLIENT_ID", "must be set, since TRIAGE_OIDC_ISSUER is")
	wrong.when(c.OIDCIssuer == "" && (c.OIDCClientID != "" || c.OIDCClientSecret != ""), "TRIAGE_OIDC_ISSUER", "must be set, since the client is")
	engines := []string{EngineAuto, EngineBuiltin, EngineLLM, EngineCascade}
	wrong.when(!slices.Contains(engines, c.Engine), "TRIAGE_ENGINE", "must be one of "+strings.Join(engines, ", "))
	needsModel := c.Engine == EngineLLM || c.Engine == EngineCascade
	wrong.when(needsModel && c.OpenAIKey == "" && c.OpenAIBaseURL == "", "TRIAGE_ENGINE",
		"names a language model: OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys, must be set")
	for name, kept := range c.Keep {
		_, err := parseKeeping(name, kept)
		wrong.when(err != nil, "TRIAGE_KEEP", fmt.Sprint(err))
	}
	wrong.when(c.DBConns < 1 || c.DBConns > 1000, "TRIAGE_DB_CONNS", "must be from 1 to 1000")
	wrong.when(c.JobWorkers < 1 || c.JobWorkers > 10_000, "TRIAGE_JOB_WORKERS", "must be from 1 to 10000")
	// 4,000 is what an HNSW index over halfvec takes (pgvector's README, "Indexing").
	wrong.when(c.EmbeddingDimensions < 0 || c.EmbeddingDimensions > 4000, "TRIAGE_EMBEDDING_DIMENSIONS", "must be from 0, which leaves it to the model, to 4000")
	wrong.when(c.AzureAPIVersion != "" && c.OpenAIBaseURL == "", "TRIAGE_AZURE_API_VERSION", "needs the address of the Azure resource in OPENAI_BASE_URL")
	wrong.when(c.LLMTimeout < time.Second || c.LLMTimeout > 15*time.Second, "TRIAGE_LLM_TIMEOUT", "must be from 1s to 15s")
}

func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// mistakes is what is wrong, by variable; of several with one the first is told.
type mistakes map[string]string

func (m mistakes) when(bad bool, name, want string) {
	if _, told := m[name]; bad && !told {
		m[name] = want
	}
}

// parsing takes up what the env package found. It names the variable instead of the field
// and leaves the value out.
func (m mistakes) parsing(err error) {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return // ParseWithOptions reports nothing else for a valid struct
	}
	for _, one := range all.Errors {
		var bad env.ParseError
		if errors.As(one, &bad) {
			field, _ := reflect.TypeFor[Config]().FieldByName(bad.Name)
			m.when(true, field.Tag.Get("env"), "must be "+wanted(field.Type))
		}
	}
}

func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	text := "the configuration has mistakes:"
	for _, name := range slices.Sorted(maps.Keys(m)) {
		text += "\n  " + name + " " + m[name]
	}
	return errors.New(text)
}

func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "a duration such as 12s"
	case reflect.TypeFor[slog.Level]():
		return "one of debug, info, warn, error"
	}
	return "a whole number"
}

// Judges returns the engine in force: what TRIAGE_ENGINE names, where auto is the cascade
// once a language model can be reached and the built-in engine otherwise.
func (c Config) Judges() string {
	switch {
	case c.Engine != EngineAuto:
		return c.Engine
	case c.OpenAIKey != "" || c.OpenAIBaseURL != "":
		return EngineCascade
	}
	return EngineBuiltin
}

// HasRole reports whether the process serves role.
func (c Config) HasRole(role string) bool { return slices.Contains(c.Roles, role) }

// Address returns where people and platforms reach the service, without a slash at the end.
func (c Config) Address() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host, port, _ := net.SplitHostPort(c.Listen) // checked when read
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (c Config) keyFile() string { return filepath.Join(c.DataDir, "secret.key") }

func (c Config) keyFileExists() bool {
	_, err := os.Stat(c.keyFile())
	return err == nil
}

// Box returns what seals secrets at rest: under TRIAGE_SECRET_KEY, or under the key kept in
// the data folder, which is made on the first call.
func (c Config) Box() (*secret.Box, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	return secret.New(key)
}

// CursorKey returns the key that lists sign their cursors with. It is derived from the
// secret key (HKDF, RFC 5869), so that replicas that share one understand each other.
func (c Config) CursorKey() ([]byte, error) { return c.derived("triage cursors") }

// Provider returns who else lets people in, nil when none is configured.
func (c Config) Provider() (*oidc.Provider, error) {
	if c.OIDCIssuer == "" {
		return nil, nil //nolint:nilnil // none is the usual case
	}
	key, err := c.derived("triage sign-in")
	if err != nil {
		return nil, err
	}
	return oidc.New(oidc.Options{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret.Reveal(),
		Name: cmp.Or(c.OIDCName, "Single sign-on"), Redirect: api.OIDCReturn(c.Address()), Key: key,
	})
}

func (c Config) derived(purpose string) ([]byte, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, key, nil, purpose, sha256.Size)
}

func (c Config) key() ([]byte, error) {
	if c.SecretKey == "" {
		return secret.LoadKey(filepath.Join(c.DataDir, "secret.key"))
	}
	return secret.ParseKey(c.SecretKey.Reveal())
}

// String lists every variable with its value in force, secrets masked, one per line.
func (c Config) String() string {
	var lines []string
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("env")
		lines = append(lines, fmt.Sprintf("%s=%v", name, v.Field(i).Interface()))
	}
	return strings.Join(lines, "\n")
}

// variables returns the name of every variable that is read.
func variables() []string {
	typ := reflect.TypeFor[Config]()
	names := make([]string, typ.NumField())
	for i := range names {
		names[i] = typ.Field(i).Tag.Get("env")
	}
	return names
}

// hidden is a value that prints as *** wherever it ends up.
type hidden string

// Reveal returns the value itself.
func (h hidden) Reveal() string { return string(h) }

// String returns *** for any value, and nothing for none.
func (h hidden) String() string {
	if h == "" {
		return ""
	}
	return "***"
}

// GoString keeps %#v from revealing the value.
func (h hidden) GoString() string { return h.String() }

// LogValue keeps logs from revealing the value.
func (h hidden) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalText keeps JSON from revealing the value.
func (h hidden) MarshalText() ([]byte, error) { return []byte(h.String()), nil }
