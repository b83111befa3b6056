package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

var client = &http.Client{Timeout: 5 * time.Second}

// ready reports whether the service accepts traffic.
func ready(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// openItems asks the service how much is open in each queue.
func openItems(ctx context.Context, address, token string) (map[string]int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/v1/queues", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /v1/queues answers %s", res.Status)
	}
	var answer struct {
		Queues []struct {
			Queue string `json:"queue"`
			Open  int    `json:"open"`
		} `json:"queues"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("GET /v1/queues: %w", err)
	}
	open := map[string]int{}
	for _, q := range answer.Queues {
		open[q.Queue] = q.Open
	}
	return open, nil
}

// block tells how to talk to the running service; its lines work as pasted.
func block(address, token, log string) string {
	return fmt.Sprintf(`
  Triage runs at %[1]s  (API: %[1]s/docs, log: %[3]s)
  token: %[2]s

  curl -s -H 'Authorization: Bearer %[2]s' '%[1]s/v1/queues'
  curl -s -H 'Authorization: Bearer %[2]s' '%[1]s/v1/queues/cm/items?limit=3'
  curl -s -X POST -H 'Authorization: Bearer %[2]s' '%[1]s/v1/queues/cm/claim'

  Ctrl-C ends it; the data stays for the next run.`, address, token, log)
}
