package mp4

// describeJPEG describes a track of JPEG pictures from its first one.
func (t *track) describeJPEG(p []byte) error {
	return refuse("no-parameters", "JPEG pictures")
}
