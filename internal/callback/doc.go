// Package callback tells the world of finished jobs: it takes messages out of the store's outbox, sends
// them, and keeps on until somebody takes them or their tries are used up. What is promised is at least
// once, and nothing lost without a trace: a message ends as delivered or as dead, and both may be
// replayed.
package callback
