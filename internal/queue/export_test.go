package queue

import "github.com/mediagauge/mediagauge/internal/job"

// Ended returns a channel that is closed when the job ends in this process.
func (q *Queue) Ended(id job.ID) <-chan struct{} { return q.waits.add(id) }
