package mp4

// parser reads one kind of box.
type parser func(*movie, box) error

// parserOf finds the parser of a kind of box. As in ffmpeg the kind alone decides, not the
// parent: files put boxes in odd places.
func parserOf(kind string) parser {
	if p := structureParser(kind); p != nil {
		return p
	}
	if p := tableParser(kind); p != nil {
		return p
	}
	return entryParser(kind)
}

// structureParser knows the boxes that make up a movie and its fragments.
func structureParser(kind string) parser {
	switch kind {
	case "dinf", "edts", "mdia", "minf", "mvex", "stbl", "traf", "tref", "udta", "sinf", "schi":
		return (*movie).children
	case "moov":
		return (*movie).readMoov
	case "trak":
		return (*movie).readTrak
	case "mvhd":
		return (*movie).readMvhd
	case "tkhd":
		return (*movie).readTkhd
	case "mdhd":
		return (*movie).readMdhd
	case "hdlr":
		return (*movie).readHdlr
	case "elst":
		return (*movie).readElst
	case "dref":
		return (*movie).readDref
	case "chap":
		return (*movie).readChap
	case "chpl":
		return (*movie).readChpl
	case "tmcd":
		return (*movie).readTmcdRef
	case "ftyp":
		return (*movie).readFtyp
	case "mdat":
		return (*movie).readMdat
	case "meta":
		return (*movie).readMeta
	case "ilst":
		return (*movie).readIlst
	case "----":
		return (*movie).readCustom
	case "uuid":
		return (*movie).readUUID
	case "cmov":
		return (*movie).readCmov
	case "trex":
		return (*movie).readTrex
	case "moof":
		return (*movie).readMoof
	case "tfhd":
		return (*movie).readTfhd
	case "tfdt":
		return (*movie).readTfdt
	case "trun":
		return (*movie).readTrun
	case "sidx":
		return (*movie).readSidx
	case "iloc":
		return (*movie).readIloc
	}
	return nil
}

// tableParser knows the boxes of a sample table.
func tableParser(kind string) parser {
	switch kind {
	case "stts":
		return (*movie).readStts
	case "ctts":
		return (*movie).readCtts
	case "stsc":
		return (*movie).readStsc
	case "stco", "co64":
		return (*movie).readStco
	case "stsz", "stz2":
		return (*movie).readStsz
	case "stss":
		return (*movie).readStss
	case "stps":
		return (*movie).readStps
	case "sbgp":
		return (*movie).readSbgp
	case "stsd":
		return (*movie).readStsd
	}
	return nil
}

// entryParser knows the boxes that extend a sample entry.
func entryParser(kind string) parser {
	switch kind {
	case "avcC", "hvcC", "av1C", "glbl":
		return (*movie).readConfig
	case "alac", "avss", "jp2h", "DpxE", "APRG", "AALP", "SMI ", "Cin\x8e":
		return (*movie).readAtomConfig
	case "ARES":
		return (*movie).readAres
	case "ACLR":
		return (*movie).readAclr
	case "colr":
		return (*movie).readColr
	case "pasp":
		return (*movie).readPasp
	case "fiel":
		return (*movie).readFiel
	case "vpcC":
		return (*movie).readVpcC
	case "enda":
		return (*movie).readEnda
	case "pcmC":
		return (*movie).readPcmC
	case "wave":
		return (*movie).readWave
	case "esds":
		return (*movie).readEsds
	case "dac3":
		return (*movie).readDac3
	case "dec3":
		return (*movie).readDec3
	case "ddts":
		return (*movie).readDdts
	case "dfLa":
		return (*movie).readDfLa
	case "dOps":
		return (*movie).readDOps
	case "dmlp":
		return (*movie).readDmlp
	case "chan":
		return (*movie).readChan
	case "wfex":
		return (*movie).readWfex
	case "strf":
		return (*movie).readStrf
	case "dvc1":
		return (*movie).readDvc1
	case "frma":
		return (*movie).readFrma
	case "tenc", "schm":
		return (*movie).readProtection
	case "dvcC", "dvvC", "dvwC":
		return (*movie).readDovi
	case "SA3D":
		return (*movie).readSA3D
	case "mdcv":
		return (*movie).readMdcv
	case "SmDm":
		return (*movie).readSmDm
	case "clli", "CoLL":
		return (*movie).readLight
	case "st3d":
		return (*movie).readSt3d
	case "sv3d":
		return (*movie).readSv3d
	case "vvcC", "dac4":
		return (*movie).readRecord
	}
	return nil
}

// children reads the boxes inside b.
func (m *movie) children(b box) error {
	return m.walk(b, func(child box) error { return m.child(b, child) })
}

// child reads one box of parent.
func (m *movie) child(parent, b box) error {
	p := parserOf(b.kind)
	switch {
	case p != nil:
	case parent.kind == "udta" || parent.kind == "ilst":
		p = (*movie).readText
	case parent.kind == "meta" && b.kind == "keys" && m.mdta && m.keys == nil:
		p = (*movie).readKeys
	default:
		return nil
	}
	return p(m, b)
}
