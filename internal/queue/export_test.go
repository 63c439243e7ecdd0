package queue

// Succeeded counts the jobs that ended well in this process, without asking the store.
func (q *Queue) Succeeded() int64 { return q.counts.succeeded.Load() }
