// Package source turns what a job names (an oss:// object or an http(s) URL) into a
// probe.Source that reads it by ranges.
//
// An Opener belongs to one account: it knows that account's storages and their credentials,
// which go to that storage and nowhere else. Every connection passes a netguard.Guard. An
// Object describes one version of the thing it reads: when the origin changes underneath, the
// read fails instead of mixing two versions. Requests, bytes and time are bounded and counted.
package source
