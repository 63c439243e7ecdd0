package main

import (
	"cmp"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// newAsset makes the commands about media assets.
func newAsset() *cobra.Command { return assetCommand(thisMachine()) }

func assetCommand(m *machine) *cobra.Command {
	labels := []plainFlag{{name: "title", param: "Title", usage: "title"}, {name: "description", param: "Description", usage: "description"},
		{name: "tags", param: "MediaTags", usage: "comma list of tags"}, {name: "reference", param: "ReferenceId", usage: "id of your own, unique in the account"}}
	return group(m, "asset", "Register, show, list, change and forget media assets",
		"Register objects as media assets, which are analysed once and then used by id, and show, list, change and\nforget them. Files are left alone.",
		"  mediagauge asset register oss://bucket/movie.mp4 --title Movie\n  mediagauge job submit --media-id ID",
		[]plain{
			{use: "register URL", short: "Register an object and print the asset's id", example: "  mediagauge asset register oss://bucket/movie.mp4 --title Movie",
				version: ims.VersionICE, action: ims.RegisterMediaInfo, positional: []string{"InputURL"},
				flags: append(labels, plainFlag{name: "overwrite", param: "Overwrite", usage: "true forgets an asset of the same URL first"}, plainFlag{name: "client-token", param: "ClientToken", usage: "the same token returns the same asset for 24 hours"}),
				table: tableOf(func(t *tabwriter.Writer, r *ims.MediaIDResponse) { row(t, r.MediaId) })},
			{use: "get ID", short: "Show an asset and what is known of its file", example: "  mediagauge asset get c321b3a0041a71eda1590674a2ce0000",
				version: ims.VersionICE, action: ims.GetMediaInfo, positional: []string{"MediaId"}, table: tableOf(printAsset)},
			{use: "list", short: "List assets, newest first", example: "  mediagauge asset list --type video", version: ims.VersionICE, action: ims.ListMediaBasicInfos,
				fixed: map[string]string{"IncludeFileBasicInfo": "true"},
				flags: []plainFlag{{name: "type", param: "MediaType", usage: "only these: image, video, audio, text"}, {name: "status", param: "Status", usage: "only these: Preparing, PrepareFail, Normal"},
					{name: "limit", param: "MaxResults", standard: "100", usage: "how many at most, 1 to 100"}, {name: "token", param: "NextToken", usage: "of the page before, to go on"}},
				table: tableOf(func(t *tabwriter.Writer, r *ims.ListMediaBasicInfosResponse) {
					row(t, "ASSET", "STATUS", "TYPE", "TITLE", "DURATION", "URL")
					for _, a := range r.MediaInfos {
						duration := ""
						if len(a.FileInfoList) > 0 {
							duration = humanSeconds(a.FileInfoList[0].FileBasicInfo.Duration)
						}
						row(t, a.MediaId, a.MediaBasicInfo.Status, a.MediaBasicInfo.MediaType, a.MediaBasicInfo.Title, duration, shortMedia(a.MediaBasicInfo.InputURL))
					}
					if r.NextToken != "" {
						row(t, strconv.Itoa(r.TotalCount)+" in all; go on with --token "+r.NextToken)
					}
				})},
			{use: "update ID", short: "Change what is said of an asset", example: "  mediagauge asset update c321b3a0041a71eda1590674a2ce0000 --title New",
				version: ims.VersionICE, action: ims.UpdateMediaInfo, positional: []string{"MediaId"}, done: doneWith("updated"),
				flags: append(labels, plainFlag{name: "append-tags", param: "AppendTags", usage: "true keeps the tags that are there"})},
			{use: "delete ID[,ID...]", short: "Forget assets; their files are left alone", example: "  mediagauge asset delete c321b3a0041a71eda1590674a2ce0000",
				version: ims.VersionICE, action: ims.DeleteMediaInfos, positional: []string{"MediaIds"}, table: tableOf(func(t *tabwriter.Writer, r *ims.DeleteMediaInfosResponse) {
					for _, id := range r.IgnoredList {
						row(t, "there is no "+id)
					}
					if len(r.IgnoredList) == 0 {
						row(t, "forgotten")
					}
				})},
		})
}

func printAsset(t *tabwriter.Writer, r *ims.MediaInfoResponse) {
	b := r.MediaInfo.MediaBasicInfo
	row(t, "Asset", b.MediaId)
	row(t, "Status", b.Status)
	row(t, "URL", shortMedia(b.InputURL))
	row(t, "Title", b.Title)
	row(t, "Tags", cmp.Or(b.MediaTags, "-"))
	row(t, "Reference", cmp.Or(b.ReferenceId, "-"))
	for _, f := range r.MediaInfo.FileInfoList {
		row(t, "Format", f.FileBasicInfo.FormatName)
		row(t, "Size", humanSize(f.FileBasicInfo.FileSize))
		row(t, "Duration", humanSeconds(f.FileBasicInfo.Duration))
		for _, v := range f.VideoStreamInfoList {
			row(t, "Video "+v.Index, v.CodecName+" "+v.Width+"x"+v.Height+" "+v.AvgFPS+" fps")
		}
		for _, a := range f.AudioStreamInfoList {
			row(t, "Audio "+a.Index, a.CodecName+" "+a.SampleRate+" Hz "+a.ChannelLayout)
		}
	}
}

// newStorage makes the commands about buckets.
func newStorage() *cobra.Command { return storageCommand(thisMachine()) }

func storageCommand(m *machine) *cobra.Command {
	return group(m, "storage", "Add, list and remove the buckets that the account may read",
		"Add, list and remove the buckets that the account's jobs may read. Credentials are sealed on the server and\nnever told again.",
		"  mediagauge storage add clips --type s3_bucket --endpoint https://s3.example.com --key-id ID --secret-file -\n  mediagauge storage list",
		[]plain{
			{use: "add BUCKET", short: "Let the account read a bucket", example: "  mediagauge storage add clips --type s3_bucket --endpoint https://s3.example.com --key-id ID --secret-file secret.txt",
				version: ims.VersionICE, action: ims.AddStorage, positional: []string{"Bucket"}, done: doneWith("added"),
				flags: []plainFlag{{name: "type", param: "StorageType", standard: ims.StorageOSS, usage: "user_oss_bucket, s3_bucket or http_root"},
					{name: "endpoint", param: "Endpoint", usage: "base URL of the store; empty is the vendor's own"}, {name: "region", param: "Region", usage: "region of the bucket"},
					{name: "root", param: "Root", usage: "base URL of an http_root"}, {name: "path-style", param: "PathStyle", usage: "true puts the bucket into the path"},
					{name: "path", param: "Path", usage: "where new objects are meant to go; kept and told"},
					{name: "key-id", param: "StorageAccessKeyId", usage: "id of the access key for the bucket"},
					{name: "secret-file", param: "StorageAccessKeySecret", usage: "file with the secret of that key; \"-\" reads standard input", file: true}}},
			{use: "list", short: "List the buckets, those of the server's file first", example: "  mediagauge storage list", version: ims.VersionICE, action: ims.GetStorageList,
				flags: []plainFlag{{name: "type", param: "StorageType", usage: "only these: user_oss_bucket, s3_bucket, http_root"}},
				table: tableOf(func(t *tabwriter.Writer, r *ims.StorageListResponse) {
					row(t, "BUCKET", "TYPE", "ENDPOINT", "REGION", "SIGNED", "DEFAULT")
					for _, b := range r.StorageInfoList {
						row(t, b.StorageLocation, b.StorageType, b.Endpoint, b.Region, strconv.FormatBool(b.Signed), strconv.FormatBool(b.DefaultStorage))
					}
				})},
			{use: "remove BUCKET", short: "Take a bucket from the account", example: "  mediagauge storage remove clips",
				version: ims.VersionICE, action: ims.RemoveStorage, positional: []string{"Bucket"}, done: doneWith("removed")},
			{use: "set-default BUCKET", short: "Say which bucket is for new objects", example: "  mediagauge storage set-default clips --path new/",
				version: ims.VersionICE, action: ims.SetDefaultStorageLocation, positional: []string{"Bucket"}, done: doneWith("set"),
				flags: []plainFlag{{name: "path", param: "Path", usage: "folder in the bucket"}}},
			{use: "get-default", short: "Show which bucket is for new objects", example: "  mediagauge storage get-default", version: ims.VersionICE, action: ims.GetDefaultStorageLocation,
				table: tableOf(func(t *tabwriter.Writer, r *ims.StorageLocationResponse) {
					row(t, "Status", r.Status)
					row(t, "Bucket", cmp.Or(r.Bucket, "-"))
					row(t, "Path", cmp.Or(r.Path, "-"))
				})},
		})
}
