# Every target is a few plain commands: read them here and run them without make if you like.
export CGO_ENABLED = 0
BIN = bin/mediagauge

.DEFAULT_GOAL := help
.PHONY: help run test check unit sdk e2e crash cluster soak growth differential wild mutants bench golden media generate fuzz build clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: ## start the service, submit a sample through the API and print its facts
	@tools/install.sh ffprobe
	go build -trimpath -o $(BIN) ./cmd/mediagauge
	$(BIN) serve --demo --log-level warn

test: ## everything: format, vet, generated files, all Go tests, vendor clients in Go and Node
	@tools/install.sh ffprobe node npm strace postgres
	$(MAKE) --no-print-directory check unit sdk

check: ## formatting, vet, generated documents
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not gofmt'd:"; echo "$$out"; exit 1; }
	go vet ./...
	cd test/river && go vet .
	go run ./tools/docgen -check
	go run ./tools/formatdoc -check

unit: ## all Go tests of this module, end to end included
	go test -timeout 15m $$(go list ./... | grep -v /test/e2e)
	go test -count=1 -timeout 15m ./test/e2e/... # builds the server itself, which the cache of results does not see

sdk: build ## the vendor's own clients, unmodified, against the built binary
	cd test/sdk/go && MEDIAGAUGE_BIN=$(CURDIR)/$(BIN) go test -count=1 -timeout 10m ./...
	cd test/sdk/node && npm ci --no-audit --no-fund --loglevel=error && MEDIAGAUGE_BIN=$(CURDIR)/$(BIN) npm test

e2e: ## the built binary from outside only
	go test -count=1 ./test/e2e/...

crash: ## kill -9 under load, ROUNDS times (default 200)
	MEDIAGAUGE_CRASH_ROUNDS=$${ROUNDS:-200} go test -count=1 -timeout 60m -run Crash -v ./test/e2e/... ./internal/store/sqlite/...

cluster: ## JOBS jobs (default 20000) over four nodes and a PostgreSQL, dying KILLS times (default 30)
	@tools/install.sh postgres
	MEDIAGAUGE_CLUSTER_JOBS=$${JOBS:-20000} MEDIAGAUGE_CLUSTER_KILLS=$${KILLS:-30} go test -count=1 -timeout 60m -v -run 'TestCluster$$' ./test/e2e

mutants: ## N damaged files (default 100000) through our own readers: panics, time, memory, steadiness
	MEDIAGAUGE_MUTANTS=$${N:-100000} go test -count=1 -timeout 60m -v -run TestMutants ./test/hostile

differential: ## our readers against ffprobe's recorded answers, as a table
	go test -count=1 -v -run 'TestDifferential|TestAuto|TestRefusals' ./test/differential

wild: ## N files made up by ffmpeg (default 200), our readers against ffprobe
	@tools/install.sh ffprobe ffmpeg
	MEDIAGAUGE_WILD=$${N:-200} MEDIAGAUGE_WILD_SEED=$${SEED:-1} go test -count=1 -v -run TestWild ./test/differential

soak: ## minutes of load on PostgreSQL while something is wrong: FOR=60s each
	@tools/install.sh postgres
	MEDIAGAUGE_SOAK=$${FOR:-60s} go test -count=1 -timeout 60m -v -run TestSoak ./test/scale

growth: ## what a job, a get and a list cost with SIZES finished jobs (default ten million at most; 30 GB of disk)
	@tools/install.sh postgres
	MEDIAGAUGE_GROWTH=$${SIZES:-10000,1000000,10000000} go test -count=1 -timeout 120m -v -run TestGrowth ./test/scale

bench: ## benchmarks, side by side with ffprobe and libav in the same run
	@tools/install.sh ffprobe postgres
	@tools/install.sh gcc libavformat || echo ">>> the comparison with libav in one process is left out"
	go test -run '^$$' -bench . -benchtime 3s ./internal/queue ./internal/store/sqlite ./probe/ffprobe ./test/scale ./test/bench
	cd test/river && go test -run '^$$' -bench . -benchtime 3s .

golden: ## rewrite golden files; look at the diff afterwards
	go test ./cmd/mediagauge ./internal/ims ./format/mp4 ./format/matroska ./format/flac ./format/flv ./format/riff ./format/au ./format/aiff ./format/mpegts ./format/image ./format/mpegaudio ./format/adts ./format/ac3 ./format/dts ./format/amr ./format/ogg ./format/ivf ./format/annexb ./format/mpegps ./format/subtitle ./format/wavpack ./format/tta ./format/ape ./format/caf ./format/asf ./format/mxf ./format/dsf ./format/mpc -update

media: ## make the samples of testdata/generated anew (ffmpeg 5.1.9, mkvmerge)
	go run ./tools/mediagen

generate: ## rewrite generated documents
	go run ./tools/docgen
	go run ./tools/formatdoc

fuzz: ## fuzz one target: make fuzz PKG=./internal/ims TARGET=FuzzInputJSON T=60s
	go test -run '^$$' -fuzz '^$(TARGET)$$' -fuzztime $(or $(T),60s) $(PKG)

build: ## build the binary
	go build -trimpath -o $(BIN) ./cmd/mediagauge

clean: ## remove what the targets made
	rm -rf bin test/sdk/node/node_modules
