// Package matroska describes Matroska and WebM files from their headers and first blocks.
//
// The element tree is RFC 8794 (EBML) and RFC 9559 (Matroska); schema_tables.go holds what is
// read of it. Values are the ones ffprobe 5.1 prints: what it derives from the first packets is
// derived here from the same blocks, and what cannot be told without decoding is refused by a
// rule (see Rules).
package matroska
