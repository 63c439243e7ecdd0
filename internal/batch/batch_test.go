package batch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestBatcherCollectsWhileItFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		var sizes []int
		b := &Batcher[int, int]{Max: 4, Flush: func(items []int) ([]int, error) {
			<-gate
			sizes = append(sizes, len(items))
			doubled := make([]int, len(items))
			for i := range items {
				doubled[i] = 2 * items[i]
			}
			return doubled, nil
		}}
		send := func(ctx context.Context, i int) {
			got, err := b.Do(ctx, i)
			if ctx.Err() == nil && (err != nil || got != 2*i) {
				t.Errorf("item %d: got %d, error %v", i, got, err)
			}
		}
		go send(t.Context(), 0)
		synctest.Wait()
		gone, leave := context.WithCancel(t.Context())
		for i := range 5 {
			go send(t.Context(), i)
			go send(gone, i)
		}
		synctest.Wait()
		leave() // those who left before their flush began are left out of it
		synctest.Wait()
		close(gate)
		synctest.Wait()
		if len(sizes) != 3 || sizes[0] != 1 || sizes[1] != 4 || sizes[2] != 1 {
			t.Errorf("flushed %v, want [1 4 1]", sizes)
		}
		if b.running {
			t.Error("the batcher thinks it is still flushing")
		}
	})
}

func TestBatcherTellsEveryoneTheError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	b := &Batcher[int, int]{Max: 4, Flush: func([]int) ([]int, error) { return nil, broken }}
	for range 3 {
		if _, err := b.Do(t.Context(), 1); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}
