package ims

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Code is an error code of the wire.
type Code string

// The error codes in use.
const (
	ActionNotFound           Code = "InvalidAction.NotFound"
	IdempotentMismatch       Code = "IdempotentParameterMismatch"
	LimitExceeded            Code = "LimitExceeded"
	MissingSecurityToken     Code = "MissingSecurityToken"
	NoPermission             Code = "NoPermission"
	SecurityTokenExpired     Code = "InvalidSecurityToken.Expired"
	SecurityTokenMismatch    Code = "InvalidSecurityToken.MismatchWithAccessKey"
	Forbidden                Code = "Forbidden"
	IllegalTimestamp         Code = "IllegalTimestamp"
	IncompleteSignature      Code = "IncompleteSignature"
	InternalError            Code = "InternalError"
	InvalidAccessKeyInactive Code = "InvalidAccessKeyId.Inactive"
	InvalidAccessKeyNotFound Code = "InvalidAccessKeyId.NotFound"
	InvalidFormat            Code = "InvalidParameter.Format"
	InvalidParameter         Code = "InvalidParameter"
	InvalidSecurityToken     Code = "InvalidSecurityToken.Malformed"
	InvalidSignatureMethod   Code = "InvalidSignatureMethod"
	InvalidTimestampExpired  Code = "InvalidTimeStamp.Expired"
	InvalidTimestampFormat   Code = "InvalidTimeStamp.Format"
	MissingAction            Code = "MissingAction"
	MissingParameter         Code = "MissingParameter"
	MissingVersion           Code = "MissingVersion"
	NeedTLS                  Code = "InvalidProtocol.NeedSsl"
	NonceUsed                Code = "SignatureNonceUsed"
	NoSuchVersion            Code = "NoSuchVersion"
	OperationDenied          Code = "OperationDenied"
	PathNotFound             Code = "InvalidApi.NotFound"
	QuotaExceeded            Code = "PermissionDenied.ResourceQuotaExceed"
	ResourceNotFound         Code = "ResourceNotFound"
	ServiceUnavailable       Code = "ServiceUnavailable"
	SignatureDoesNotMatch    Code = "SignatureDoesNotMatch"
	Throttling               Code = "Throttling"
	ThrottlingUser           Code = "Throttling.User"
	UnsupportedMethod        Code = "UnsupportedHTTPMethod"
)

// ErrorKind is one row of the error table.
type ErrorKind struct {
	Code    Code
	Status  int    // HTTP
	Message string // fmt format
	Cause   string // one line for people
}

