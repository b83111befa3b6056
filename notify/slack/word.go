package slack

import (
	"strings"
	"time"

	"triage/notify"
)

// byWord sorts Slack's error words. docs.slack.dev: errors of chat.postMessage,
// chat.update and chat.delete. A word that we do not know is tried again a few times.
func byWord(word string) *notify.Failure {
	switch word {
	case "ratelimited", "rate_limited":
		return &notify.Failure{Failing: notify.Throttled, Word: "ratelimited", RetryAfter: 30 * time.Second}
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
		"accesslimited", "ekm_access_denied", "org_resource_not_available":
		return &notify.Failure{Failing: notify.Away, Word: word}
	case "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "restricted_action_read_only_channel",
		"posting_to_general_channel_denied", "user_is_restricted", "messages_tab_disabled", "method_not_supported_for_channel_type",
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
		"no_permission", "not_allowed_token_type", "access_denied", "team_access_not_granted", "enterprise_is_restricted",
		"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments",
		"invalid_charset", "invalid_arg_name", "message_not_found", "cant_update_message", "edit_window_closed",
		"cant_delete_message", "compliance_exports_prevent_deletion", "is_inactive", "as_user_not_supported":
		return &notify.Failure{Failing: notify.Refused, Word: word}
	}
	if !looksLikeWord(word) {
		word = "unreadable_answer"
	}
	return &notify.Failure{Failing: notify.Puzzled, Word: word}
}

func looksLikeWord(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}
