package source

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	osssigner "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	"github.com/aws/aws-sdk-go-v2/aws"
	s3signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// unsignedPayload says that the body, which a GET has not, is outside the signature.
const unsignedPayload = "UNSIGNED-PAYLOAD"

// sign adds the storage's signature to req. It is called before any other header is set:
// proxies may rewrite those (Accept-Encoding above all), and a signature must not cover them.
func (t *target) sign(ctx context.Context, req *http.Request, now time.Time) error {
	s := t.storage
	if s == nil || s.AccessKeyID == "" {
		return nil
	}
	var err error
	switch s.Kind {
	case KindOSS:
		err = signOSS(ctx, t, req, now)
	case KindS3:
		err = signS3(ctx, t, req, now)
	}
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	return nil
}

// signOSS signs with OSS4-HMAC-SHA256.
func signOSS(ctx context.Context, t *target, req *http.Request, now time.Time) error {
	s := t.storage
	product := "oss"
	return new(osssigner.SignerV4).Sign(ctx, &osssigner.SigningContext{
		Product: &product,
		Region:  &t.facts.Region,
		Bucket:  &s.Bucket,
		Key:     &t.facts.Key,
		Request: req,
		Time:    now,
		Credentials: &credentials.Credentials{
			AccessKeyID:     s.AccessKeyID,
			AccessKeySecret: s.AccessKeySecret,
			SecurityToken:   s.SecurityToken,
		},
	})
}

// signS3 signs with AWS4-HMAC-SHA256. S3 hashes the path as it is sent, not escaped again.
func signS3(ctx context.Context, t *target, req *http.Request, now time.Time) error {
	s := t.storage
	req.Header.Set("X-Amz-Content-Sha256", unsignedPayload)
	creds := aws.Credentials{
		AccessKeyID:     s.AccessKeyID,
		SecretAccessKey: s.AccessKeySecret,
		SessionToken:    s.SecurityToken,
	}
	signer := s3signer.NewSigner(func(o *s3signer.SignerOptions) { o.DisableURIPathEscaping = true })
	return signer.SignHTTP(ctx, creds, req, unsignedPayload, "s3", t.facts.Region, now)
}
