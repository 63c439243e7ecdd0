package ims

import "time"

// DecodeKeyUser reads UserName, the one parameter of CreateAccessKey and ListAccessKeys; "" is whoever calls.
func DecodeKeyUser(r *Request) (string, error) {
	name := r.Params["UserName"]
	if name != "" && !userName.MatchString(name) {
		return name, Invalid("UserName", "It must have the form "+userName.String()+".")
	}
	return name, nil
}

// KeyChange asks to switch a key on or off, or to delete it.
type KeyChange struct {
	User   string // whose it is; "" is whoever calls
	ID     string
	Active bool
}

// DecodeUpdateAccessKey reads UserAccessKeyId, Status and UserName.
func DecodeUpdateAccessKey(r *Request) (KeyChange, error) {
	c := KeyChange{ID: r.Params["UserAccessKeyId"], Active: r.Params["Status"] == "Active"}
	switch {
	case c.ID == "":
		return c, Missing("UserAccessKeyId")
	case r.Params["Status"] == "":
		return c, Missing("Status")
	}
	if err := oneOf("Status", r.Params["Status"], "Active", "Inactive"); err != nil {
		return c, err
	}
	var err error
	c.User, err = DecodeKeyUser(r)
	return c, err
}

// DecodeDeleteAccessKey reads UserAccessKeyId and UserName.
func DecodeDeleteAccessKey(r *Request) (KeyChange, error) {
	c := KeyChange{ID: r.Params["UserAccessKeyId"]}
	if c.ID == "" {
		return c, Missing("UserAccessKeyId")
	}
	var err error
	c.User, err = DecodeKeyUser(r)
	return c, err
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
