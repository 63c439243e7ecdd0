package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/ims"
)

const lists = "1000" // of what is listed whole

// newUser makes the commands about users.
func newUser() *cobra.Command { return userCommand(thisMachine()) }

func userCommand(m *machine) *cobra.Command {
	return group(m, "user", "Make, list and delete users, give them policies",
		"Make, list and delete the users of the account, and give them policies. Keys of a user are made with\n\"mediagauge key create --user NAME\".",
		"  mediagauge user create ann\n  mediagauge user attach ann AliyunICEReadOnlyAccess --type System\n  mediagauge key create --user ann",
		[]plain{
			{use: "create NAME", short: "Make a user, who may do nothing yet", example: "  mediagauge user create ann --display-name \"Ann, builds\"",
				version: ims.VersionRAM, action: ims.CreateUser, positional: []string{"UserName"}, done: doneWith("made"),
				flags: []plainFlag{{name: "display-name", param: "DisplayName", usage: "name for people"}, {name: "comments", param: "Comments", usage: "what the user is for"}}},
			{use: "list", short: "List the users, oldest first", example: "  mediagauge user list", version: ims.VersionRAM, action: ims.ListUsers,
				fixed: map[string]string{"MaxItems": lists}, table: tableOf(func(t *tabwriter.Writer, r *ims.UserListResponse) {
					row(t, "USER", "ID", "DISPLAY NAME", "CREATED")
					for _, u := range r.Users.User {
						row(t, u.UserName, u.UserId, u.DisplayName, u.CreateDate)
					}
				})},
			{use: "delete NAME", short: "Delete a user that has neither keys nor policies", example: "  mediagauge user delete ann",
				version: ims.VersionRAM, action: ims.DeleteUser, positional: []string{"UserName"}, done: doneWith("deleted")},
			attachment("user", "attach", "Give a user a policy", ims.AttachPolicyToUser, "UserName"),
			attachment("user", "detach", "Take a policy from a user", ims.DetachPolicyFromUser, "UserName"),
			{use: "policies NAME", short: "List the policies of a user", example: "  mediagauge user policies ann",
				version: ims.VersionRAM, action: ims.ListPoliciesForUser, positional: []string{"UserName"}, table: tableOf(printPolicies)},
		})
}

// attachment makes attach and detach of users and roles.
func attachment(of, verb, short, action, param string) plain {
	word := verb + "ed"
	return plain{use: verb + " NAME POLICY", short: short, example: "  mediagauge " + of + " " + verb + " ann AliyunICEFullAccess --type System",
		version: ims.VersionRAM, action: action, positional: []string{param, "PolicyName"},
		flags: []plainFlag{{name: "type", param: "PolicyType", standard: "Custom", usage: "type of the policy: Custom or System"}},
		done:  func(args []string) string { return word + " " + args[1] }}
}

func printPolicies(t *tabwriter.Writer, r *ims.PolicyListResponse) {
	row(t, "POLICY", "TYPE", "DESCRIPTION")
	for _, p := range r.Policies.Policy {
		row(t, p.PolicyName, p.PolicyType, p.Description)
	}
}

// newPolicy makes the commands about policies.
func newPolicy() *cobra.Command { return policyCommand(thisMachine()) }

