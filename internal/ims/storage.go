package ims

import (
	"strings"
	"time"
)

// The types of storage. The first is the vendor's; the others are of ours (contract 1.8).
const (
	StorageOSS  = "user_oss_bucket"
	StorageS3   = "s3_bucket"
	StorageHTTP = "http_root"
)

const maxStoragePath = 1024 // bytes

// NewStorage asks for a storage.
type NewStorage struct {
	Type, Bucket, Endpoint, Region, Root, Path  string
	AccessKeyID, AccessKeySecret, SecurityToken string
	PathStyle                                   bool
}

// DecodeAddStorage reads what AddStorage takes. It is an extension of ours; whether the values fit together
// is for the storage's own check.
func DecodeAddStorage(r *Request) (NewStorage, error) {
	p := r.Params
	s := NewStorage{Type: p["StorageType"], Bucket: p["Bucket"], Endpoint: p["Endpoint"], Region: p["Region"], Root: p["Root"], Path: p["Path"],
		AccessKeySecret: p["StorageAccessKeySecret"], SecurityToken: p["StorageSecurityToken"]}
	// In the older scheme AccessKeyId is whoever signs, so the storage's own has another name.
	s.AccessKeyID = p["StorageAccessKeyId"]
	if s.Bucket == "" {
		return s, Missing("Bucket")
	}
	if s.Type == "" {
		s.Type = StorageOSS
	}
	var err error
	if s.PathStyle, err = truth("PathStyle", p["PathStyle"], false); err != nil {
		return s, err
	}
	return s, firstError(oneOf("StorageType", s.Type, StorageOSS, StorageS3, StorageHTTP), atMost("Path", s.Path, maxStoragePath))
}

// truth reads true or false. Empty text is absent.
func truth(name, s string, absent bool) (bool, error) {
	switch strings.ToLower(s) {
	case "":
		return absent, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, Invalid(name, "It must be true or false.")
}

// DecodeRemoveStorage reads Bucket.
func DecodeRemoveStorage(r *Request) (string, error) {
	if b := r.Params["Bucket"]; b != "" {
		return b, nil
	}
	return "", Missing("Bucket")
}

// StorageFilter chooses storages.
type StorageFilter struct{ Type, Status string }

// DecodeGetStorageList reads StorageType and Status. AppId is ignored: there are no applications here.
func DecodeGetStorageList(r *Request) (StorageFilter, error) {
	return StorageFilter{r.Params["StorageType"], r.Params["Status"]}, nil
}

// StorageDefault says where new objects go.
type StorageDefault struct{ Type, Bucket, Path string }

// DecodeSetDefaultStorageLocation reads StorageType, Bucket and Path.
func DecodeSetDefaultStorageLocation(r *Request) (StorageDefault, error) {
	d := StorageDefault{r.Params["StorageType"], r.Params["Bucket"], r.Params["Path"]}
	if d.Bucket == "" {
		return d, Missing("Bucket")
	}
	return d, firstError(oneOf("StorageType", d.Type, StorageOSS, "vod_oss_bucket", StorageS3, StorageHTTP), atMost("Path", d.Path, maxStoragePath))
}

// StorageInfo is a storage on the wire. Credentials are never told.
type StorageInfo struct {
	StorageType            string
	StorageLocation        string
	Path                   string `json:",omitempty"`
	Status                 string
	DefaultStorage         bool
	EditingTempFileStorage bool
	CreationTime           string `json:",omitempty"`
	ModifiedTime           string `json:",omitempty"`
	Endpoint               string `json:",omitempty"` // an extension of ours
	Region                 string `json:",omitempty"` // an extension of ours
	Signed                 bool   // an extension of ours: whether there are credentials
}

// StorageListResponse answers GetStorageList.
type StorageListResponse struct {
	RequestId       string
	StorageInfoList []StorageInfo
}

// StorageInfoOf spells a storage.
func StorageInfoOf(kind, bucket, path string, isDefault bool, created, modified time.Time, endpoint, region string, signed bool) StorageInfo {
	return StorageInfo{StorageType: kind, StorageLocation: bucket, Path: path, Status: "Normal", DefaultStorage: isDefault,
		CreationTime: formatTime(created), ModifiedTime: formatTime(modified), Endpoint: endpoint, Region: region, Signed: signed}
}

// StorageLocationResponse answers GetDefaultStorageLocation.
type StorageLocationResponse struct {
	RequestId   string
	StorageType string `json:",omitempty"`
	Bucket      string `json:",omitempty"`
	Path        string `json:",omitempty"`
	Status      string // "Normal" or "notExist"
}
