package main

import (
	"math/bits"
	"sync"
	"time"
)

// histogram counts durations from 1 µs to an hour in buckets that grow with them: what it says of a
// quantile is at most 1/64 too large. It is safe for concurrent use and takes the same memory however
// much it counts.
type histogram struct {
	mu      sync.Mutex
	buckets [subBuckets * 34]int64
	count   int64
	sum     time.Duration
	most    time.Duration
}

const (
	subBits    = 6
	subBuckets = 1 << subBits
)

// bucketOf is the place of a duration in µs.
func bucketOf(us uint64) int {
	if us < subBuckets {
		return int(us)
	}
	shift := bits.Len64(us) - subBits - 1
	return min((shift+1)*subBuckets+int(us>>shift)-subBuckets, subBuckets*34-1)
}

// upTo is the largest duration of a bucket, in µs.
func upTo(bucket int) uint64 {
	if bucket < subBuckets {
		return uint64(bucket)
	}
	shift := bucket/subBuckets - 1
	return (uint64(bucket%subBuckets+subBuckets+1) << shift) - 1
}

// add counts one; what is negative counts as nothing.
func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buckets[bucketOf(uint64(d.Microseconds()))]++
	h.count++
	h.sum += d
	h.most = max(h.most, d)
}

// quantile is the duration that a share p of those counted did not exceed; 0 when none was counted.
func (h *histogram) quantile(p float64) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count == 0 {
		return 0
	}
	rank := max(int64(p*float64(h.count)+0.999999), 1)
	for i, n := range h.buckets {
		if rank -= n; rank <= 0 {
			return min(time.Duration(upTo(i))*time.Microsecond+999*time.Nanosecond, h.most)
		}
	}
	return h.most
}

// mean is the mean of those counted.
func (h *histogram) mean() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count == 0 {
		return 0
	}
	return h.sum / time.Duration(h.count)
}

// total is how many were counted.
func (h *histogram) total() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// largest is the longest that was counted.
func (h *histogram) largest() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.most
}
