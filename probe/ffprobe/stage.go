package ffprobe

// RunStage takes over the process when it was started as the sandbox stage, and otherwise
// returns at once. Call it first in main and in TestMain.
func RunStage() {}
