package main

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// alphabet is what codes are made of where we try every one: their letter case does not matter.
const alphabet = " .0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// search tries codes until nothing new turns up: every one of four characters of the alphabet,
// numbers, then what differs in one byte from one that ffprobe knows. It returns the ones known that
// are not, in any letter case, among the codes we had.
func search(ctx context.Context, p *prober, had []string) ([]string, error) {
	known, asked := map[string]bool{}, map[string]bool{}
	for _, code := range had {
		known[upper(code)] = true
	}
	var found []string
	try := func(codes []string) (news []string, err error) {
		got, err := p.ask(ctx, "meta", codes)
		for i, s := range got {
			if code := codes[i]; s.Codec != "" && !known[upper(code)] && waveCodec(code) == "" {
				known[upper(code)] = true
				news = append(news, code)
			}
		}
		return news, err
	}
	for _, a := range alphabet {
		var codes []string
		for _, b := range alphabet {
			for _, c := range alphabet {
				for _, d := range alphabet {
					codes = append(codes, string([]rune{a, b, c, d}))
				}
			}
		}
		news, err := try(codes)
		if err != nil {
			return nil, err
		}
		found = append(found, news...)
	}
	news, err := try(numbers())
	if err != nil {
		return nil, err
	}
	found = append(found, news...)
	for wave := append(found, had...); len(wave) > 0; {
		var codes []string
		for _, code := range wave {
			for _, c := range neighbours(upper(code)) {
				if !asked[upper(c)] && !plain(c) {
					asked[upper(c)] = true
					codes = append(codes, c)
				}
			}
		}
		news, err := try(codes)
		if err != nil {
			return nil, err
		}
		found = append(found, news...)
		wave = news
	}
	return found, nil
}

// numbers are codes of which at most two neighbouring bytes, or the outer ones, are not zero: AVI's
// compressors have numbers instead of letters too.
func numbers() []string {
	var codes []string
	for a := range 256 {
		for b := range 256 {
			x, y := byte(a), byte(b)
			codes = append(codes, string([]byte{x, y, 0, 0}), string([]byte{0, 0, x, y}),
				string([]byte{x, 0, 0, y}), string([]byte{0, x, y, 0}))
		}
	}
	return codes
}

// plain says whether a code was tried with the whole alphabet.
func plain(code string) bool {
	return strings.Trim(upper(code), alphabet) == ""
}

// structure are boxes that ffprobe takes for more than a tag wherever they stand: parts of a movie.
const structure = "dinf edts mdia minf mvex stbl traf tref udta sinf schi moov trak mvhd tkhd mdhd hdlr elst dref " +
	"chap chpl tmcd ftyp mdat meta ilst uuid cmov trex moof tfhd tfdt trun sidx iloc stts ctts stsc stco co64 stsz " +
	"stz2 stss stps sbgp stsd avcC hvcC av1C glbl colr pasp fiel vpcC enda pcmC wave esds dac3 dec3 ddts dfLa dOps " +
	"dmlp chan wfex strf dvc1 frma tenc schm dvcC dvvC dvwC SA3D mdcv SmDm clli CoLL st3d sv3d senc saiz saio pssh " +
	"cmvd dcom mfra rmra rmda loci HMMT"

// searchKeys tries boxes in user data: those of the copyright sign and three letters or digits,
// those of small letters, and those of capitals.
func searchKeys(ctx context.Context, p *prober) ([]string, error) {
	const capitals, small, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", " 0123456789"
	f, err := newFinder(ctx, p, udta, inUserData)
	if err != nil {
		return nil, err
	}
	for _, set := range []struct{ first, rest string }{
		{"\xa9", capitals + small + digits},
		{small + digits, small + digits},
		{capitals, capitals + digits},
		{small, capitals + digits},
		{"@", capitals},
	} {
		for _, a := range []byte(set.first) {
			var codes []string
			for _, b := range []byte(set.rest) {
				for _, c := range []byte(set.rest) {
					for _, d := range []byte(set.rest) {
						if code := string([]byte{a, b, c, d}); !strings.Contains(structure, code) {
							codes = append(codes, code)
						}
					}
				}
			}
			if err := f.find(ctx, codes); err != nil {
				return nil, err
			}
		}
	}
	return slices.Collect(maps.Keys(f.found)), nil
}
