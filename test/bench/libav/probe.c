/*
 * Opens a file with libavformat and finds its streams, again and again in one process, and
 * prints the processor time that took, in nanoseconds for each time. It stands for what a
 * program gains that links the library instead of starting ffprobe: no process, no dynamic
 * linking, no printing. Only the benchmark uses it; nothing of the service does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <libavformat/avformat.h>
#include <libavutil/log.h>

static int probe(const char *path)
{
	AVFormatContext *c = NULL;
	int err = avformat_open_input(&c, path, NULL, NULL);

	if (err < 0)
		return err;
	err = avformat_find_stream_info(c, NULL);
	avformat_close_input(&c);
	return err;
}

static double nanoseconds(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) != 0)
		exit(3);
	return 1e9 * (u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e3 * (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[1]) : 0;
	double before;

	if (n < 1) {
		fprintf(stderr, "usage: probe TIMES FILE\n");
		return 2;
	}
	av_log_set_level(AV_LOG_QUIET);
	if (probe(argv[2]) < 0) { /* once for what is set up once */
		fprintf(stderr, "cannot read %s\n", argv[2]);
		return 1;
	}
	before = nanoseconds();
	for (int i = 0; i < n; i++)
		if (probe(argv[2]) < 0)
			return 1;
	printf("%.0f\n", (nanoseconds() - before) / n);
	return 0;
}
