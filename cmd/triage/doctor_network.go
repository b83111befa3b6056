package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// checkModel asks the language model's endpoint for its models, which costs nothing.
func checkModel(ctx context.Context, config Config) []finding {
	const check = "language model"
	if config.Judges() == EngineBuiltin {
		return []finding{skipped(check, "the built-in engine judges")}
	}
	if config.AzureAPIVersion != "" {
		return []finding{skipped(check, "Azure lists its deployments elsewhere")}
	}
	base := strings.TrimRight(cmp.Or(config.OpenAIBaseURL, "https://api.openai.com/v1"), "/")
	status, body, err := ask(ctx, http.MethodGet, base+"/models", config.OpenAIKey)
	switch {
	case err != nil:
		return []finding{failed(check, base+": "+short(err), "check OPENAI_BASE_URL and the way to it; meanwhile the built-in engine judges")}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return []finding{failed(check, base+" refuses the key", "check OPENAI_API_KEY")}
	case status == http.StatusNotFound:
		return []finding{warning(check, base+" answers, but has no list of models", "check that OPENAI_BASE_URL ends with the version, such as /v1")}
	case status != http.StatusOK:
		return []finding{failed(check, fmt.Sprintf("%s answers %d", base, status), "look at that server's state")}
	}
	return []finding{modelsFinding(base, body, config)}
}

func modelsFinding(base string, body []byte, config Config) finding {
	const check = "language model"
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &list) != nil || len(list.Data) == 0 {
		return warning(check, base+" answers, but not with a list of models", "check that OPENAI_BASE_URL ends with the version, such as /v1")
	}
	has := map[string]bool{}
	for _, m := range list.Data {
		has[m.ID], has[strings.TrimSuffix(m.ID, ":latest")] = true, true // Ollama names tags
	}
	for _, m := range []struct{ name, variable string }{
		{config.ChatModel, "TRIAGE_CHAT_MODEL"}, {config.EmbeddingModel, "TRIAGE_EMBEDDING_MODEL"},
	} {
		elsewhere := m.name == config.EmbeddingModel && (config.EmbedsBuiltin() || config.EmbeddingBaseURL != "")
		if !has[m.name] && !elsewhere {
			return warning(check, base+" does not list "+m.name, "check "+m.variable)
		}
	}
	return ok(check, base+" offers "+config.ChatModel+" and "+config.EmbeddingModel)
}

// checkSlack asks Slack who the token belongs to (Slack Web API, auth.test).
func checkSlack(ctx context.Context, config Config) []finding {
	const check = "Slack"
	if config.SlackToken == "" {
		return []finding{skipped(check, "SLACK_BOT_TOKEN is not set: nothing is told there")}
	}
	address := strings.TrimRight(config.SlackURL, "/") + "/auth.test"
	status, body, err := ask(ctx, http.MethodPost, address, config.SlackToken)
	if err != nil {
		return []finding{failed(check, short(err), "check TRIAGE_SLACK_URL and the way to it; notices wait meanwhile")}
	}
	var answer struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
		Team  string `json:"team"`
		User  string `json:"user"`
	}
	switch {
	case json.Unmarshal(body, &answer) != nil || status != http.StatusOK:
		return []finding{failed(check, fmt.Sprintf("answers %d", status), "check TRIAGE_SLACK_URL")}
	case !answer.OK:
		return []finding{failed(check, "refuses the token: "+answer.Error, "check SLACK_BOT_TOKEN and that the app is installed")}
	}
	found := answer.User + " in " + answer.Team
	if config.SlackSigningSecret == "" {
		return []finding{warning(check, found, "buttons need SLACK_SIGNING_SECRET too")}
	}
	return []finding{ok(check, found)}
}

// ask makes one request with a bearer token and returns the status and at most 1 MiB of
// the body. It follows no redirect, so that the token goes nowhere else.
func ask(ctx context.Context, method, address string, token hidden) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }() // all that matters has been read
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, body, err
}
