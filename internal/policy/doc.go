// Package policy reads and evaluates the authorisation policies of RAM, the access management of
// Alibaba Cloud: "may this principal do this action on this resource, in these circumstances".
//
// A document is read once, strictly, into a Policy; whatever it says that cannot be evaluated is
// refused then, with its place. Evaluate cannot fail: among the statements that match a request
// any Deny wins, else any Allow, else the answer is ImplicitDeny. Layers that must each allow
// (control policies, the session policy of a role) are evaluated one by one, by the caller.
//
// The vendor's documents leave some things open. Here:
//
//   - A condition key that the request's context lacks matches no value, and so does a value of
//     the context that is not the number, date, boolean or address that its operator compares.
//     A negated operator holds exactly when its positive twin does not: StringNotEquals with
//     three values holds when the context has none of the three, or lacks the key. A Deny that
//     must hold for want of a key is therefore written with a negated operator.
//   - Actions compare without regard to ASCII case. Resources, principals and the names of
//     condition keys compare exactly; a common key in the wrong case is refused, since no
//     request would ever have it.
//   - "?" stands for one character of UTF-8, not for one byte.
//   - Numbers are decimal digits with an optional sign and fraction, without an exponent, and
//     compare exactly at any length.
//   - Dates are RFC 3339 with a zone. Digits below the nanosecond are not compared.
//   - An IPv4 address written in IPv6 (::ffff:10.0.0.1) is that IPv4 address, in policies and in
//     requests. No IPv6 block contains an IPv4 address, not even ::/0.
//   - A trust policy names its principals in full, without wildcards. An account's root stands
//     for every user and role of the account.
package policy
