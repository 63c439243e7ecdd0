package id3

import (
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// dict is a list of keys and values in ffprobe's order, which decides between frames that map to
// one key. Letter case does not tell keys apart.
type dict struct {
	entries []entry
	at      map[string]int // index by lower-case key
}

type entry struct{ key, value string }

// add keeps the value that key has.
func (d *dict) add(key, value string) {
	if _, ok := d.at[strings.ToLower(key)]; !ok {
		d.push(key, value)
	}
}

// set replaces the value that key has: the last entry takes the place of the old one.
func (d *dict) set(key, value string) {
	d.remove(key)
	d.push(key, value)
}

func (d *dict) push(key, value string) {
	if d.at == nil {
		d.at = map[string]int{}
	}
	d.at[strings.ToLower(key)] = len(d.entries)
	d.entries = append(d.entries, entry{key, value})
}

func (d *dict) remove(key string) {
	key = strings.ToLower(key)
	i, ok := d.at[key]
	if !ok {
		return
	}
	last := len(d.entries) - 1
	d.entries[i] = d.entries[last]
	d.at[strings.ToLower(d.entries[i].key)] = i
	d.entries = d.entries[:last]
	delete(d.at, key)
}

// exact returns the value of key in this letter case.
func (d *dict) exact(key string) string {
	if i, ok := d.at[strings.ToLower(key)]; ok && d.entries[i].key == key {
		return d.entries[i].value
	}
	return ""
}

func (d *dict) metadata() media.Metadata {
	if len(d.entries) == 0 {
		return nil
	}
	m := make(media.Metadata, len(d.entries))
	for _, e := range d.entries {
		m[e.key] = e.value
	}
	return m
}

// mapKeys gives entries the keys that ffprobe prints, table by table, and joins the dates.
func mapKeys(d dict) dict {
	for _, table := range []map[string]string{keys23, keys22, keys24} {
		d = convert(d, table)
	}
	joinDates(&d)
	return d
}

func convert(d dict, table map[string]string) dict {
	var out dict
	for _, e := range d.entries {
		key := e.key
		if name, ok := table[strings.ToUpper(key)]; ok {
			key = name
		}
		out.set(key, e.value)
	}
	return out
}

// joinDates makes one date of the year, the day and month, and the hour and minute that versions
// before 2.4 keep in three frames of four digits each.
func joinDates(d *dict) {
	take := func(ids ...string) string {
		for _, id := range ids {
			v := d.exact(id)
			if v == "" {
				continue
			}
			if len(v) != 4 || strings.Trim(v, "0123456789") != "" {
				return ""
			}
			d.remove(id)
			return v
		}
		return ""
	}
	date := take("TYER", "TYE")
	if date == "" {
		return
	}
	if v := take("TDAT", "TDA"); v != "" {
		date += "-" + v[2:] + "-" + v[:2]
		if v := take("TIME", "TIM"); v != "" {
			date += " " + v[:2] + ":" + v[2:]
		}
	}
	d.set("date", date)
}
