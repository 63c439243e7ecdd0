// Package queue holds the rules of the service: who may submit, who is next, how often a job
// is tried and what its end causes. It keeps them over any store.Store.
//
// A job's life: Submit makes it durable; Claim hands it to a worker; Complete, Fail, Retry or
// Release end that attempt. Inside a pipeline the larger priority goes first, then the older
// job. Between pipelines of an account work is shared in proportion to their priorities, and
// between accounts equally; shares are counted in measured milliseconds, not in jobs.
//
// Run keeps the node alive in the store and does the upkeep. Without it a Queue can still
// submit and read, which is all that a node without workers needs.
package queue
