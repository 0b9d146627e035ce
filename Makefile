# One line per target; `make help` lists them.
ONCE_ROUNDS ?= 1000
CRASH_ROUNDS ?= 200
SIZE ?= 100000
BENCH_OUT ?= bin/bench.txt
STORM ?= 1000000
FUZZTIME ?= 3s
FUZZTIME_LONG ?= 5m

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: check
check: ## everything CI runs: format, vet, staticcheck, build, race tests on both engines, short fuzzing
	@FUZZTIME=$(FUZZTIME) scripts/check

.PHONY: test
test: ## race tests of all packages on both engines
	scripts/with-postgres scripts/race-tests ./...

.PHONY: build
build: ## the binary, in bin/, without what only debuggers read: names in stack traces and profiles stay
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/doorward ./cmd/doorward

.PHONY: format
format: ## gofumpt all Go files
	go tool -modfile=tools/go.mod gofumpt -w .

.PHONY: race-redeem
race-redeem: ## the slow proof that a login token is redeemed once (ONCE_ROUNDS)
	DOORWARD_ONCE_ROUNDS=$(ONCE_ROUNDS) scripts/with-postgres go test ./internal/sqlstore/ -run Once -count=1 -timeout 60m

.PHONY: crash
crash: ## the slow proof that kill -9 loses, doubles and revives nothing (CRASH_ROUNDS)
	DOORWARD_CRASH_ROUNDS=$(CRASH_ROUNDS) scripts/with-postgres go test ./internal/crashproof/ -count=1 -v -timeout 120m

.PHONY: prove
prove: ## the slow proof that every promise has tests that fail when a line that guards it is taken out; GUARDS=expression for some
	DOORWARD_PROVE='$(or $(GUARDS),.)' scripts/with-postgres go test ./internal/promises -count=1 -v -timeout 120m

.PHONY: promises
promises: ## write docs/promises.md again
	DOORWARD_UPDATE=1 go test ./internal/promises -run Document -count=1

.PHONY: size
size: ## measure apply and export of SIZE people, and log-ins meanwhile, on both engines
	DOORWARD_SIZE=$(SIZE) scripts/with-postgres go test ./cmd/doorward -run LargeDirectory -count=1 -v -timeout 60m

.PHONY: bench
bench: ## measure the standard set under load on both engines, in half an hour, into BENCH_OUT; docs/performance.md
	scripts/bench/run $(BENCH_OUT)

.PHONY: storm
storm: ## measure the store before, at the peak of and after STORM expired login tokens, on both engines
	DOORWARD_STORM=$(STORM) scripts/with-postgres go test ./internal/sqlstore -run Storm -count=1 -v -timeout 60m

.PHONY: lint-openapi
lint-openapi: ## lint every openapi.yaml by public rules and write the report again
	scripts/lint-openapi docs/openapi-lint.md

.PHONY: schema
schema: ## write the schema dump of each engine again
	DOORWARD_UPDATE=1 scripts/with-postgres go test ./internal/sqlstore -run Schema -count=1

.PHONY: routes
routes: ## write the list of all routes again
	DOORWARD_UPDATE=1 scripts/with-postgres go test ./internal/server -run Routes -count=1

.PHONY: fuzz-long
fuzz-long: ## fuzz every target for FUZZTIME_LONG
	scripts/with-postgres scripts/fuzz $(FUZZTIME_LONG)
