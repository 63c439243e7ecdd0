// Package probetest holds a format to what every format must survive: a matrix of sources that
// answer differently, errors at every read, limits met exactly, and cuts at every structure.
//
// A format's golden test is a few lines:
//
//	func TestGolden(t *testing.T) { probetest.Run(t, matroska.Format, "testdata") }
//
// Every file of the folder that ends in ".golden" is a case. Its leading "#" lines say where the
// sample came from; "# sample: PATH" names the sample relative to the folder, and without it the
// sample is the file of the same name less ".golden". Then comes the answer as Dump prints it, or
// the error, and the last line is what reading cost:
//
//	io: reads=3 bytes=6144
//
// When a source of unknown length is answered otherwise, that answer follows after the line
// "length unknown:". Run with -update rewrites all but the "#" lines.
package probetest
