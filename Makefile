# Everything goes through internal/dev, a small Go program: `make` and Go are all that a
# machine needs to have. BIN is built first so that Ctrl-C reaches it and not `go run`.
.DEFAULT_GOAL := help
BIN := bin/dev
DEV := go build -o $(BIN) ./internal/dev && exec $(BIN)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## prepare what is missing, start everything with sample comments, stay until Ctrl-C
	@$(DEV) run

.PHONY: test
test: ## prepare what is missing and run every check that CI runs
	@$(DEV) check

.PHONY: lint
lint: ## only the checks that read the code
	@$(DEV) check gofmt vet lint

.PHONY: bench
bench: prepare ## measure ingest and judging beside pgbench, print the table (KEEP=1 keeps it)
	@go run ./internal/bench $(if $(KEEP),--write docs/performance.md)

.PHONY: bench-queues
bench-queues: prepare ## measure lists, counts, claims and search over ten million engagements (DATA=folder keeps them, KEEP=1 the table)
	@go run ./internal/bench queues $(if $(DATA),--data $(DATA)) $(if $(KEEP),--write docs/queues-performance.md) $(ARGS)

.PHONY: bench-console
bench-console: ## measure how fast the console answers with 10,000 items, and how soon news shows
	@$(DEV) bench-console

.PHONY: bench-llm
bench-llm: prepare ## measure a slow, a dead and an overspent language model; about 35 minutes (KEEP=1 keeps the table)
	@go run ./internal/bench llm $(if $(KEEP),--write docs/llm-performance.md) $(ARGS)

.PHONY: stress
stress: prepare ## let 50 people who vanish work at random for a minute, and check whose hand each item was in
	@TRIAGE_STRESS=$(or $(FOR),1m) go test ./queue -run Crowd -count=1 -v

.PHONY: faults
faults: prepare ## kill the service and PostgreSQL under load and count what is lost
	@go run ./internal/faults

.PHONY: eval
eval: build ## print the figures of the built-in engine on the labelled comments
	@exec bin/triage eval $(ARGS)

.PHONY: eval-cascade
eval-cascade: ## measure how much the cascade may leave unasked, with TRIAGE_CORPUS or DATA=folder (KEEP=1 keeps table, curve and the best threshold)
	@go run ./internal/bench cascade $(if $(DATA),--data $(DATA)) $(if $(KEEP),--write docs/evaluation/cascade.md) $(ARGS)

.PHONY: db
db: ## prepare and start the private database, print its URL
	@$(DEV) db

.PHONY: prepare
prepare: ## install PostgreSQL, pgvector, Node.js and a browser if they are missing
	@$(DEV) prepare

.PHONY: build
build: ## build bin/triage with its console, and bin/dev
	@go build -o $(BIN) ./internal/dev && $(BIN) console
	@go build -trimpath -o bin/triage ./cmd/triage

.PHONY: console
console: ## check, test and build the console, then let its stories happen in a browser
	@$(DEV) check console browser

.PHONY: screenshots
screenshots: ## make the pictures in docs/console anew, from the sample brand
	@$(DEV) screenshots

.PHONY: types
types: ## generate the console's types from the contract, for editors
	@$(DEV) types

.PHONY: stop
stop: ## end what runs in the background; the data stays
	@$(DEV) stop

.PHONY: clean
clean: ## end it and delete data and binaries
	@$(DEV) clean