func policyCommand(m *machine) *cobra.Command {
	kind := plainFlag{name: "type", param: "PolicyType", standard: "Custom", usage: "type of the policy: Custom or System"}
	return group(m, "policy", "Make, show, change and delete policies", "Make, show, change and delete the policies that say what users and roles may do.",
		"  mediagauge policy create readers policy.json\n  mediagauge policy get AliyunICEReadOnlyAccess --type System",
		[]plain{
			{use: "create NAME FILE", short: "Make a policy of a JSON document; \"-\" reads standard input", example: "  mediagauge policy create readers policy.json",
				version: ims.VersionRAM, action: ims.CreatePolicy, positional: []string{"PolicyName", "@PolicyDocument"}, done: doneWith("made"),
				flags: []plainFlag{{name: "description", param: "Description", usage: "what the policy is for"}}},
			{use: "update NAME FILE", short: "Give a policy another document, which holds at once", example: "  mediagauge policy update readers policy.json",
				version: ims.VersionRAM, action: ims.CreatePolicyVersion, positional: []string{"PolicyName", "@PolicyDocument"}, fixed: map[string]string{"SetAsDefault": "true"}, done: doneWith("updated")},
			{use: "get NAME", short: "Print the document of a policy", example: "  mediagauge policy get readers",
				version: ims.VersionRAM, action: ims.GetPolicy, positional: []string{"PolicyName"}, flags: []plainFlag{kind},
				table: tableOf(func(t *tabwriter.Writer, r *ims.PolicyDocumentResponse) {
					row(t, r.DefaultPolicyVersion.PolicyDocument)
				})},
			{use: "list", short: "List policies, the account's own first", example: "  mediagauge policy list", version: ims.VersionRAM, action: ims.ListPolicies,
				fixed: map[string]string{"MaxItems": lists}, flags: []plainFlag{{name: "type", param: "PolicyType", usage: "only these: Custom or System"}}, table: tableOf(printPolicies)},
			{use: "delete NAME", short: "Delete a policy that nobody has", example: "  mediagauge policy delete readers",
				version: ims.VersionRAM, action: ims.DeletePolicy, positional: []string{"PolicyName"}, done: doneWith("deleted")},
		})
}

// newRole makes the commands about roles.
func newRole() *cobra.Command { return roleCommand(thisMachine()) }

