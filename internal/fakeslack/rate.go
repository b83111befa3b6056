package fakeslack

import "time"

// perMinute are the tiers of the methods; docs.slack.dev/apis/web-api/rate-limits.
// chat.postMessage and chat.postEphemeral have their own rule: one a second for a channel.
var perMinute = map[string]int{
	"chat.update": 50, "chat.delete": 50, "users.info": 100, "views.open": 100, "auth.test": 600, "apps.connections.open": 1,
}

// postBurst is how far posts to one channel may run ahead of one a second.
const postBurst = 3

// limited returns how long a call has to wait, zero when it may pass. The caller holds
// the lock.
func (s *Server) limited(call Call) time.Duration {
	if !s.options.Rates {
		return 0
	}
	lane, each, burst := call.Method, time.Second, postBurst
	if n, ok := perMinute[call.Method]; ok {
		each, burst = time.Minute/time.Duration(n), n
	} else {
		lane += " " + call.Form.Get("channel")
	}
	// A bucket that drains one call each; free is when it is empty (generic cell rate algorithm).
	now := s.now()
	free := s.lanes[lane]
	if free.Before(now) {
		free = now
	}
	if wait := free.Sub(now) - time.Duration(burst-1)*each; wait > 0 {
		return wait
	}
	s.lanes[lane] = free.Add(each)
	return 0
}
