package main

import "github.com/mediagauge/mediagauge/format/image"

func pictureDetail(title, names, specification string, read ...string) detail {
	return detail{
		title: title, names: names, specifications: specification,
		read:    append(read, "under the name that ffprobe gives by content; by a file's name it may say image2 and make up a length of one frame"),
		notRead: []string{"the picture itself, colour profiles, EXIF"},
		rules:   sorted(image.Rules),
	}
}

var (
	jpegDetail = pictureDetail("JPEG", ".jpg, .jpeg", "ISO/IEC 10918-1", "the segments up to the frame header: size, process, sampling; JFIF's aspect ratio, Adobe's transform")
	pngDetail  = pictureDetail("PNG", ".png", "ISO/IEC 15948", "the chunks up to the image data: size, colour type, transparency, aspect ratio")
	webpDetail = pictureDetail("WebP", ".webp", "RFC 9649", "the chunks up to the first picture: size, coding, alpha")
	bmpDetail  = pictureDetail("BMP", ".bmp", "the Windows bitmap headers", "the headers: size, depth, masks")
	tiffDetail = pictureDetail("TIFF", ".tif, .tiff", "TIFF 6.0", "the first directory: size, samples, photometric interpretation")
	gifDetail  = detail{
		title: "GIF", names: ".gif", specifications: "GIF89a",
		read:    []string{"all blocks: the length is the sum of the delays, and the number of frames is counted"},
		notRead: []string{"the pictures"},
		rules:   sorted(image.Rules),
	}
)