func roleCommand(m *machine) *cobra.Command {
	return group(m, "role", "Make, list and delete roles, take them on", "Make, list and delete roles, give them policies, and take them on: that gives a temporary key.",
		"  mediagauge role create ci trust.json\n  mediagauge role assume acs:ram::1000000000000001:role/ci --session build-17",
		[]plain{
			{use: "create NAME FILE", short: "Make a role of a trust policy that says who may take it on", example: "  mediagauge role create ci trust.json",
				version: ims.VersionRAM, action: ims.CreateRole, positional: []string{"RoleName", "@AssumeRolePolicyDocument"}, done: doneWith("made"),
				flags: []plainFlag{{name: "description", param: "Description", usage: "what the role is for"}, {name: "max-session", param: "MaxSessionDuration", usage: "longest session in seconds, 3600 to 43200"}}},
			{use: "get NAME", short: "Show a role with its trust policy", example: "  mediagauge role get ci", version: ims.VersionRAM, action: ims.GetRole, positional: []string{"RoleName"},
				table: tableOf(func(t *tabwriter.Writer, r *ims.RoleResponse) {
					row(t, "Role", r.Role.RoleName)
					row(t, "Arn", r.Role.Arn)
					row(t, "Description", r.Role.Description)
					row(t, "Longest session", (time.Duration(r.Role.MaxSessionDuration) * time.Second).String())
					row(t, "Trust", r.Role.AssumeRolePolicyDocument)
				})},
			{use: "list", short: "List the roles, oldest first", example: "  mediagauge role list", version: ims.VersionRAM, action: ims.ListRoles,
				fixed: map[string]string{"MaxItems": lists}, table: tableOf(func(t *tabwriter.Writer, r *ims.RoleListResponse) {
					row(t, "ROLE", "ARN", "DESCRIPTION", "CREATED")
					for _, x := range r.Roles.Role {
						row(t, x.RoleName, x.Arn, x.Description, x.CreateDate)
					}
				})},
			{use: "delete NAME", short: "Delete a role that has no policies", example: "  mediagauge role delete ci",
				version: ims.VersionRAM, action: ims.DeleteRole, positional: []string{"RoleName"}, done: doneWith("deleted")},
			attachment("role", "attach", "Give a role a policy", ims.AttachPolicyToRole, "RoleName"),
			attachment("role", "detach", "Take a policy from a role", ims.DetachPolicyFromRole, "RoleName"),
			{use: "policies NAME", short: "List the policies of a role", example: "  mediagauge role policies ci",
				version: ims.VersionRAM, action: ims.ListPoliciesForRole, positional: []string{"RoleName"}, table: tableOf(printPolicies)},
			{use: "assume ARN", short: "Take on a role and print its temporary key", example: "  mediagauge role assume acs:ram::1000000000000001:role/ci --session build-17",
				long:    "Take on a role and print its temporary key, as lines for a shell. The commands of mediagauge and the vendor's\nclients read them from the environment.",
				version: ims.VersionSTS, action: ims.AssumeRole, positional: []string{"RoleArn"},
				flags: []plainFlag{{name: "session", param: "RoleSessionName", standard: "mediagauge", usage: "name of the session, 2 to 64 characters"},
					{name: "seconds", param: "DurationSeconds", usage: "how long the key is good, 900 up to the role's longest session"},
					{name: "policy", param: "Policy", usage: "file with a policy that restricts the session further", file: true}},
				table: tableOf(func(t *tabwriter.Writer, r *ims.AssumeRoleResponse) {
					for _, v := range [][2]string{{"ALIBABA_CLOUD_ACCESS_KEY_ID", r.Credentials.AccessKeyId}, {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", r.Credentials.AccessKeySecret},
						{"ALIBABA_CLOUD_SECURITY_TOKEN", r.Credentials.SecurityToken}, {"MEDIAGAUGE_ACCESS_KEY_ID", r.Credentials.AccessKeyId},
						{"MEDIAGAUGE_ACCESS_KEY_SECRET", r.Credentials.AccessKeySecret}, {"MEDIAGAUGE_SECURITY_TOKEN", r.Credentials.SecurityToken}} {
						row(t, fmt.Sprintf("export %s='%s'", v[0], v[1]))
					}
				})},
		})
}

// newAccount makes the commands about accounts.
func newAccount() *cobra.Command { return accountCommand(thisMachine()) }

func accountCommand(m *machine) *cobra.Command {
	return group(m, "account", "Make and list accounts, say who you are", "Make and list accounts, which have nothing of each other. Only the operator's account may make them.",
		"  mediagauge account create team-a\n  mediagauge account whoami",
		[]plain{
			{use: "create NAME", short: "Make an account and print its first key, secret included, this once", example: "  mediagauge account create team-a",
				version: ims.VersionRAM, action: ims.CreateAccount, positional: []string{"AccountName"}, table: tableOf(func(t *tabwriter.Writer, r *ims.AccountResponse) {
					row(t, "Account", r.Account.AccountId)
					row(t, "Name", r.Account.AccountName)
					row(t, "Access key id", r.AccessKey.AccessKeyId)
					row(t, "Access key secret", r.AccessKey.AccessKeySecret)
				})},
			{use: "list", short: "List the accounts that were made", example: "  mediagauge account list", version: ims.VersionRAM, action: ims.ListAccounts,
				fixed: map[string]string{"MaxItems": lists}, table: tableOf(func(t *tabwriter.Writer, r *ims.AccountListResponse) {
					row(t, "ACCOUNT", "NAME", "CREATED")
					for _, a := range r.AccountList {
						row(t, a.AccountId, a.AccountName, a.CreateDate)
					}
				})},
			{use: "whoami", short: "Say whose key this is", example: "  mediagauge account whoami", version: ims.VersionSTS, action: ims.GetCallerIdentity,
				table: tableOf(func(t *tabwriter.Writer, r *ims.CallerIdentityResponse) {
					row(t, "Kind", r.IdentityType)
					row(t, "Account", r.AccountId)
					row(t, "Arn", r.Arn)
				})},
		})
}
