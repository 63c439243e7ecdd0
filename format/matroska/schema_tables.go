package matroska

// The identifiers of the elements that are read, RFC 8794 section 11 and RFC 9559 section 5.
const (
	idEBML               = 0x1A45DFA3
	idEBMLReadVersion    = 0x42F7
	idEBMLMaxIDLength    = 0x42F2
	idEBMLMaxSizeLength  = 0x42F3
	idDocType            = 0x4282
	idDocTypeReadVersion = 0x4285
	idVoid               = 0xEC
	idCRC32              = 0xBF

	idSegment = 0x18538067

	idSeekHead     = 0x114D9B74
	idSeek         = 0x4DBB
	idSeekID       = 0x53AB
	idSeekPosition = 0x53AC

	idInfo           = 0x1549A966
	idTimestampScale = 0x2AD7B1
	idDuration       = 0x4489
	idTitle          = 0x7BA9
	idMuxingApp      = 0x4D80
	idDateUTC        = 0x4461

	idTracks               = 0x1654AE6B
	idTrackEntry           = 0xAE
	idTrackNumber          = 0xD7
	idTrackUID             = 0x73C5
	idTrackType            = 0x83
	idFlagDefault          = 0x88
	idFlagForced           = 0x55AA
	idDefaultDuration      = 0x23E383
	idTrackTimestampScale  = 0x23314F
	idName                 = 0x536E
	idLanguage             = 0x22B59C
	idCodecID              = 0x86
	idCodecPrivate         = 0x63A2
	idCodecDelay           = 0x56AA
	idSeekPreRoll          = 0x56BB
	idBlockAdditionMapping = 0x41E4
	idBlockAddIDType       = 0x41E7
	idBlockAddIDExtraData  = 0x41ED

	idVideo             = 0xE0
	idFlagInterlaced    = 0x9A
	idFieldOrder        = 0x9D
	idStereoMode        = 0x53B8
	idAlphaMode         = 0x53C0
	idPixelWidth        = 0xB0
	idPixelHeight       = 0xBA
	idDisplayWidth      = 0x54B0
	idDisplayHeight     = 0x54BA
	idDisplayUnit       = 0x54B2
	idUncompressedFC    = 0x2EB524
	idFrameRate         = 0x2383E3
	idColour            = 0x55B0
	idMatrix            = 0x55B1
	idChromaSitingHorz  = 0x55B7
	idChromaSitingVert  = 0x55B8
	idRange             = 0x55B9
	idTransfer          = 0x55BA
	idPrimaries         = 0x55BB
	idMaxCLL            = 0x55BC
	idMaxFALL           = 0x55BD
	idMastering         = 0x55D0
	idPrimaryRX         = 0x55D1
	idPrimaryRY         = 0x55D2
	idPrimaryGX         = 0x55D3
	idPrimaryGY         = 0x55D4
	idPrimaryBX         = 0x55D5
	idPrimaryBY         = 0x55D6
	idWhiteX            = 0x55D7
	idWhiteY            = 0x55D8
	idLuminanceMax      = 0x55D9
	idLuminanceMin      = 0x55DA
	idProjection        = 0x7670
	idProjectionType    = 0x7671
	idProjectionPrivate = 0x7672
	idPoseYaw           = 0x7673
	idPosePitch         = 0x7674
	idPoseRoll          = 0x7675

	idAudio           = 0xE1
	idSamplingFreq    = 0xB5
	idOutSamplingFreq = 0x78B5
	idChannels        = 0x9F
	idBitDepth        = 0x6264

	idTrackOperation = 0xE2
	idCombinePlanes  = 0xE3
	idTrackPlane     = 0xE4
	idPlaneUID       = 0xE5
	idPlaneType      = 0xE6

	idContentEncodings    = 0x6D80
	idContentEncoding     = 0x6240
	idEncodingScope       = 0x5032
	idEncodingType        = 0x5033
	idContentCompression  = 0x5034
	idContentCompAlgo     = 0x4254
	idContentCompSettings = 0x4255
	idContentEncryption   = 0x5035
	idContentEncKeyID     = 0x47E2

	idCues = 0x1C53BB6B

	idAttachments     = 0x1941A469
	idAttachedFile    = 0x61A7
	idFileDescription = 0x467E
	idFileName        = 0x466E
	idFileMediaType   = 0x4660
	idFileData        = 0x465C
	idFileUID         = 0x46AE

	idChapters         = 0x1043A770
	idEditionEntry     = 0x45B9
	idChapterAtom      = 0xB6
	idChapterUID       = 0x73C4
	idChapterTimeStart = 0x91
	idChapterTimeEnd   = 0x92
	idChapterDisplay   = 0x80
	idChapString       = 0x85

	idTags          = 0x1254C367
	idTag           = 0x7373
	idTargets       = 0x63C0
	idTargetType    = 0x63CA
	idTagTrackUID   = 0x63C5
	idTagChapterUID = 0x63C4
	idTagAttachUID  = 0x63C6
	idSimpleTag     = 0x67C8
	idTagName       = 0x45A3
	idTagString     = 0x4487
	idTagLanguage   = 0x447A
	idTagDefault    = 0x4484
	idTagDefaultBug = 0x44B4 // written by old muxers in place of TagDefault

	idCluster          = 0x1F43B675
	idTimestamp        = 0xE7
	idSimpleBlock      = 0xA3
	idBlockGroup       = 0xA0
	idBlock            = 0xA1
	idBlockAdditions   = 0x75A1
	idBlockMore        = 0xA6
	idBlockAdditional  = 0xA5
	idBlockDuration    = 0x9B
	idReferenceBlock   = 0xFB
	idDiscardPadding   = 0x75A2
	idClusterPosition  = 0xA7
	idClusterPrevSize  = 0xAB
	idBlockAdditionsID = 0xEE
)

