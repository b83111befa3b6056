package main

import (
	"context"
	"fmt"

	"triage/embeddings"
	"triage/llm"
)

// checkAbilities asks the models one short question each, about nobody's words, and tells what
// they understand. It costs a few hundred tokens.
func checkAbilities(ctx context.Context, config Config) []finding {
	const check = "model abilities"
	if config.Judges() == EngineBuiltin {
		return nil
	}
	client, err := config.ModelClient()
	if err != nil {
		return []finding{failed(check, short(err), "check OPENAI_BASE_URL")}
	}
	var findings []finding
	a, err := client.ProbeChat(ctx)
	switch {
	case err != nil:
		findings = append(findings, failed(check, config.ChatModel+": "+short(err), modelAdvice(err, "TRIAGE_CHAT_MODEL")))
	case !a.Kept:
		findings = append(findings, warning(check, a.Model+" keeps no form, not even when it is told in words",
			"answers will be asked for twice and often fail; choose a larger model or one that is made for instructions"))
	default:
		findings = append(findings, ok(check, chatAbility(a)))
	}
	if config.EmbedsBuiltin() {
		return append(findings, skipped("embeddings", "the built-in engine reads meanings"))
	}
	return append(findings, probeEmbedding(ctx, config, client))
}

func chatAbility(a llm.ChatAbility) string {
	form := map[string]string{
		"json_schema": "strict schema", "json_object": "JSON mode, without a schema", "text": "plain text, repaired by asking again",
	}[a.Format]
	text := fmt.Sprintf("%s: %s, %s", a.Model, form, a.TokenField)
	if !a.Temperature {
		text += ", no temperature"
	}
	if a.NoStore {
		text += ", told to keep nothing"
	}
	return text + fmt.Sprintf("; %d ms", a.Latency.Milliseconds())
}

func probeEmbedding(ctx context.Context, config Config, chat *llm.Client) finding {
	const check = "embeddings"
	client, err := config.EmbeddingClient(chat)
	if err != nil {
		return failed(check, short(err), "check TRIAGE_EMBEDDING_BASE_URL")
	}
	a, err := client.ProbeEmbedding(ctx)
	if err != nil {
		return failed(check, config.EmbeddingModel+": "+short(err), modelAdvice(err, "TRIAGE_EMBEDDING_MODEL")+
			"; TRIAGE_EMBEDDING_MODEL=builtin does without")
	}
	found := fmt.Sprintf("%s: %d numbers; %d ms", a.Model, a.Dimensions, a.Latency.Milliseconds())
	if a.Asked > 0 && !a.Cut {
		return warning(check, found+fmt.Sprintf(", though %d were asked for", a.Asked), "set TRIAGE_EMBEDDING_DIMENSIONS=0 to say that this is meant")
	}
	return ok(check, found)
}

func modelAdvice(err error, variable string) string {
	switch llm.OutcomeOf(err) {
	case llm.Refused:
		return "check key, quota and " + variable
	case llm.Wait:
		return "it asks to wait: look at its limits"
	case llm.Invalid:
		return "check " + variable + "; docs/models.md has a line for each kind of server"
	case llm.Retry, llm.Declined, llm.Unusable:
	}
	return "look at that server's log"
}

// checkSpaces tells which model's vectors searches use, and how far another one is.
func checkSpaces(ctx context.Context, config Config) []finding {
	const check = "meanings"
	store, err := openStore(ctx, config, 1)
	if err != nil {
		return []finding{skipped(check, "no database to look at")}
	}
	defer store.Close()
	spaces, err := store.Spaces(ctx)
	if err != nil {
		return []finding{skipped(check, "no database to look at")}
	}
	var found []finding
	for _, s := range spaces {
		switch s.State {
		case "in force":
			found = append(found, ok(check, fmt.Sprintf("searches use %s, %d numbers", s.Model, s.Dimensions)))
		case "filling":
			model, _ := embeddings.ParseSpace(s.Model)
			found = append(found, finding{check, stateOK, fmt.Sprintf("%s is being filled: %d of %d engagements read since %s; searches use the one above until then",
				model, s.Done, s.Total, s.StartedAt.UTC().Format("2006-01-02 15:04")), ""})
		}
	}
	if len(found) == 0 {
		return []finding{skipped(check, "no model yet; the first start of the jobs role chooses one")}
	}
	return found
}
