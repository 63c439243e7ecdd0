package mp4

// form says how an item's value is written.
type form int

const (
	formText   form = iota
	formRaw         // text without a length and language before it
	formByte        // one byte
	formPadded      // one byte after three
	formNumber      // a number and a total, as of tracks
	formGenre       // a number of the list of ID3v1
)

// textItems gives the key under which ffprobe prints an item of user data or of an item list.
var textItems = map[string]struct {
	key  string
	form form
}{
	"@PRM":    {"premiere_version", formRaw},
	"@PRQ":    {"quicktime_version", formRaw},
	"aART":    {"album_artist", formText},
	"akID":    {"account_type", formByte},
	"apID":    {"account_id", formText},
	"catg":    {"category", formText},
	"cpil":    {"compilation", formByte},
	"cprt":    {"copyright", formText},
	"desc":    {"description", formText},
	"disk":    {"disc", formNumber},
	"egid":    {"episode_uid", formByte},
	"FIRM":    {"firmware", formRaw},
	"gnre":    {"genre", formGenre},
	"hdvd":    {"hd_video", formByte},
	"HMMT":    {"keywords", formText},
	"keyw":    {"keywords", formText},
	"manu":    {"make", formText},
	"ldes":    {"synopsis", formText},
	"loci":    {"make", formText},
	"modl":    {"model", formText},
	"pcst":    {"podcast", formByte},
	"pgap":    {"gapless_playback", formByte},
	"purd":    {"purchase_date", formText},
	"rtng":    {"rating", formByte},
	"soaa":    {"sort_album_artist", formText},
	"soal":    {"sort_album", formText},
	"soar":    {"sort_artist", formText},
	"soco":    {"sort_composer", formText},
	"sonm":    {"sort_name", formText},
	"sosn":    {"sort_show", formText},
	"stik":    {"media_type", formByte},
	"trkn":    {"track", formNumber},
	"tven":    {"episode_id", formText},
	"tves":    {"episode_sort", formPadded},
	"tvnn":    {"network", formText},
	"tvsh":    {"show", formText},
	"tvsn":    {"season_number", formPadded},
	"\xa9ART": {"artist", formText},
	"\xa9PRD": {"producer", formText},
	"\xa9alb": {"album", formText},
	"\xa9aut": {"artist", formText},
	"\xa9chp": {"chapter", formText},
	"\xa9cmt": {"comment", formText},
	"\xa9com": {"composer", formText},
	"\xa9cpy": {"copyright", formText},
	"\xa9day": {"date", formText},
	"\xa9dir": {"director", formText},
	"\xa9dis": {"disclaimer", formText},
	"\xa9ed1": {"edit_date", formText},
	"\xa9enc": {"encoder", formText},
	"\xa9fmt": {"original_format", formText},
	"\xa9gen": {"genre", formText},
	"\xa9grp": {"grouping", formText},
	"\xa9hst": {"host_computer", formText},
	"\xa9inf": {"comment", formText},
	"\xa9lyr": {"lyrics", formText},
	"\xa9mak": {"make", formText},
	"\xa9mod": {"model", formText},
	"\xa9nam": {"title", formText},
	"\xa9ope": {"original_artist", formText},
	"\xa9prd": {"producer", formText},
	"\xa9prf": {"performers", formText},
	"\xa9req": {"playback_requirements", formText},
	"\xa9src": {"original_source", formText},
	"\xa9st3": {"subtitle", formText},
	"\xa9swr": {"encoder", formText},
	"\xa9too": {"encoder", formText},
	"\xa9trk": {"track", formText},
	"\xa9url": {"URL", formText},
	"\xa9wrn": {"warning", formText},
	"\xa9wrt": {"composer", formText},
	"\xa9xyz": {"location", formText},
}

