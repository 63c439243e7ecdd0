// Package traffic holds our readers to how little they fetch: requests and bytes over HTTP on
// loopback, through the service's own sources, for files of a hundred megabytes and more.
package traffic
