package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

const (
	crashRounds  = 20   // unless MEDIAGAUGE_CRASH_ROUNDS says otherwise
	crashSubmits = 1000 // attempted in each round
	crashCallers = 8    // connections
)

// ledger is what the client knows for certain: the jobs that were acknowledged, and how each
// was first seen to have ended.
type ledger struct {
	mu    sync.Mutex
	acked map[string]string // JobId to Name
	ended map[string]string // JobId to the whole job as JSON
	order []string          // acknowledged JobIds of the current round
}

func (l *ledger) acknowledge(id, name string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[id] = name
	l.order = append(l.order, id)
	return len(l.order)
}

// see notes how a job ended, or says how it differs from what was seen before.
func (l *ledger) see(j rig.Job) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, ok := l.ended[j.JobId]; ok && before != string(data) {
		return fmt.Errorf("job %s changed after its end\nfrom %s\nto   %s", j.JobId, before, data)
	}
	l.ended[j.JobId] = string(data)
	return nil
}

// TestCrash kills the server again and again in the middle of submits, always on one data
// folder, and wants every acknowledged job to be there and to end, exactly once.
func TestCrash(t *testing.T) {
	t.Parallel()
	rounds := crashRounds
	if text := os.Getenv("MEDIAGAUGE_CRASH_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("MEDIAGAUGE_CRASH_ROUNDS: %q", text)
		}
		rounds = n
	}
	origin := rig.NewOrigin(t)
	sample, err := os.ReadFile(filepath.Join(testmedia.Root(), "files", "go-mp4__testdata_sample.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	origin.Handle("/sample.mp4", rig.Content(sample))
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))

	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}}
	l := &ledger{acked: map[string]string{}, ended: map[string]string{}}
	server := rig.Start(t, options)
	for round := range rounds {
		killAmidSubmits(t, server, origin, l, round)
		server = rig.Start(t, options)
		settle(t, server, l)
		if round < crashRounds || round%10 == 0 || round == rounds-1 {
			audit(t, server, l)
		}
		if t.Failed() {
			t.Fatalf("after round %d", round)
		}
	}
	audit(t, server, l) // nothing moves any more
	t.Logf("%d kills, %d jobs acknowledged, 0 lost, 0 stuck, 0 changed after their end; %d seen in all", rounds, len(l.acked), len(l.ended))
}

// killAmidSubmits submits from several connections and kills the server when a random number
// of jobs has been acknowledged.
func killAmidSubmits(t *testing.T, server *rig.Server, origin *rig.Origin, l *ledger, round int) {
	t.Helper()
	l.order = nil
	killAt := 1 + rand.IntN(crashSubmits*3/4)
	kill := sync.OnceFunc(func() { go server.Kill() })
	ctx := within(t, time.Minute)
	var wg sync.WaitGroup
	for caller := range crashCallers {
		wg.Go(func() {
			api := server.API()
			defer api.HTTP.CloseIdleConnections()
			for n := range crashSubmits / crashCallers {
				name := fmt.Sprintf("r%d-c%d-n%d", round, caller, n)
				j, err := api.Submit(ctx, rig.Spec{Media: crashInput(origin, n), Name: name})
				var refusal *rig.Error
				if errors.As(err, &refusal) {
					t.Errorf("submit refused: %v", refusal)
					return
				}
				if err != nil {
					return // the server is gone; whether this job exists is nobody's promise
				}
				if l.acknowledge(j.JobId, name) == killAt {
					kill()
				}
			}
		})
	}
	wg.Wait()
	kill()
	server.Wait()
}

// crashInput mixes inputs that end in each of the cheap ways: absent, not media, and now and
// then a real file.
func crashInput(origin *rig.Origin, n int) string {
	switch {
	case n%40 == 7:
		return origin.URL + "/sample.mp4"
	case n%5 == 0:
		return origin.URL + "/text"
	}
	return origin.URL + "/absent"
}

// settle waits for the end of every job that was acknowledged in this round.
func settle(t *testing.T, server *rig.Server, l *ledger) {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	ids := make(chan string, len(l.order))
	for _, id := range l.order {
		ids <- id
	}
	close(ids)
	var wg sync.WaitGroup
	for range crashCallers {
		wg.Go(func() {
			api := server.API()
			defer api.HTTP.CloseIdleConnections()
			for id := range ids {
				j, err := api.Wait(ctx, id)
				if err != nil {
					t.Errorf("acknowledged job %s (%s): %v", id, l.acked[id], err)
					return
				}
				checkCrashEnd(t, j)
				if err := l.see(j); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func checkCrashEnd(t *testing.T, j rig.Job) {
	t.Helper()
	out := j.SubmitResultJson
	switch {
	case j.Status != "Success" && j.Status != "Fail", j.FinishTime == "":
		t.Errorf("job %s ended as %q at %q", j.JobId, j.Status, j.FinishTime)
	case j.Status == "Fail" && !documentedCodes[out.Code]:
		t.Errorf("job %s failed with %q", j.JobId, out.Code)
	case out.Code == "Poisoned" || out.Code == "InternalError":
		t.Errorf("job %s: %s %s; a kill of the server is no fault of the job", j.JobId, out.Code, out.Message)
	}
}

// audit reads the whole list: each job once, all ended, none changed, none missing.
func audit(t *testing.T, server *rig.Server, l *ledger) {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	api := server.API()
	// A job whose acknowledgement the kill swallowed is in nobody's ledger and ends too.
	for _, j := range pending(t, ctx, api) {
		if _, err := api.Wait(ctx, j.JobId); err != nil {
			t.Error(err)
		}
	}
	jobs, err := api.ListAll(ctx, map[string]string{"OrderBy": "CreateTimeAsc"})
	if err != nil {
		t.Fatal(err)
	}
	listed, names := map[string]int{}, map[string]int{}
	for _, j := range jobs {
		listed[j.JobId]++
		names[j.Name]++
		checkCrashEnd(t, j)
		if err := l.see(j); err != nil {
			t.Error(err)
		}
		if listed[j.JobId] > 1 || names[j.Name] > 1 {
			t.Errorf("job %s (%s) is listed %d times, its name %d times", j.JobId, j.Name, listed[j.JobId], names[j.Name])
		}
	}
	for id, name := range l.acked {
		if listed[id] != 1 {
			t.Errorf("acknowledged job %s (%s) is listed %d times", id, name, listed[id])
		}
	}
	// Get must tell the same; a few stand for all, settle has asked for each once.
	for range 20 {
		if len(jobs) == 0 {
			break
		}
		j, err := api.Get(ctx, jobs[rand.IntN(len(jobs))].JobId)
		if err == nil {
			err = l.see(j)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func pending(t *testing.T, ctx context.Context, api *rig.API) []rig.Job {
	t.Helper()
	jobs, err := api.ListAll(ctx, map[string]string{"Status": "Init"})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}
