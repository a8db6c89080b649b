/* bench-media.c: stepping through a 4K video: how long a frame takes that was read ahead, one that was not, and how much memory it needs */
#include "config.h"
#include "media/frame-source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../core/media/clips.h"

#define N_FRAMES 90

static const Clip clip = { .name = "4k.mp4", .source = "testsrc2=size=3840x2160:rate=25,noise=alls=6:allf=t",
                           .command = "-frames:v 90 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 45 -bf 2 -crf 24" };

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

static double
read_ms (LwFrameSource *source, guint ordinal)
{
  g_autoptr(GError) error = NULL;
  double start = now_ms ();
  g_autoptr(LwImage) image = lw_frame_source_read (source, ordinal, NULL, &error);
  g_assert_no_error (error);
  return now_ms () - start;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return left < right ? -1 : left > right;
}

static void
report (const char *what, double *times, guint n)
{
  qsort (times, n, sizeof *times, compare_doubles);
  g_print ("media\t%s\t%.2f ms median\t%.2f ms at most\n", what, times[n / 2], times[n - 1]);
}

/* From the process's own table; 0 where there is none. */
static double
memory_mib (const char *field)
{
  g_autofree char *text = NULL;
  const char *at = g_file_get_contents ("/proc/self/status", &text, NULL, NULL) ? strstr (text, field) : NULL;
  return at != NULL ? g_ascii_strtod (at + strlen (field), NULL) / 1024 : 0;
}

/* @pause_us: what a person looks at a frame before the next key. */
static void
step (LwFrameSource *source, const char *what, int from, int to, gulong pause_us)
{
  double times[N_FRAMES];
  guint n = 0;
  int way = from < to ? 1 : -1;
  read_ms (source, (guint) from);
  for (int ordinal = from + way; ordinal != to; ordinal += way)
    {
      g_usleep (pause_us);
      times[n++] = read_ms (source, (guint) ordinal);
    }
  report (what, times, n);
}

int
main (void)
{
  g_autoptr(GError) error = NULL;
  if (!clips_available ())
    {
      g_print ("media: no ffmpeg command to make a video with\n");
      return 77;
    }
  g_autofree char *path = clip_make (&clip);
  double start = now_ms ();
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_print ("media\tscan of %u frames of 3840x2160\t%.0f ms\n", info->frames->len, now_ms () - start);

  g_autoptr(LwFrameSource) source = lw_frame_source_new (info->kind, info->path, info->index, &error);
  g_assert_no_error (error);
  step (source, "next frame at 4K, read ahead", 0, N_FRAMES / 2, 250 * 1000);
  step (source, "next frame at 4K, as fast as it goes", 0, N_FRAMES, 0);
  step (source, "frame before at 4K", N_FRAMES - 1, N_FRAMES - 31, 250 * 1000);
  double jumps[15];
  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    jumps[i] = read_ms (source, i * 37 % N_FRAMES);
  report ("any frame at 4K", jumps, G_N_ELEMENTS (jumps));
  g_print ("media\tmemory of this process\t%.0f MiB at most\n", memory_mib ("VmHWM:"));
  clips_clean ();
  return 0;
}
