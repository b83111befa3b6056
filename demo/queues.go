package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"triage/postgres"
)

// Queue is how a queue stands, as the API tells it.
type Queue struct {
	Queue      string         `json:"queue"`
	Open       int            `json:"open"`
	Unsure     int            `json:"unsure"`
	ByPriority map[string]int `json:"by_priority"`
}

// AwaitPlaced waits until every live comment of the brand stands in a queue, or ctx ends.
func AwaitPlaced(ctx context.Context, store *postgres.Store, p Place) error {
	for {
		left, err := store.UnplacedOf(ctx, p.BrandID)
		if err == nil && left == 0 {
			return nil
		}
		if waited := wait(ctx, time.Now(), 200*time.Millisecond); waited != nil {
			return fmt.Errorf("%d comments are not placed: %w", left, waited)
		}
	}
}

// Queues asks the service how both queues of the brand stand.
func Queues(ctx context.Context, client *http.Client, base string, p Place) ([]Queue, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/queues", nil)
	if err != nil {
		return nil, fmt.Errorf("queues: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("queues: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it has been read as far as it is used
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("queues: %s", response.Status)
	}
	var answer struct {
		Queues []Queue `json:"queues"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("queues: %w", err)
	}
	return answer.Queues, nil
}
