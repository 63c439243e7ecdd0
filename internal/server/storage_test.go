package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// buckets lists the storages of whoever signs, as "bucket type".
func (r *rig) buckets(t testing.TB, k pair, query map[string]string) string {
	t.Helper()
	var all []string
	for _, b := range r.good(t, k, ims.GetStorageList, query)["StorageInfoList"].([]any) {
		b := b.(map[string]any)
		mark := ""
		if b["DefaultStorage"] == true {
			mark = " default"
		}
		all = append(all, fmt.Sprint(b["StorageLocation"], " ", b["StorageType"], " ", b["Signed"], mark))
	}
	return strings.Join(all, ", ")
}

func TestStorage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	them := pair{otherKey, otherHush, ""}
	const canary = "canary-of-a-bucket"
	if m := r.good(t, root, ims.GetDefaultStorageLocation, nil); m["Status"] != "notExist" {
		t.Errorf("default %v", m)
	}
	r.good(t, root, ims.AddStorage, map[string]string{"Bucket": "uploads", "StorageType": "s3_bucket", "Endpoint": "https://s3.example.com",
		"StorageAccessKeyId": "minio", "StorageAccessKeySecret": canary, "PathStyle": "true"})
	r.good(t, root, ims.AddStorage, map[string]string{"Bucket": "assets", "StorageType": "http_root", "Root": "https://media.example.com/assets", "Path": "new/"})
	if got := r.buckets(t, root, nil); got != "bucket user_oss_bucket true, uploads s3_bucket true, assets http_root false" {
		t.Errorf("listed %s", got)
	}
	if got := r.buckets(t, root, map[string]string{"StorageType": "s3_bucket", "Status": "Normal"}); got != "uploads s3_bucket true" {
		t.Errorf("listed %s", got)
	}
	if got := r.buckets(t, them, nil); got != "" {
		t.Errorf("another account lists %s", got)
	}
	r.good(t, root, ims.SetDefaultStorageLocation, map[string]string{"StorageType": "user_oss_bucket", "Bucket": "bucket", "Path": "p/"})
	r.good(t, root, ims.SetDefaultStorageLocation, map[string]string{"Bucket": "uploads", "Path": "q/"})
	if m := r.good(t, root, ims.GetDefaultStorageLocation, nil); m["Status"] != "Normal" || m["Bucket"] != "uploads" || m["Path"] != "q/" || m["StorageType"] != "s3_bucket" {
		t.Errorf("default %v", m)
	}
	for _, c := range []struct {
		action string
		params map[string]string
		status int
		code   string
	}{
		{ims.AddStorage, nil, 400, "MissingParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "a/b"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "abc", "StorageType": "tape"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "abc", "StorageAccessKeyId": "x"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "abc", "StorageType": "http_root"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "abc", "Endpoint": "ftp://x"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "abc", "PathStyle": "yes"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "uploads"}, 400, "InvalidParameter"},
		{ims.AddStorage, map[string]string{"Bucket": "bucket"}, 400, "InvalidParameter"},
		{ims.RemoveStorage, map[string]string{"Bucket": "bucket"}, 403, "OperationDenied"},
		{ims.RemoveStorage, map[string]string{"Bucket": "absent"}, 404, "ResourceNotFound"},
		{ims.RemoveStorage, nil, 400, "MissingParameter"},
		{ims.SetDefaultStorageLocation, map[string]string{"Bucket": "absent"}, 404, "ResourceNotFound"},
		{ims.SetDefaultStorageLocation, map[string]string{"Bucket": "bucket", "StorageType": "tape"}, 400, "InvalidParameter"},
		{ims.SetDefaultStorageLocation, nil, 400, "MissingParameter"},
	} {
		checkError(t, r.call(t, c.action, c.params), c.status, c.code)
	}
	theirs, absent := r.as(t, them, ims.RemoveStorage, map[string]string{"Bucket": "uploads"}), r.as(t, root, ims.RemoveStorage, map[string]string{"Bucket": "uploadz"})
	if strings.ReplaceAll(blank(absent), "uploadz", "uploads") != blank(theirs) {
		t.Errorf("told apart:\n%s\n%s", theirs.body, absent.body)
	}
	r.good(t, root, ims.RemoveStorage, map[string]string{"Bucket": "uploads"})
	if m := r.good(t, root, ims.GetDefaultStorageLocation, nil); m["Status"] != "notExist" {
		t.Errorf("default %v", m)
	}
	if strings.Contains(r.log.String(), canary) {
		t.Error("a secret is in the log")
	}
}
