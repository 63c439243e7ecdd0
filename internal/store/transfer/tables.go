package transfer

// kind is how a column is held on both sides.
type kind uint8

const (
	number kind = iota // integer of any width
	words              // text, which PostgreSQL holds escaped
	bytes              // a blob, which is never absent
	ident              // 16 bytes, there a uuid
	flag               // 0 or 1, there a boolean
)

type column struct {
	name string
	kind kind
}

// table is one that exists in both databases under one name. Rows are compared in the order of key.
type table struct {
	name    string
	key     string
	serial  string // the column that the database numbers itself, "" for none
	columns []column
}

// tables are those that hold what people put there. Nodes are not among them: they do not move.
var tables = []table{
	{"pipeline", "pipeline_no", "pipeline_no", []column{{"pipeline_no", number}, {"account", number}, {"pipeline_id", words}, {"name", words}, {"speed", words},
		{"state", number}, {"priority", number}, {"is_default", flag}, {"created_us", number}, {"modified_us", number}}},
	{"job_open", "account, job_id", "", []column{{"account", number}, {"job_id", ident}, {"pipeline_no", number}, {"priority", number}, {"run_state", number},
		{"attempt", number}, {"not_before_us", number}, {"name", words}, {"spec", bytes}}},
	{"job_done", "account, job_id", "", []column{{"account", number}, {"job_id", ident}, {"pipeline_no", number}, {"priority", number}, {"state", number},
		{"attempt", number}, {"finished_us", number}, {"name", words}, {"spec", bytes}, {"outcome", bytes}}},
	{"outbox", "outbox_no", "outbox_no", []column{{"outbox_no", number}, {"account", number}, {"job_id", ident}, {"created_us", number}, {"target", words}, {"body", bytes},
		{"state", number}, {"attempts", number}, {"next_us", number}, {"ended_us", number}, {"last", words}}},
	{"callback", "account", "", []column{{"account", number}, {"sealed", bytes}, {"modified_us", number}}},
	{"access_key", "key_id", "", []column{{"key_id", words}, {"account", number}, {"sealed", bytes}, {"active", flag}, {"created_us", number}, {"note", words}, {"user_name", words}}},
	{"nonce", "key_id, value", "", []column{{"key_id", words}, {"value", words}, {"expires_us", number}}},
	{"record", "account, kind, record_id", "", []column{{"account", number}, {"kind", words}, {"record_id", words}, {"alias", words}, {"created_us", number},
		{"expires_us", number}, {"version", number}, {"body", bytes}}},
}

// fixed are columns of PostgreSQL that SQLite has no counterpart of, with what goes there.
var fixed = map[string]map[string]any{
	"nonce": {"use_no": int64(0)},
}

// source is what a column is read as from SQLite. Jobs that ran when their server stopped are ready again.
func (c column) source(t table) string {
	if t.name == "job_open" && c.name == "run_state" {
		return "CASE run_state WHEN 1 THEN 0 ELSE run_state END"
	}
	return c.name
}
