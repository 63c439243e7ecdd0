package main

import (
	"github.com/mediagauge/mediagauge/format/annexb"
	"github.com/mediagauge/mediagauge/format/ivf"
	"github.com/mediagauge/mediagauge/format/mpegps"
)

var (
	mpegDetail = detail{
		title: "MPEG program stream", names: ".mpg, .mpeg, .vob", specifications: "ISO/IEC 11172-1, ISO/IEC 13818-1",
		read: []string{
			"the first frames of each stream in the first 192 KiB, or 512 KiB where those do not settle it: MPEG-1 and MPEG-2 video, MP2, AC-3",
			"the last time stamps in the last 250,000 bytes, which is where ffprobe takes lengths from",
		},
		notRead: []string{"what lies between; H.264, DTS, LPCM, subpictures and the navigation of DVDs"},
		rules:   sorted(mpegps.Rules),
	}
	h264Detail = detail{
		title: "H.264 byte stream", names: ".264, .h264", specifications: "ISO/IEC 14496-10, annex B",
		read:    []string{"the first pictures, as many as the reorder depth depends on; the rate is the stated one, or 25 as with ffprobe. There is no length"},
		notRead: []string{"the other pictures"},
		rules:   sorted(annexb.Rules),
	}
	hevcDetail = detail{
		title: "H.265 byte stream", names: ".265, .hevc", specifications: "ISO/IEC 23008-2, annex B",
		read:    []string{"the first picture with its parameter sets; the rate is the stated one, or 25 as with ffprobe. There is no length"},
		notRead: []string{"the other pictures"},
		rules:   sorted(annexb.Rules),
	}
	mpegVideoDetail = detail{
		title: "MPEG video stream", names: ".m1v, .m2v, .mpv", specifications: "ISO/IEC 11172-2, ISO/IEC 13818-2",
		read:    []string{"the first picture with its headers; of MPEG-1 the length follows from the stated bit rate, as with ffprobe"},
		notRead: []string{"the other pictures"},
		rules:   sorted(annexb.Rules),
	}
	ivfDetail = detail{
		title: "IVF", names: ".ivf", specifications: "the header as libvpx writes it",
		read:    []string{"the header: size, time base and number of pictures; the first frame of VP8, VP9, AV1; the times of the first 30"},
		notRead: []string{"the other pictures"},
		rules:   sorted(ivf.Rules),
	}
)
