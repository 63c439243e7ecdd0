package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	vendor "github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	vendorerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

// call is one API call.
type call struct {
	action  string
	params  map[string]string
	version string // "" is the current one
	stamp   string // "" is now
}

// apiError is what a client's own error type says. Any other error is a failure of the test.
type apiError struct {
	code      string
	message   string
	status    int
	recommend string
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }

// client is one vendor client in one way of using it.
type client struct {
	name   string
	stamps bool // lets its user choose the timestamp
	// connect returns a function that does a call and decodes the reply. Its error is an
	// *apiError when the client gave its own type.
	connect func(addr, id, secret string) (func(call) (map[string]any, error), error)
}

var clients = []client{
	{"tea-v3-query", true, teaClient("", false)},
	{"tea-v3-body", true, teaClient("", true)},
	{"tea-v1-query", true, teaClient("v2", false)},
	{"tea-v1-body", true, teaClient("v2", true)},
	{"classic-get", false, classicClient(requests.GET, false)},
	{"classic-post-query", false, classicClient(requests.POST, false)},
	{"classic-post-form", false, classicClient(requests.POST, true)},
}

const apiVersion = "2020-11-09"

// teaClient is the core under every generated Go SDK. algorithm "" signs V3, "v2" signs V1.
func teaClient(algorithm string, inBody bool) func(addr, id, secret string) (func(call) (map[string]any, error), error) {
	return func(addr, id, secret string) (func(call) (map[string]any, error), error) {
		config := &openapi.Config{
			AccessKeyId: tea.String(id), AccessKeySecret: tea.String(secret),
			Endpoint: tea.String(addr), Protocol: tea.String("HTTP"), RegionId: tea.String("cn-shanghai"),
		}
		if algorithm != "" {
			config.SignatureAlgorithm = tea.String(algorithm)
		}
		c, err := openapi.NewClient(config)
		if err != nil {
			return nil, err
		}
		return func(in call) (map[string]any, error) {
			params := &openapi.Params{
				Action: tea.String(in.action), Version: tea.String(or(in.version, apiVersion)), Protocol: tea.String("HTTP"),
				Method: tea.String("POST"), Pathname: tea.String("/"), AuthType: tea.String("AK"), Style: tea.String("RPC"),
				ReqBodyType: tea.String("formData"), BodyType: tea.String("json"),
			}
			request := &openapi.OpenApiRequest{Query: map[string]*string{}, Headers: map[string]*string{}}
			if inBody {
				request.Body = in.params
			} else {
				request.Query = openapiutil.Query(in.params)
			}
			switch {
			case in.stamp != "" && algorithm == "":
				request.Headers["x-acs-date"] = tea.String(in.stamp)
			case in.stamp != "":
				request.Query["Timestamp"] = tea.String(in.stamp)
			}
			result, err := c.CallApi(params, request, &dara.RuntimeOptions{})
			if err != nil {
				return nil, teaError(err)
			}
			return decode(result["body"])
		}, nil
	}
}

func teaError(err error) error {
	var e *tea.SDKError
	if !errors.As(err, &e) {
		return fmt.Errorf("not the client's own error type: %T: %w", err, err)
	}
	var data struct{ Message, Recommend string }
	if err := json.Unmarshal([]byte(tea.StringValue(e.Data)), &data); err != nil {
		return fmt.Errorf("data of the error: %w", err)
	}
	if !strings.Contains(tea.StringValue(e.Message), data.Message) {
		return fmt.Errorf("message %q lacks the server's %q", tea.StringValue(e.Message), data.Message)
	}
	return &apiError{tea.StringValue(e.Code), data.Message, tea.IntValue(e.StatusCode), data.Recommend}
}

// classicClient is the older Go SDK's CommonRequest, which signs V1.
func classicClient(method string, form bool) func(addr, id, secret string) (func(call) (map[string]any, error), error) {
	return func(addr, id, secret string) (func(call) (map[string]any, error), error) {
		c, err := vendor.NewClientWithAccessKey("cn-shanghai", id, secret)
		if err != nil {
			return nil, err
		}
		return func(in call) (map[string]any, error) {
			r := requests.NewCommonRequest()
			r.Method, r.Scheme, r.Domain = method, "http", addr
			r.Version, r.ApiName = or(in.version, apiVersion), in.action
			to := r.QueryParams
			if form {
				to = r.FormParams
			}
			for k, v := range in.params {
				to[k] = v
			}
			reply, err := c.ProcessCommonRequest(r)
			if err != nil {
				return nil, classicError(err)
			}
			return decode(reply.GetHttpContentString())
		}, nil
	}
}

func classicError(err error) error {
	var e *vendorerrors.ServerError
	if !errors.As(err, &e) {
		return fmt.Errorf("not the client's own error type: %T: %w", err, err)
	}
	if e.RequestId() == "" || e.HostId() == "" {
		return fmt.Errorf("error without RequestId or HostId: %w", err)
	}
	return &apiError{e.ErrorCode(), e.Message(), e.HttpStatus(), e.Recommend()}
}

// decode brings replies of all clients into one form, in which numbers are as they were written.
func decode(reply any) (map[string]any, error) {
	text, ok := reply.(string)
	if !ok {
		b, err := json.Marshal(reply)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("reply %q: %w", text, err)
	}
	return m, nil
}

func or(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}