// errorKinds is sorted by code. Statuses and texts are those of the gateway's table and of the
// service's general table; OperationDenied and ResourceQuotaExceed carry our own texts.
var errorKinds = []ErrorKind{
	{"DeleteConflict.Policy.Role", 409, `The policy cannot be deleted: the role "%s" has it.`, "detach the policy first"},
	{"DeleteConflict.Policy.User", 409, `The policy cannot be deleted: the user "%s" has it.`, "detach the policy first"},
	{"DeleteConflict.Role.Policy", 409, `The role cannot be deleted: it has the policy "%s".`, "detach the policy first"},
	{"DeleteConflict.User.AccessKey", 409, `The user cannot be deleted: it has the access key "%s".`, "delete the key first"},
	{"DeleteConflict.User.Policy", 409, `The user cannot be deleted: it has the policy "%s".`, "detach the policy first"},
	{"EntityAlreadyExists.Account", 409, `The account "%s" already exists.`, "there is an account of that name"},
	{"EntityAlreadyExists.Policy", 409, `The policy "%s" already exists.`, "the account has a policy of that name"},
	{"EntityAlreadyExists.Role", 409, `The role "%s" already exists.`, "the account has a role of that name"},
	{"EntityAlreadyExists.Role.Policy", 409, `The role already has the policy "%s".`, "the policy is attached"},
	{"EntityAlreadyExists.User", 409, `The user "%s" already exists.`, "the account has a user of that name"},
	{"EntityAlreadyExists.User.Policy", 409, `The user already has the policy "%s".`, "the policy is attached"},
	{"EntityNotExist.Policy", 404, `The policy "%s" does not exist.`, "no such policy in this account"},
	{"EntityNotExist.Role", 404, `The role "%s" does not exist.`, "no such role in this account"},
	{"EntityNotExist.Role.Policy", 404, `The role does not have the policy "%s".`, "the policy is not attached"},
	{"EntityNotExist.User", 404, `The user "%s" does not exist.`, "no such user in this account"},
	{"EntityNotExist.User.Policy", 404, `The user does not have the policy "%s".`, "the policy is not attached"},
	{Forbidden, 403, "User not authorized to operate on the specified resource.", "the key may not do this"},
	{IdempotentMismatch, 400, "The request uses the same client token as a previous, but non-identical request.", "the same ClientToken came with other parameters within 24 hours"},
	{IllegalTimestamp, 400, `The input parameter "Timestamp" that is mandatory for processing this request is not supplied.`, "the request carries no time"},
	{IncompleteSignature, 400, "The request signature does not conform to Aliyun standards.", "the request is not signed, or part of the signature is missing or malformed"},
	{InternalError, 500, "The request processing has failed due to some unknown error.", "a fault of the server; its log has the cause under the same RequestId"},
	{InvalidAccessKeyInactive, 400, "Specified access key is disabled.", "the key was switched off"},
	{InvalidAccessKeyNotFound, 404, "Specified access key is not found.", "the key does not exist"},
	{ActionNotFound, 404, "Specified api is not found, please check your url and method.", "no such action in this version"},
	{PathNotFound, 404, "Specified api is not found, please check your url and method.", "the API answers at / only"},
	{InvalidParameter, 400, `The specified parameter "%s" is not valid.`, "a parameter has a value that is not allowed; the message says why"},
	{"InvalidParameter.BucketNameInvalid", 400, `The name of the bucket "%s" is invalid.`, "a bucket's name has 3 to 63 small letters, digits and hyphens"},
	{InvalidFormat, 400, "Specified parameter format is not valid.", "Format is neither JSON nor XML"},
	{"InvalidParameter.JsonObjectFormatInvalid", 400, `The parameter "%s" does not conform to the JSON Object specification.`, "the parameter must be one JSON object"},
	{"InvalidParameter.LocationInvalid", 400, `The location "%s" is invalid.`, "a location is oss- and a region"},
	{"InvalidParameter.ObjectKeyInvalid", 400, `The object key "%s" is invalid.`, "a key has 1 to 1023 bytes without CR and LF, and is encoded as in a URL"},
	{"InvalidParameter.ResourceNotFound", 404, `The resource operated "%s" cannot be found.`, "no such job or pipeline in this account"},
	{NeedTLS, 404, "Your request is denied as lack of ssl protect.", "the server wants https"},
	{SecurityTokenExpired, 400, "Specified SecurityToken is expired.", "the temporary key has run out; take on the role again"},
	{InvalidSecurityToken, 400, "Specified SecurityToken is malformed.", "the token was not issued by this server, is damaged, or came with a permanent key"},
	{SecurityTokenMismatch, 400, "Specified SecurityToken does not match the AccessKey.", "the token belongs to another temporary key"},
	{InvalidSignatureMethod, 400, "Specified signature method is not valid.", "only HMAC-SHA1 (version 1.0) and ACS3-HMAC-SHA256 are known"},
	{InvalidTimestampExpired, 400, "Specified time stamp or date value is expired.", "the request's time is more than 15 minutes from the server's"},
	{InvalidTimestampFormat, 400, "Specified time stamp or date value is not well formatted.", "times are yyyy-MM-ddTHH:mm:ssZ"},
	{LimitExceeded, 409, `There may be no more than %s.`, "there are as many of these as one account may have"},
	{"MalformedPolicyDocument", 400, `The parameter "%s" is not a valid policy.`, "the policy breaks its grammar; the message says where"},
	{MissingAction, 400, "Action is mandatory for this action.", "the request names no action"},
	{MissingParameter, 400, `The input parameter "%s" that is mandatory for processing this request is not supplied.`, "a mandatory parameter is absent or empty"},
	{MissingSecurityToken, 400, "SecurityToken is mandatory for this action.", "a temporary key was used without its token"},
	{MissingVersion, 400, "Version is mandatory for this action.", "the request names no version"},
	{NoPermission, 403, "You are not authorized to do this action. You should be authorized by RAM.", "no policy of the caller allows it, or one denies it"},
	{NoSuchVersion, 400, "The specified version does not exist.", "the version is not served here"},
	{OperationDenied, 403, "The operation is denied.", "the resource is in a state that does not allow it; the message says why"},
	{QuotaExceeded, 403, `The resource "%s" quota has been used up.`, "there are as many of these as one account may have"},
	{ResourceNotFound, 404, `Resource not found. The %s "%s" does not exist.`, "no such job, pipeline or media asset in this account"},
	{ServiceUnavailable, 503, "The request has failed due to a temporary failure of the server.", "the server is stopping or its database does not answer; try again"},
	{"SessionTooLong", 400, `The specified parameter "DurationSeconds" is longer than the role's MaxSessionDuration.`, "ask for a shorter session, or make the role's longest one longer"},
	{SignatureDoesNotMatch, 400, "Specified signature is not matched with our calculation. server string to sign is:%s", "the secret is wrong, or the request was changed after it was signed"},
	{NonceUsed, 400, "Specified signature nonce was used already.", "the same signed request was sent twice"},
	{Throttling, 400, "Request was denied due to request throttling.", "the server has more work than it accepts"},
	{ThrottlingUser, 400, "Request was denied due to user flow control.", "the account has more unfinished work, or sends more, than it may"},
	{UnsupportedMethod, 403, "This http method not supported.", "the API answers GET and POST"},
}

