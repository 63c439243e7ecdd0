// Package policy reads and evaluates the policies of RAM (contract section 3): who may do what, on which
// resources, under which conditions.
//
// Reading is strict: what is not understood is refused when a policy is stored, never skipped when it is
// used. Evaluation cannot fail. Where the vendor's documentation is silent, these rules hold:
//
//   - a key that the request does not have matches no operator, except those that negate, which it does;
//   - the same goes for a value of the request that the operator's type cannot read;
//   - an operator that negates holds when no value of its list matches.
package policy
