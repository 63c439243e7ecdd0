// Package ims spells the wire: action names, parameters, field names, statuses and error codes
// of the media-information API (ICE, version 2020-11-09) and of the access-key actions beside
// it. No other package knows these names. It decides nothing about jobs: it turns requests into
// values of package job, and jobs and media facts into the bytes that clients expect.
package ims