// kind is how an element's payload is read.
type kind uint8

const (
	kindMaster kind = iota
	kindUint
	kindInt
	kindFloat
	kindString
	kindBinary
)

// schemaRow says what an element is and which element it belongs in; level 0 has parent 0.
type schemaRow struct {
	name   string
	kind   kind
	parent uint32
}

// schema is what is read of RFC 9559. An element that is not in it, or not under this parent,
// is stepped over. Legacy elements that ffprobe reads are in it (FrameRate, TagDefaultBug).
var schema = map[uint32]schemaRow{
	idEBML:               {"EBML", kindMaster, 0},
	idEBMLReadVersion:    {"EBMLReadVersion", kindUint, idEBML},
	idEBMLMaxIDLength:    {"EBMLMaxIDLength", kindUint, idEBML},
	idEBMLMaxSizeLength:  {"EBMLMaxSizeLength", kindUint, idEBML},
	idDocType:            {"DocType", kindString, idEBML},
	idDocTypeReadVersion: {"DocTypeReadVersion", kindUint, idEBML},

	idSegment: {"Segment", kindMaster, 0},

	idSeekHead:     {"SeekHead", kindMaster, idSegment},
	idSeek:         {"Seek", kindMaster, idSeekHead},
	idSeekID:       {"SeekID", kindUint, idSeek},
	idSeekPosition: {"SeekPosition", kindUint, idSeek},

	idInfo:           {"Info", kindMaster, idSegment},
	idTimestampScale: {"TimestampScale", kindUint, idInfo},
	idDuration:       {"Duration", kindFloat, idInfo},
	idTitle:          {"Title", kindString, idInfo},
	idMuxingApp:      {"MuxingApp", kindString, idInfo},
	idDateUTC:        {"DateUTC", kindBinary, idInfo},

	idTracks:               {"Tracks", kindMaster, idSegment},
	idTrackEntry:           {"TrackEntry", kindMaster, idTracks},
	idTrackNumber:          {"TrackNumber", kindUint, idTrackEntry},
	idTrackUID:             {"TrackUID", kindUint, idTrackEntry},
	idTrackType:            {"TrackType", kindUint, idTrackEntry},
	idFlagDefault:          {"FlagDefault", kindUint, idTrackEntry},
	idFlagForced:           {"FlagForced", kindUint, idTrackEntry},
	idDefaultDuration:      {"DefaultDuration", kindUint, idTrackEntry},
	idTrackTimestampScale:  {"TrackTimestampScale", kindFloat, idTrackEntry},
	idName:                 {"Name", kindString, idTrackEntry},
	idLanguage:             {"Language", kindString, idTrackEntry},
	idCodecID:              {"CodecID", kindString, idTrackEntry},
	idCodecPrivate:         {"CodecPrivate", kindBinary, idTrackEntry},
	idCodecDelay:           {"CodecDelay", kindUint, idTrackEntry},
	idSeekPreRoll:          {"SeekPreRoll", kindUint, idTrackEntry},
	idBlockAdditionMapping: {"BlockAdditionMapping", kindMaster, idTrackEntry},
	idBlockAddIDType:       {"BlockAddIDType", kindUint, idBlockAdditionMapping},
	idBlockAddIDExtraData:  {"BlockAddIDExtraData", kindBinary, idBlockAdditionMapping},

	idVideo:             {"Video", kindMaster, idTrackEntry},
	idFlagInterlaced:    {"FlagInterlaced", kindUint, idVideo},
	idFieldOrder:        {"FieldOrder", kindUint, idVideo},
	idStereoMode:        {"StereoMode", kindUint, idVideo},
	idAlphaMode:         {"AlphaMode", kindUint, idVideo},
	idPixelWidth:        {"PixelWidth", kindUint, idVideo},
	idPixelHeight:       {"PixelHeight", kindUint, idVideo},
	idDisplayWidth:      {"DisplayWidth", kindUint, idVideo},
	idDisplayHeight:     {"DisplayHeight", kindUint, idVideo},
	idDisplayUnit:       {"DisplayUnit", kindUint, idVideo},
	idUncompressedFC:    {"UncompressedFourCC", kindBinary, idVideo},
	idFrameRate:         {"FrameRate", kindFloat, idVideo},
	idColour:            {"Colour", kindMaster, idVideo},
	idMatrix:            {"MatrixCoefficients", kindUint, idColour},
	idChromaSitingHorz:  {"ChromaSitingHorz", kindUint, idColour},
	idChromaSitingVert:  {"ChromaSitingVert", kindUint, idColour},
	idRange:             {"Range", kindUint, idColour},
	idTransfer:          {"TransferCharacteristics", kindUint, idColour},
	idPrimaries:         {"Primaries", kindUint, idColour},
	idMaxCLL:            {"MaxCLL", kindUint, idColour},
	idMaxFALL:           {"MaxFALL", kindUint, idColour},
	idMastering:         {"MasteringMetadata", kindMaster, idColour},
	idPrimaryRX:         {"PrimaryRChromaticityX", kindFloat, idMastering},
	idPrimaryRY:         {"PrimaryRChromaticityY", kindFloat, idMastering},
	idPrimaryGX:         {"PrimaryGChromaticityX", kindFloat, idMastering},
	idPrimaryGY:         {"PrimaryGChromaticityY", kindFloat, idMastering},
	idPrimaryBX:         {"PrimaryBChromaticityX", kindFloat, idMastering},
	idPrimaryBY:         {"PrimaryBChromaticityY", kindFloat, idMastering},
	idWhiteX:            {"WhitePointChromaticityX", kindFloat, idMastering},
	idWhiteY:            {"WhitePointChromaticityY", kindFloat, idMastering},
	idLuminanceMax:      {"LuminanceMax", kindFloat, idMastering},
	idLuminanceMin:      {"LuminanceMin", kindFloat, idMastering},
	idProjection:        {"Projection", kindMaster, idVideo},
	idProjectionType:    {"ProjectionType", kindUint, idProjection},
	idProjectionPrivate: {"ProjectionPrivate", kindBinary, idProjection},
	idPoseYaw:           {"ProjectionPoseYaw", kindFloat, idProjection},
	idPosePitch:         {"ProjectionPosePitch", kindFloat, idProjection},
	idPoseRoll:          {"ProjectionPoseRoll", kindFloat, idProjection},

	idAudio:           {"Audio", kindMaster, idTrackEntry},
	idSamplingFreq:    {"SamplingFrequency", kindFloat, idAudio},
	idOutSamplingFreq: {"OutputSamplingFrequency", kindFloat, idAudio},
	idChannels:        {"Channels", kindUint, idAudio},
	idBitDepth:        {"BitDepth", kindUint, idAudio},

	idTrackOperation: {"TrackOperation", kindMaster, idTrackEntry},
	idCombinePlanes:  {"TrackCombinePlanes", kindMaster, idTrackOperation},
	idTrackPlane:     {"TrackPlane", kindMaster, idCombinePlanes},
	idPlaneUID:       {"TrackPlaneUID", kindUint, idTrackPlane},
	idPlaneType:      {"TrackPlaneType", kindUint, idTrackPlane},

	idContentEncodings:    {"ContentEncodings", kindMaster, idTrackEntry},
	idContentEncoding:     {"ContentEncoding", kindMaster, idContentEncodings},
	idEncodingScope:       {"ContentEncodingScope", kindUint, idContentEncoding},
	idEncodingType:        {"ContentEncodingType", kindUint, idContentEncoding},
	idContentCompression:  {"ContentCompression", kindMaster, idContentEncoding},
	idContentCompAlgo:     {"ContentCompAlgo", kindUint, idContentCompression},
	idContentCompSettings: {"ContentCompSettings", kindBinary, idContentCompression},
	idContentEncryption:   {"ContentEncryption", kindMaster, idContentEncoding},
	idContentEncKeyID:     {"ContentEncKeyID", kindBinary, idContentEncryption},

	idCues: {"Cues", kindMaster, idSegment},

	idAttachments:     {"Attachments", kindMaster, idSegment},
	idAttachedFile:    {"AttachedFile", kindMaster, idAttachments},
	idFileDescription: {"FileDescription", kindString, idAttachedFile},
	idFileName:        {"FileName", kindString, idAttachedFile},
	idFileMediaType:   {"FileMediaType", kindString, idAttachedFile},
	idFileData:        {"FileData", kindBinary, idAttachedFile},
	idFileUID:         {"FileUID", kindUint, idAttachedFile},

	idChapters:         {"Chapters", kindMaster, idSegment},
	idEditionEntry:     {"EditionEntry", kindMaster, idChapters},
	idChapterAtom:      {"ChapterAtom", kindMaster, idEditionEntry},
	idChapterUID:       {"ChapterUID", kindUint, idChapterAtom},
	idChapterTimeStart: {"ChapterTimeStart", kindUint, idChapterAtom},
	idChapterTimeEnd:   {"ChapterTimeEnd", kindUint, idChapterAtom},
	idChapterDisplay:   {"ChapterDisplay", kindMaster, idChapterAtom},
	idChapString:       {"ChapString", kindString, idChapterDisplay},

	idTags:          {"Tags", kindMaster, idSegment},
	idTag:           {"Tag", kindMaster, idTags},
	idTargets:       {"Targets", kindMaster, idTag},
	idTargetType:    {"TargetType", kindString, idTargets},
	idTagTrackUID:   {"TagTrackUID", kindUint, idTargets},
	idTagChapterUID: {"TagChapterUID", kindUint, idTargets},
	idTagAttachUID:  {"TagAttachmentUID", kindUint, idTargets},
	idSimpleTag:     {"SimpleTag", kindMaster, idTag},
	idTagName:       {"TagName", kindString, idSimpleTag},
	idTagString:     {"TagString", kindString, idSimpleTag},
	idTagLanguage:   {"TagLanguage", kindString, idSimpleTag},
	idTagDefault:    {"TagDefault", kindUint, idSimpleTag},
	idTagDefaultBug: {"TagDefault", kindUint, idSimpleTag},

	idCluster:          {"Cluster", kindMaster, idSegment},
	idTimestamp:        {"Timestamp", kindUint, idCluster},
	idSimpleBlock:      {"SimpleBlock", kindBinary, idCluster},
	idClusterPosition:  {"Position", kindUint, idCluster},
	idClusterPrevSize:  {"PrevSize", kindUint, idCluster},
	idBlockGroup:       {"BlockGroup", kindMaster, idCluster},
	idBlock:            {"Block", kindBinary, idBlockGroup},
	idBlockAdditions:   {"BlockAdditions", kindMaster, idBlockGroup},
	idBlockDuration:    {"BlockDuration", kindUint, idBlockGroup},
	idReferenceBlock:   {"ReferenceBlock", kindInt, idBlockGroup},
	idDiscardPadding:   {"DiscardPadding", kindInt, idBlockGroup},
	idBlockMore:        {"BlockMore", kindMaster, idBlockAdditions},
	idBlockAdditional:  {"BlockAdditional", kindBinary, idBlockMore},
	idBlockAdditionsID: {"BlockAddID", kindUint, idBlockMore},
}
