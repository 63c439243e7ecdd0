package source

import (
	_ "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	_ "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	_ "github.com/johannesboyne/gofakes3"
	_ "github.com/johannesboyne/gofakes3/backend/s3mem"
	_ "go.uber.org/goleak"
	_ "golang.org/x/net/dns/dnsmessage"
	_ "golang.org/x/net/idna"
	_ "pgregory.net/rapid"
)
