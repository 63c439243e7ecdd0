package job

// CodeMeaning says what a failure code tells the submitter.
type CodeMeaning struct {
	Code    Code
	Meaning string
	Retried bool // tried again before the job fails
}

// CodeMeanings lists every failure code, in the order of the API's documentation.
func CodeMeanings() []CodeMeaning {
	return []CodeMeaning{
		{SourceUnreachable, "The origin did not answer, or answered with a server error.", true},
		{SourceForbidden, "The origin refused access: 401, 403, or a signature it did not accept.", false},
		{SourceNotFound, "The origin knows no such object.", false},
		{SourceExpired, "The presigned URL or the token in it has run out.", false},
		{SourceChanged, "The object changed while it was being read.", true},
		{SourceTruncated, "The origin sent fewer bytes than it announced, or the file ends before its own headers say.", true},
		{SourceNotSeekable, "The origin does not serve ranges, and the file cannot be read in one go within the budget.", false},
		{AddressDenied, "The source lies at an address that this service may not reach.", false},
		{UnsupportedFormat, "The content is of no format that can be analysed here.", false},
		{MalformedMedia, "The content breaks the rules of its format so that nothing can be said of it.", false},
		{EncryptedMedia, "The content is encrypted so that nothing can be said of it.", false},
		{BudgetExceeded, "The bytes, requests or memory that one job may use were used up.", false},
		{DeadlineExceeded, "The time that one job may take was used up.", false},
		{CancelledByUser, "The job was cancelled before it ended.", false},
		{Poisoned, "The job's worker died each time it was tried.", true},
		{InternalError, "A fault of the service; its log has the cause under the job's id.", false},
	}
}
