package ims

import "time"

const maxAccountName = 64 // bytes

// DecodeCreateAccount reads AccountName. It is an extension of ours.
func DecodeCreateAccount(r *Request) (string, error) {
	name := r.Params["AccountName"]
	if name == "" {
		return "", Missing("AccountName")
	}
	return name, atMost("AccountName", name, maxAccountName)
}

// Account is an account on the wire.
type Account struct {
	AccountId   string
	AccountName string
	CreateDate  string
}

// AccountOf spells an account.
func AccountOf(id int64, name string, created time.Time) Account {
	return Account{AccountText(id), name, formatTime(created)}
}

// AccountResponse answers CreateAccount. The secret is told this once.
type AccountResponse struct {
	RequestId string
	Account   Account
	AccessKey AccessKey
}

// AccountListResponse answers ListAccounts.
type AccountListResponse struct {
	RequestId   string
	IsTruncated bool
	Marker      string `json:",omitempty"`
	AccountList []Account
}