// genres is the genre list of ID3v1 with its extensions.
var genres = [...]string{
	"Blues", "Classic Rock", "Country", "Dance", "Disco", "Funk",
	"Grunge", "Hip-Hop", "Jazz", "Metal", "New Age", "Oldies",
	"Other", "Pop", "R&B", "Rap", "Reggae", "Rock",
	"Techno", "Industrial", "Alternative", "Ska", "Death Metal", "Pranks",
	"Soundtrack", "Euro-Techno", "Ambient", "Trip-Hop", "Vocal", "Jazz+Funk",
	"Fusion", "Trance", "Classical", "Instrumental", "Acid", "House",
	"Game", "Sound Clip", "Gospel", "Noise", "AlternRock", "Bass",
	"Soul", "Punk", "Space", "Meditative", "Instrumental Pop", "Instrumental Rock",
	"Ethnic", "Gothic", "Darkwave", "Techno-Industrial", "Electronic", "Pop-Folk",
	"Eurodance", "Dream", "Southern Rock", "Comedy", "Cult", "Gangsta",
	"Top 40", "Christian Rap", "Pop/Funk", "Jungle", "Native American", "Cabaret",
	"New Wave", "Psychedelic", "Rave", "Showtunes", "Trailer", "Lo-Fi",
	"Tribal", "Acid Punk", "Acid Jazz", "Polka", "Retro", "Musical",
	"Rock & Roll", "Hard Rock", "Folk", "Folk-Rock", "National Folk", "Swing",
	"Fast Fusion", "Bebop", "Latin", "Revival", "Celtic", "Bluegrass",
	"Avantgarde", "Gothic Rock", "Progressive Rock", "Psychedelic Rock", "Symphonic Rock", "Slow Rock",
	"Big Band", "Chorus", "Easy Listening", "Acoustic", "Humour", "Speech",
	"Chanson", "Opera", "Chamber Music", "Sonata", "Symphony", "Booty Bass",
	"Primus", "Porn Groove", "Satire", "Slow Jam", "Club", "Tango",
	"Samba", "Folklore", "Ballad", "Power Ballad", "Rhythmic Soul", "Freestyle",
	"Duet", "Punk Rock", "Drum Solo", "A Cappella", "Euro-House", "Dance Hall",
	"Goa", "Drum & Bass", "Club-House", "Hardcore Techno", "Terror", "Indie",
	"BritPop", "Negerpunk", "Polsk Punk", "Beat", "Christian Gangsta Rap", "Heavy Metal",
	"Black Metal", "Crossover", "Contemporary Christian", "Christian Rock", "Merengue", "Salsa",
	"Thrash Metal", "Anime", "Jpop", "Synthpop", "Abstract", "Art Rock",
	"Baroque", "Bhangra", "Big Beat", "Breakbeat", "Chillout", "Downtempo",
	"Dub", "EBM", "Eclectic", "Electro", "Electroclash", "Emo",
	"Experimental", "Garage", "Global", "IDM", "Illbient", "Industro-Goth",
	"Jam Band", "Krautrock", "Leftfield", "Lounge", "Math Rock", "New Romantic",
	"Nu-Breakz", "Post-Punk", "Post-Rock", "Psytrance", "Shoegaze", "Space Rock",
	"Trop Rock", "World Music", "Neoclassical", "Audiobook", "Audio Theatre", "Neue Deutsche Welle",
	"Podcast", "Indie Rock", "G-Funk", "Dubstep", "Garage Rock", "Psybient",
	"title", "artist", "album", "date", "comment", "track",
	"genre",
}

// macRoman holds the upper half of the Mac OS Roman character set.
var macRoman = []rune("" +
	"\u00c4\u00c5\u00c7\u00c9\u00d1\u00d6\u00dc\u00e1\u00e0\u00e2\u00e4\u00e3\u00e5\u00e7\u00e9\u00e8\u00ea\u00eb\u00ed\u00ec\u00ee\u00ef\u00f1\u00f3\u00f2\u00f4\u00f6\u00f5\u00fa\u00f9\u00fb\u00fc" +
	"\u2020\u00b0\u00a2\u00a3\u00a7\u2022\u00b6\u00df\u00ae\u00a9\u2122\u00b4\u00a8\u2260\u00c6\u00d8\u221e\u00b1\u2264\u2265\u00a5\u00b5\u2202\u2211\u220f\u03c0\u222b\u00aa\u00ba\u03a9\u00e6\u00f8" +
	"\u00bf\u00a1\u00ac\u221a\u0192\u2248\u2206\u00ab\u00bb\u2026\u00a0\u00c0\u00c3\u00d5\u0152\u0153\u2013\u2014\u201c\u201d\u2018\u2019\u00f7\u25ca\u00ff\u0178\u2044\u20ac\u2039\u203a\ufb01\ufb02" +
	"\u2021\u00b7\u201a\u201e\u2030\u00c2\u00ca\u00c1\u00cb\u00c8\u00cd\u00ce\u00cf\u00cc\u00d3\u00d4\uf8ff\u00d2\u00da\u00db\u00d9\u0131\u02c6\u02dc\u00af\u02d8\u02d9\u02da\u00b8\u02dd\u02db\u02c7")
