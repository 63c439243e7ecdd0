package matroska_test

import (
	"bytes"
	"encoding/binary"
	"math"
)

// el spells an element with a size of the shortest width.
func el(id uint32, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	return append(append(idBytes(id), size(uint64(len(body)))...), body...)
}

// open spells an element without a size.
func open(id uint32, payload ...[]byte) []byte {
	return append(append(idBytes(id), 0xFF), bytes.Join(payload, nil)...)
}

// claim spells an element's header with a size of eight bytes, whatever follows.
func claim(id uint32, n uint64, payload ...[]byte) []byte {
	b := binary.BigEndian.AppendUint64(idBytes(id), n|1<<56)
	return append(b, bytes.Join(payload, nil)...)
}

func idBytes(id uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	return bytes.TrimLeft(b, "\x00")
}

// size spells a size in as few bytes as hold it.
func size(n uint64) []byte {
	for width := 1; width < 8; width++ {
		if n < 1<<(7*width)-1 {
			b := binary.BigEndian.AppendUint64(nil, n|1<<(7*width))
			return b[8-width:]
		}
	}
	return binary.BigEndian.AppendUint64(nil, n|1<<56)
}

func num(id uint32, n uint64) []byte {
	b := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, n), "\x00")
	return el(id, b)
}

func str(id uint32, s string) []byte { return el(id, []byte(s)) }

func float(id uint32, f float64) []byte {
	return el(id, binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}

// The identifiers that tests spell.
const (
	idEBML, idDocType, idMaxIDLength, idReadVersion         = 0x1A45DFA3, 0x4282, 0x42F2, 0x4285
	idSegment, idInfo, idScale, idDuration                  = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
	idTracks, idEntry, idNumber, idType, idCodec, idPrivate = 0x1654AE6B, 0xAE, 0xD7, 0x83, 0x86, 0x63A2
	idAudio, idRate, idChannels, idBitDepth                 = 0xE1, 0xB5, 0x9F, 0x6264
	idCluster, idTime, idSimple, idGroup, idBlock           = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
	idReference, idVoid, idCRC                              = 0xFB, 0xEC, 0xBF
	idSeekHead, idSeek, idSeekID, idSeekPos, idCues         = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC, 0x1C53BB6B
	idTags, idTag, idSimpleTag, idTagName, idTagString      = 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487
	idChapters, idEdition, idAtom                           = 0x1043A770, 0x45B9, 0xB6
	idAttachments, idFile, idFileName, idMime, idData       = 0x1941A469, 0x61A7, 0x466E, 0x4660, 0x465C
	idEncodings, idEncoding, idScope, idCompression         = 0x6D80, 0x6240, 0x5032, 0x5034
	idAlgo, idSettings                                      = 0x4254, 0x4255
)

// head is the EBML header of a Matroska file.
func head(extra ...[]byte) []byte {
	return el(idEBML, append([][]byte{str(idDocType, "matroska")}, extra...)...)
}

// pcmTrack is a track whose values need no frame.
func pcmTrack(number uint64, extra ...[]byte) []byte {
	audio := el(idAudio, float(idRate, 8000), num(idChannels, 1), num(idBitDepth, 16))
	return el(idEntry, append([][]byte{num(idNumber, number), num(idType, 2), str(idCodec, "A_PCM/INT/LIT"), audio}, extra...)...)
}

func info(extra ...[]byte) []byte {
	return el(idInfo, append([][]byte{num(idScale, 1_000_000), float(idDuration, 1000)}, extra...)...)
}

// simpleBlock is a block of track 1 at time 0.
func simpleBlock(flags byte, payload ...[]byte) []byte {
	return el(idSimple, append([][]byte{{0x81, 0, 0, flags}}, payload...)...)
}

func cluster(blocks ...[]byte) []byte {
	return el(idCluster, append([][]byte{num(idTime, 0)}, blocks...)...)
}

// file is a whole file of one PCM track; parts go in front of its Cluster.
func file(parts ...[]byte) []byte {
	all := append([][]byte{info(), el(idTracks, pcmTrack(1))}, parts...)
	all = append(all, cluster(simpleBlock(0x80, make([]byte, 160))))
	return append(head(), el(idSegment, all...)...)
}
