// Package truncation cuts every sample at every edge of its boxes or elements.
package truncation
