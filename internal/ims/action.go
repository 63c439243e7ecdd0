package ims

import (
	"fmt"
	"sort"
	"strings"
)

// The versions that are served. Each is one product of the vendor's.
const (
	VersionICE = "2020-11-09" // media information, pipelines, assets, storage and callbacks
	VersionMTS = "2014-06-18" // the older product's media information and pipelines
	VersionRAM = "2015-05-01" // users, roles, policies and access keys
	VersionSTS = "2015-04-01" // temporary keys
)

// services are the prefixes of actions in policies, by version (contract section 3).
var services = map[string]string{VersionICE: "ice", VersionMTS: "mts", VersionRAM: "ram", VersionSTS: "sts"}

// Action is one operation of the API.
type Action struct {
	Name    string
	Version string
	Durable bool   // it writes: its nonce must be on disk before it succeeds
	Summary string // one line for people
	Params  []Param
	Reply   any // the zero value of what answers it
	// Own says that the vendor has no such operation.
	Own bool
	// Decode checks the parameters in the order of the documentation and returns the action's
	// request value. Its error is always an *Error.
	Decode func(*Request) (any, error)
	// relative is the resource that a request is about; nil means all of them.
	relative func(*Request) string
}

// Param is one parameter of an action.
type Param struct {
	Name     string
	Type     string // "string", "integer", "boolean" or "json"
	Required bool
	Support  Support
	Note     string // how it differs, or why it is not done
}

// Support says how far a parameter is served.
type Support string

// How far.
const (
	Done      Support = "done"
	Different Support = "different"
	NotDone   Support = "not"
	Extension Support = "extension"
)

// Service is the prefix of the action's product in policies, such as "ice".
func (a *Action) Service() string { return services[a.Version] }

// Permission is the action as policies name it, such as "ice:GetMediaInfoJob".
func (a *Action) Permission() string { return a.Service() + ":" + a.Name }

// Resource is what the request is about, as policies name it. Most actions are about all resources of the
// account, as with the vendor; pipelines have names of their own here.
func (a *Action) Resource(r *Request, region string, account int64) string {
	relative := "*"
	if a.relative != nil {
		relative = a.relative(r)
	}
	if strings.HasPrefix(relative, "acs:") {
		return relative // it names its account itself
	}
	if s := a.Service(); s == "ram" || s == "sts" {
		region = ""
	}
	return fmt.Sprintf("acs:%s:%s:%d:%s", a.Service(), region, account, relative)
}

// onPipeline is the resource of actions with a PipelineId.
func onPipeline(r *Request) string { return pipelineResource(r.Params["PipelineId"]) }

// onSchedule is the resource of actions that submit. What cannot be read is about no particular pipeline;
// decoding refuses it later.
func onSchedule(r *Request) string {
	o, err := r.object("ScheduleConfig")
	if err != nil {
		return "*"
	}
	id, err := o.text("PipelineId")
	if err != nil {
		return "*"
	}
	return pipelineResource(id)
}

func pipelineResource(id string) string {
	if id == "" {
		return "pipeline/default"
	}
	return "pipeline/" + id
}

// about makes the resource of actions on something that a parameter names.
func about(kind, param string) func(*Request) string {
	return func(r *Request) string {
		if name := r.Params[param]; name != "" {
			return kind + "/" + name
		}
		return "*"
	}
}

func decoder[T any](f func(*Request) (T, error)) func(*Request) (any, error) {
	return func(r *Request) (any, error) { return f(r) }
}

// params reads the short spelling of parameters: names separated by blanks, each with "!" when it is
// mandatory, ":integer", ":boolean" or ":json" when it is not text, and "+" when it is an extension of ours.
func params(short string) []Param {
	var all []Param
	for _, f := range strings.Fields(short) {
		p := Param{Type: "string", Support: Done}
		f, p.Type, _ = strings.Cut(f, ":")
		if p.Type == "" {
			p.Type = "string"
		}
		if strings.HasSuffix(f, "+") {
			f, p.Support = strings.TrimSuffix(f, "+"), Extension
		}
		p.Name, p.Required = strings.TrimSuffix(f, "!"), strings.HasSuffix(f, "!")
		all = append(all, p)
	}
	return all
}

// but says of parameters how they differ from the vendor's.
func but(all []Param, name string, s Support, note string) []Param {
	for i := range all {
		if all[i].Name == name {
			all[i].Support, all[i].Note = s, note
			return all
		}
	}
	return append(all, Param{Name: name, Type: "string", Support: s, Note: note})
}

// Actions returns all actions, sorted by name, then by version.
func Actions() []Action { return append([]Action(nil), actions...) }

// LookUp finds the action that r names. The error tells an unknown version from an unknown
// action, and a missing name from both.
func LookUp(r *Request) (Action, error) {
	switch {
	case r.Action == "":
		return Action{}, NewError(MissingAction)
	case r.Version == "":
		return Action{}, NewError(MissingVersion)
	case services[r.Version] == "":
		return Action{}, NewError(NoSuchVersion)
	}
	i := sort.Search(len(actions), func(i int) bool {
		a := &actions[i]
		return a.Name > r.Action || a.Name == r.Action && a.Version >= r.Version
	})
	if i == len(actions) || actions[i].Name != r.Action || actions[i].Version != r.Version {
		return Action{}, NewError(ActionNotFound)
	}
	return actions[i], nil
}