// ErrorKinds returns the error table, sorted by code.
func ErrorKinds() []ErrorKind { return append([]ErrorKind(nil), errorKinds...) }

// Error is an error as the wire tells it.
type Error struct {
	Code       Code
	Status     int
	Message    string
	RetryAfter time.Duration // when to try again; 0 says nothing
	Denied     *AccessDenied // who was not allowed what
}

// AccessDenied says whose permission for what is missing (contract 2.6).
type AccessDenied struct {
	AuthAction               string
	AuthPrincipalType        string
	AuthPrincipalOwnerId     string
	AuthPrincipalDisplayName string
	NoPermissionType         string // "ImplicitDeny" or "ExplicitDeny"
	PolicyType               string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// NewError makes the error of a code. args fill the message of the table.
func NewError(code Code, args ...any) *Error {
	for _, k := range errorKinds {
		if k.Code == code {
			return &Error{Code: code, Status: k.Status, Message: fmt.Sprintf(k.Message, args...)}
		}
	}
	panic("ims: no row for error code " + strconv.Quote(string(code)))
}

// Because returns e with a reason after its message.
func (e *Error) Because(reason string) *Error {
	c := *e
	c.Message += " " + clipTo(reason, 400)
	return &c
}

// Missing says that a mandatory parameter is absent.
func Missing(name string) *Error { return NewError(MissingParameter, clip(name)) }

// Invalid says that a parameter's value is not allowed, and why.
func Invalid(name, reason string) *Error {
	return NewError(InvalidParameter, clip(name)).Because(reason)
}

// NotFound says that the account has no such thing. An id that is not even well formed gets
// the same answer as one that is unknown or somebody else's.
func NotFound(kind, id string) *Error { return NewError(ResourceNotFound, kind, clip(id)) }

// Clip makes text of the client's safe to repeat in a message.
func Clip(s string) string { return clip(s) }

// clip makes text of the client's safe to repeat in a message: printable, and short.
func clip(s string) string { return clipTo(s, 64) }

func clipTo(s string, most int) string {
	var b strings.Builder
	for i, r := range s {
		if i >= most {
			b.WriteString("…")
			break
		}
		if r == utf8.RuneError || r < 0x20 || r == 0x7f {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ErrorResponse is the body of every reply that is not a success.
type ErrorResponse struct {
	RequestId string
	HostId    string
	Code      string
	Message   string
	Recommend string

	AccessDeniedDetail *AccessDenied `json:",omitempty"`
}

// Response makes the body of e. docs is the address of the page that explains the codes.
func (e *Error) Response(requestID, hostID, docs string) ErrorResponse {
	return ErrorResponse{
		RequestId: requestID,
		HostId:    hostID,
		Code:      string(e.Code),
		Message:   e.Message,
		Recommend: docs + "#" + string(e.Code),

		AccessDeniedDetail: e.Denied,
	}
}
