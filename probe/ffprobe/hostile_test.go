package ffprobe
func runHostile(){}
