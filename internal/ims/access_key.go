package ims

import "time"

// DecodeCreateAccessKey accepts no parameter: keys are made for the caller's own account.
func DecodeCreateAccessKey(r *Request) (struct{}, error) { return struct{}{}, refuseUserName(r) }

// DecodeListAccessKeys accepts no parameter.
func DecodeListAccessKeys(r *Request) (struct{}, error) { return struct{}{}, refuseUserName(r) }

// refuseUserName keeps a call that means a user from acting on the whole account instead.
func refuseUserName(r *Request) error {
	if r.Params["UserName"] != "" {
		return Invalid("UserName", "There are no users here: the keys belong to the account.")
	}
	return nil
}

// KeyChange asks to switch a key on or off.
type KeyChange struct {
	ID     string
	Active bool
}

// DecodeUpdateAccessKey reads UserAccessKeyId and Status.
func DecodeUpdateAccessKey(r *Request) (KeyChange, error) {
	c := KeyChange{ID: r.Params["UserAccessKeyId"], Active: r.Params["Status"] == "Active"}
	switch {
	case c.ID == "":
		return c, Missing("UserAccessKeyId")
	case r.Params["Status"] == "":
		return c, Missing("Status")
	}
	return c, firstError(oneOf("Status", r.Params["Status"], "Active", "Inactive"), refuseUserName(r))
}

// DecodeDeleteAccessKey reads UserAccessKeyId.
func DecodeDeleteAccessKey(r *Request) (string, error) {
	id := r.Params["UserAccessKeyId"]
	if id == "" {
		return "", Missing("UserAccessKeyId")
	}
	return id, refuseUserName(r)
}

// AccessKey is an access key on the wire. The secret is told once, when the key is made.
type AccessKey struct {
	AccessKeyId     string
	AccessKeySecret string `json:",omitempty"`
	Status          string
	CreateDate      string
}

// AccessKeyOf spells a key. secret is "" for a key that already existed.
func AccessKeyOf(id, secret string, active bool, created time.Time) AccessKey {
	k := AccessKey{AccessKeyId: id, AccessKeySecret: secret, Status: "Inactive", CreateDate: formatTime(created)}
	if active {
		k.Status = "Active"
	}
	return k
}

// AccessKeyResponse answers CreateAccessKey.
type AccessKeyResponse struct {
	RequestId string
	AccessKey AccessKey
}

// AccessKeyListResponse answers ListAccessKeys.
type AccessKeyListResponse struct {
	RequestId  string
	AccessKeys AccessKeys
}

// AccessKeys is a list inside an object, as this version has it.
type AccessKeys struct {
	AccessKey []AccessKey
}

// EmptyResponse answers UpdateAccessKey and DeleteAccessKey.
type EmptyResponse struct {
	RequestId string
}
