#!/bin/sh
# Installs what a make target needs and the machine lacks, and says so.
# Usage: tools/install.sh COMMAND…   (ffprobe, ffmpeg, node, npm, strace, curl, gcc, postgres;
# libavformat stands for that library's headers, which only the benchmarks use)
set -eu

missing=""
have() {
	case "$1" in
	libavformat) echo '#include <libavformat/avformat.h>' | gcc -E - >/dev/null 2>&1 ;;
	postgres) command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

for command in "$@"; do
	have "$command" && continue
	case "$command" in
	ffprobe | ffmpeg) package=ffmpeg ;;
	gcc) package="gcc libc6-dev" ;;
	libavformat) package=libavformat-dev ;;
	node) package=nodejs ;;
	postgres) package=postgresql ;;
	*) package=$command ;;
	esac
	case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "missing:$missing. Install them with this system's package manager and run the command again." >&2
	exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "missing:$missing. Run as root: apt-get install$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo ">>> installing$missing (apt-get)"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo ">>> installed$missing"
