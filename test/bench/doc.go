// Package bench measures the built binary through its API, and our readers by themselves,
// beside what people would run instead. docs/performance.md says what comes out.
package bench
