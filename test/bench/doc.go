// Package bench measures the built binary through its API, beside what people would run
// instead of it.
package bench
