package server

import (
	"context"
	"net/netip"

	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
)

// free lists what every key may call.
var free = map[string]bool{"sts:" + ims.GetCallerIdentity: true}

// authorize refuses what no policy of the caller allows. What the account itself may do is everything.
func (s *Server) authorize(ctx context.Context, c *call) error {
	if free[c.action.Permission()] {
		return nil
	}
	return s.cfg.IAM.Authorize(ctx, &c.who, s.ask(c))
}

// ask says what the call is about, and from where it came.
func (s *Server) ask(c *call) iam.Ask {
	remote, _ := netip.ParseAddrPort(c.RemoteAddr) // unknown stays the zero address
	return iam.Ask{
		Action: c.action.Permission(), Resource: c.action.Resource(c.Request, s.cfg.Region, int64(c.who.Account)),
		Source: remote.Addr(), Secure: c.secure,
	}
}

// denied spells a refusal. The older gateway and the services answer it under different codes.
func denied(e *iam.DeniedError) *ims.Error {
	code := ims.NoPermission
	if len(e.Action) > 4 && e.Action[:4] == "ice:" {
		code = ims.Forbidden
	}
	out := ims.NewError(code)
	out.Denied = &ims.AccessDenied{
		AuthAction: e.Action, AuthPrincipalType: e.PrincipalType, AuthPrincipalOwnerId: ims.AccountText(int64(e.Owner)),
		AuthPrincipalDisplayName: e.DisplayName, NoPermissionType: "ImplicitDeny", PolicyType: e.PolicyType,
	}
	if e.Explicit {
		out.Denied.NoPermissionType = "ExplicitDeny"
	}
	return out
}
