package ims

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// MaxTags is how many tags a media asset may have (contract 1.7).
const MaxTags = 16

// The bounds of what is said of a media asset, in bytes (contract 1.7).
const (
	maxTitle       = 128
	maxAbout       = 1024
	maxCoverURL    = 128
	maxTag         = 32
	maxCategory    = 64
	maxAssetIDs    = 20
	maxClientToken = 64
)

var (
	referenceID   = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`)
	mediaTypes    = []string{"image", "video", "audio", "text"}
	businessTypes = []string{"subtitles", "watermark", "opening", "ending", "general"}
)

// AssetLabels are what people say about an asset. Nil fields of a change stay as they are.
type AssetLabels struct {
	MediaType, BusinessType, Title, Description, CoverURL, UserData, Category *string

	CategoryID *int64
	Tags       []string
	HasTags    bool
}

// NewAsset asks for an asset.
type NewAsset struct {
	URL           string
	Labels        AssetLabels
	Reference     string
	Overwrite     bool
	ClientToken   string
	NotifyAddress string
}

// DecodeRegisterMediaInfo reads what to register (contract 1.7).
func DecodeRegisterMediaInfo(r *Request) (NewAsset, error) {
	a := NewAsset{URL: r.Params["InputURL"], Reference: r.Params["ReferenceId"], ClientToken: r.Params["ClientToken"]}
	if a.URL == "" {
		return a, Missing("InputURL")
	}
	if err := checkMedia(job.Input{Type: job.InputOSS, Media: a.URL}); err != nil {
		return a, renamed(err, "Input.Media", "InputURL")
	}
	var err error
	if a.Labels, err = decodeLabels(r); err != nil {
		return a, err
	}
	if a.NotifyAddress, err = notifyAddress(r.Params["UserData"]); err != nil {
		return a, err
	}
	if a.Overwrite, err = truth("Overwrite", r.Params["Overwrite"], false); err != nil {
		return a, err
	}
	if err := checkReference(a.Reference); err != nil {
		return a, err
	}
	if a.Labels.MediaType == nil {
		if kind := typeOfName(a.URL); kind != "" {
			a.Labels.MediaType = &kind
		}
	}
	return a, clientToken(a.ClientToken)
}

// renamed lets an error be about the parameter that the caller knows.
func renamed(err error, from, to string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	c := *e
	c.Message = strings.Replace(c.Message, from, to, 1)
	return &c
}

func checkReference(s string) error {
	if s != "" && !referenceID.MatchString(s) {
		return Invalid("ReferenceId", "It must be 6 to 64 letters, digits, hyphens and underscores.")
	}
	return nil
}

// clientToken checks what makes a call idempotent.
func clientToken(s string) error {
	if len(s) > maxClientToken || strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return Invalid("ClientToken", fmt.Sprintf("It must be at most %d visible ASCII characters.", maxClientToken))
	}
	return nil
}

// typeOfName guesses a media type from a name's extension, "" when it tells none.
func typeOfName(u string) string {
	u, _, _ = strings.Cut(u, "?")
	switch strings.ToLower(strings.TrimPrefix(path.Ext(u), ".")) {
	case "mp4", "mov", "mkv", "webm", "ts", "m2ts", "flv", "avi", "wmv", "mpg", "mpeg", "3gp", "m4v", "mxf", "m3u8", "mpd", "vob", "ogv", "rmvb", "asf", "f4v":
		return "video"
	case "mp3", "m4a", "aac", "wav", "flac", "ogg", "opus", "wma", "ac3", "amr", "ape", "aiff", "caf", "dts":
		return "audio"
	case "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif":
		return "image"
	case "txt", "srt", "vtt", "ass", "ssa", "ttml", "md", "doc", "docx", "pdf", "json", "xml":
		return "text"
	}
	return ""
}

func decodeLabels(r *Request) (AssetLabels, error) {
	var l AssetLabels
	for _, f := range []struct {
		name string
		into **string
		most int
	}{
		{"MediaType", &l.MediaType, maxTitle}, {"BusinessType", &l.BusinessType, maxTitle}, {"Title", &l.Title, maxTitle},
		{"Description", &l.Description, maxAbout}, {"CoverURL", &l.CoverURL, maxCoverURL}, {"UserData", &l.UserData, maxAbout},
		{"Category", &l.Category, maxCategory},
	} {
		s := r.Params[f.name]
		if s == "" {
			continue
		}
		if err := atMost(f.name, s, f.most); err != nil {
			return l, err
		}
		*f.into = &s
	}
	if l.MediaType != nil {
		if err := oneOf("MediaType", *l.MediaType, mediaTypes...); err != nil {
			return l, err
		}
	}
	if l.BusinessType != nil {
		if err := oneOf("BusinessType", *l.BusinessType, businessTypes...); err != nil {
			return l, err
		}
	}
	if s := r.Params["CateId"]; s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return l, Invalid("CateId", "It must be a whole number.")
		}
		l.CategoryID = &n
	}
	if s := r.Params["MediaTags"]; s != "" {
		l.HasTags = true
		l.Tags = commaList(s)
		if len(l.Tags) > MaxTags {
			return l, Invalid("MediaTags", fmt.Sprintf("There may be at most %d.", MaxTags))
		}
		for _, t := range l.Tags {
			if len(t) > maxTag {
				return l, Invalid("MediaTags", fmt.Sprintf("One of them is longer than %d bytes.", maxTag))
			}
		}
	}
	return l, nil
}

// commaList splits a list, without blanks and empty entries, each entry once.
func commaList(s string) []string {
	var all []string
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && !seen[part] {
			seen[part] = true
			all = append(all, part)
		}
	}
	return all
}

// AssetRef names an asset by its id or its URL; the id wins.
type AssetRef struct{ ID, URL string }

// DecodeGetMediaInfo reads MediaId or InputURL.
func DecodeGetMediaInfo(r *Request) (AssetRef, error) { return assetRef(r) }

func assetRef(r *Request) (AssetRef, error) {
	a := AssetRef{r.Params["MediaId"], r.Params["InputURL"]}
	switch {
	case a.ID != "" && !wellFormed(a.ID):
		return a, NotFound("media asset", a.ID)
	case a.ID == "" && a.URL == "":
		return a, Missing("MediaId")
	case a.ID == "":
		return a, atMost("InputURL", a.URL, MaxMedia)
	}
	return a, nil
}

// AssetList names assets by their ids or URLs.
type AssetList struct {
	IDs, URLs []string
	Files     bool // with what is known of their files
}

// DecodeBatchGetMediaInfos reads MediaIds and AdditionType.
func DecodeBatchGetMediaInfos(r *Request) (AssetList, error) {
	l := AssetList{IDs: commaList(r.Params["MediaIds"])}
	if len(l.IDs) == 0 {
		return l, Missing("MediaIds")
	}
	if len(l.IDs) > maxAssetIDs {
		return l, Invalid("MediaIds", fmt.Sprintf("There may be at most %d.", maxAssetIDs))
	}
	for _, kind := range commaList(r.Params["AdditionType"]) {
		if err := oneOf("AdditionType", kind, "FileInfo", "DynamicMetaData"); err != nil {
			return l, err
		}
		l.Files = l.Files || kind == "FileInfo"
	}
	return l, nil
}

// DecodeDeleteMediaInfos reads MediaIds or InputURLs. Files are never deleted here, so DeletePhysicalFiles
// may not ask for it.
func DecodeDeleteMediaInfos(r *Request) (AssetList, error) {
	l := AssetList{IDs: commaList(r.Params["MediaIds"])}
	if len(l.IDs) == 0 {
		l.URLs = commaList(r.Params["InputURLs"])
	}
	switch n := len(l.IDs) + len(l.URLs); {
	case n == 0:
		return l, Missing("MediaIds")
	case n > maxAssetIDs:
		return l, Invalid("MediaIds", fmt.Sprintf("There may be at most %d.", maxAssetIDs))
	}
	physical, err := truth("DeletePhysicalFiles", r.Params["DeletePhysicalFiles"], false)
	if err == nil && physical {
		err = Invalid("DeletePhysicalFiles", "This service reads files and never deletes them.")
	}
	return l, err
}

// AssetChange asks to change an asset.
type AssetChange struct {
	AssetRef
	Labels     AssetLabels
	Reference  string // "" stays
	AppendTags bool
}

// DecodeUpdateMediaInfo reads the changes. Fields that are absent or empty stay as they are.
func DecodeUpdateMediaInfo(r *Request) (AssetChange, error) {
	var c AssetChange
	var err error
	if c.AssetRef, err = assetRef(r); err != nil {
		return c, err
	}
	if c.Labels, err = decodeLabels(r); err != nil {
		return c, err
	}
	c.Labels.MediaType = nil // is said once, when it is registered
	if c.AppendTags, err = truth("AppendTags", r.Params["AppendTags"], false); err != nil {
		return c, err
	}
	c.Reference = r.Params["ReferenceId"]
	return c, checkReference(c.Reference)
}

// AssetFilter chooses assets.
type AssetFilter struct {
	MediaType, BusinessType, Source, Status, ID string
	After, Until                                time.Time
	Oldest, Files                               bool
	MaxResults                                  int
	NextToken                                   string
}

// DecodeListMediaBasicInfos reads the filters of contract 1.7. StartTime is exclusive, EndTime inclusive.
func DecodeListMediaBasicInfos(r *Request) (AssetFilter, error) {
	p := r.Params
	f := AssetFilter{MediaType: p["MediaType"], BusinessType: p["BusinessType"], Source: p["Source"], Status: p["Status"], ID: p["MediaId"], NextToken: p["NextToken"]}
	var err error
	if err = firstError(oneOf("MediaType", f.MediaType, mediaTypes...), oneOf("BusinessType", f.BusinessType, businessTypes...),
		oneOf("Source", f.Source, "oss", "vod", "live", "general"), oneOf("Status", f.Status, "Init", "Preparing", "PrepareFail", "Normal")); err != nil {
		return f, err
	}
	if f.After, f.Until, err = timeRange(r, "StartTime", "EndTime"); err != nil {
		return f, err
	}
	if !f.After.IsZero() {
		f.After = f.After.Add(time.Second - time.Nanosecond) // the wire's second is over then
	}
	sort := p["SortBy"]
	if err = oneOf("SortBy", sort, "desc", "asc"); err != nil {
		return f, err
	}
	f.Oldest = sort == "asc"
	if f.Files, err = truth("IncludeFileBasicInfo", p["IncludeFileBasicInfo"], false); err != nil {
		return f, err
	}
	f.MaxResults, err = number("MaxResults", p["MaxResults"], 10, 1, 100)
	return f, err
}

// EventRegisterComplete is the event of an asset that is ready, or will never be (contract 4.1).
const EventRegisterComplete = "RegisterMediaComplete"

// AssetEvent is the body of the message that tells the end of an asset's registration.
func AssetEvent(j *job.Job) []byte {
	body := struct {
		Status       string
		MediaId      string
		UserData     string `json:",omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}{Status: "Fail", MediaId: j.Spec.Registers, UserData: j.Spec.UserData}
	if j.State == job.Succeeded {
		body.Status = "Success"
	}
	if j.Failure != nil {
		body.ErrorCode, body.ErrorMessage = string(j.Failure.Code), j.Failure.Message
	}
	inner, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings
	}
	out, _, err := Encode(JSON, "Event", struct {
		EventType   string
		UserId      int64
		EventTime   string
		MessageBody json.RawMessage
	}{EventRegisterComplete, int64(j.Account), formatTime(j.Finished), inner})
	if err != nil {
		panic(err)
	}
	return out
}
