// Package auth decides whose request this is. It finds the access key, recomputes the signature,
// and refuses what is unsigned, altered, too old or seen before.
//
// Refusals happen in one fixed order (see Authenticate); each is a small function named for what
// it refuses and returns one of the errors of this package, which the caller turns into the
// wire's codes. The maps that were signed are the maps that the caller goes on to use: a request
// is parsed once, before it comes here.
//
// Secrets are stored sealed under a key from outside the database, and appear in no error.
package auth
