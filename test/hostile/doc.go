// Package hostile holds our readers to what they owe to any bytes at all: an answer that does
// not contradict itself or a typed error, the same each time, in bounded time and memory.
package hostile
