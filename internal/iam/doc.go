// Package iam keeps the users, roles and policies of accounts, and says what a caller may do
// (contract section 3). The account itself may do everything; users and those who took on a role may do
// what their policies allow and none of them denies.
//
// Everything is a record of its account: one account's names are nothing in another.
package iam
