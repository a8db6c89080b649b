/* test-video.c: frame n of every kind of video is the n-th frame of a full decode by the ffmpeg command */
#include "config.h"
#include "media/frame-source.h"

#include <glib/gstdio.h>
#include <libavutil/imgutils.h>
#include <string.h>
#include "clips.h"
#include "media/scan.h"
#include "media/video-convert.h"
#include "media/video-decoder.h"

#define X264 "-c:v libx264 -preset ultrafast -pix_fmt yuv420p "

static const Clip clips[] = {
  { .name = "h264-b.mp4", .command = "-frames:v 200 " X264 "-g 60 -bf 3", .regular = TRUE },
  { .name = "h264-one-group.mp4", .command = "-frames:v 150 " X264 "-g 250 -bf 2", .regular = TRUE, .slow = TRUE },
  { .name = "h264-open.mkv", .command = "-frames:v 200 " X264 "-bf 3 -x264-params open-gop=1:bframes=3:keyint=40:min-keyint=40:scenecut=0:b-adapt=0", .regular = TRUE },
  { .name = "h264-vfr.mp4", .command = "-vf 'select=gt(random(1)\\,0.4)' -vsync vfr -frames:v 150 " X264 "-g 50 -bf 3", .regular = TRUE },
  { .name = "h264-fields.mkv", .command = "-frames:v 100 " X264 "-g 30 -bf 2 -flags +ildct+ilme -x264opts tff=1", .regular = TRUE, .slow = TRUE },
  { .name = "h264-refresh.mkv", .command = "-frames:v 120 " X264 "-bf 0 -x264-params intra-refresh=1:keyint=30", .regular = TRUE, .slow = TRUE },
  { .name = "h264.ts", .command = "-frames:v 200 " X264 "-g 50 -bf 3 -f mpegts" },
  { .name = "h264-late.ts", .command = "-frames:v 200 " X264 "-g 50 -bf 3 -f mpegts", .cut = 188 * 500, .slow = TRUE },
  { .name = "h264-raw.h264", .command = "-frames:v 100 " X264 "-g 25 -bf 2 -f h264", .slow = TRUE },
  { .name = "h264-edited.mp4", .from = "h264-b.mp4", .command = "-ss 3.5 INPUT -c copy", .regular = TRUE },
  { .name = "hevc-open.mkv", .command = "-frames:v 75 -c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=none:keyint=25:open-gop=1:bframes=3", .regular = TRUE, .slow = TRUE },
  { .name = "hevc-cut.mkv", .from = "hevc-open.mkv", .command = "-ss 1.5 INPUT -c copy", .regular = TRUE, .slow = TRUE },
  { .name = "hevc-10-bit.mp4", .command = "-frames:v 40 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none:keyint=20", .regular = TRUE, .slow = TRUE },
  { .name = "mpeg4-b.avi", .command = "-frames:v 200 -c:v mpeg4 -q:v 4 -bf 2 -g 30" },
  { .name = "mpeg4-b.mp4", .command = "-frames:v 150 -c:v mpeg4 -q:v 4 -bf 2 -g 30", .regular = TRUE, .slow = TRUE },
  { .name = "mpeg2.mpg", .command = "-frames:v 150 -c:v mpeg2video -q:v 4 -bf 2 -g 15 -f vob", .slow = TRUE },
  { .name = "mpeg2.ts", .command = "-frames:v 150 -c:v mpeg2video -q:v 4 -bf 2 -g 15 -f mpegts", .slow = TRUE },
  { .name = "mjpeg.avi", .command = "-frames:v 100 -c:v mjpeg -q:v 5 -pix_fmt yuvj420p" },
  { .name = "mjpeg.mov", .command = "-frames:v 100 -c:v mjpeg -q:v 5 -pix_fmt yuvj422p", .regular = TRUE, .slow = TRUE },
  { .name = "mjpeg-same.avi", .source = "color=blue:size=64x64:rate=25", .command = "-frames:v 60 -c:v mjpeg -pix_fmt yuvj420p" },
  { .name = "vp8.webm", .command = "-frames:v 100 -c:v libvpx -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -g 40", .slow = TRUE },
  { .name = "vp9.webm", .command = "-frames:v 60 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 16 -g 30", .regular = TRUE, .slow = TRUE },
  { .name = "ffv1-odd.mkv", .source = "testsrc2=size=321x181:rate=25", .command = "-frames:v 30 -c:v ffv1 -pix_fmt yuv420p", .regular = TRUE },
};

static guint
n_seeks (void)
{
  return g_test_slow () ? 300 : 100;
}

static LwMediaInfo *
scan (const char *path, double most_pixels)
{
  g_autoptr(GError) error = NULL;
  LwScan how = { .most_pixels = most_pixels };
  LwMediaInfo *info = lw_video_scan (path, &how, &error);
  g_assert_no_error (error);
  return info;
}

static char *
frame_hash (const AVFrame *frame)
{
  int size = av_image_get_buffer_size (frame->format, frame->width, frame->height, 1);
  g_autofree guint8 *packed = g_malloc ((gsize) size);
  av_image_copy_to_buffer (packed, size, (const guint8 *const *) frame->data, frame->linesize, frame->format, frame->width, frame->height, 1);
  return g_compute_checksum_for_data (G_CHECKSUM_MD5, packed, (gsize) size);
}

static void
check_seeks (const char *path, const LwMediaInfo *info, GPtrArray *hashes, guint n)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwVideoIndex) index = lw_video_index_read (info->index, &error);
  g_assert_no_error (error);
  g_autoptr(LwVideoDecoder) decoder = lw_video_decoder_new (path, index, 2);
  int at = 0;
  for (guint i = 0; i < n; i++)
    {
      /* Jumps, and steps of one or two either way. */
      at = g_test_rand_int_range (0, 3) > 0 ? g_test_rand_int_range (0, (int) hashes->len) : at + g_test_rand_int_range (-2, 3);
      at = CLAMP (at, 0, (int) hashes->len - 1);
      const AVFrame *frame = lw_video_decoder_read (decoder, (guint) at, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_autofree char *hash = frame_hash (frame);
      if (strcmp (hash, g_ptr_array_index (hashes, at)) != 0)
        g_error ("%s: frame %d after %u reads is %s, not %s", path, at, i, hash, (char *) g_ptr_array_index (hashes, at));
    }
}

static void
check_times (const LwMediaInfo *info)
{
  for (guint i = 1; i < info->frames->len; i++)
    g_assert_cmpint (g_array_index (info->frames, LwFrameInfo, i).pts, >, g_array_index (info->frames, LwFrameInfo, i - 1).pts);
}

static void
test_clip (gconstpointer data)
{
  const Clip *clip = data;
  g_autofree char *path = clip_make (clip);
  g_autoptr(GPtrArray) hashes = clip_hashes (path);
  g_autoptr(LwMediaInfo) decoded = scan (path, G_MAXDOUBLE);
  g_test_message ("%s: %u frames", clip->name, hashes->len);
  g_assert_cmpuint (hashes->len, >, 20);
  g_assert_cmpuint (decoded->frames->len, ==, hashes->len);
  g_assert_cmpint (decoded->kind, ==, LW_MEDIA_VIDEO);
  check_times (decoded);
  check_seeks (path, decoded, hashes, n_seeks ());
  if (!clip->regular)
    return;

  /* Without decoding all of it the same must come out. */
  g_autoptr(LwMediaInfo) listed = scan (path, 0);
  g_assert_cmpuint (listed->frames->len, ==, hashes->len);
  for (guint i = 0; i < hashes->len; i++)
    {
      const LwFrameInfo *a = &g_array_index (listed->frames, LwFrameInfo, i), *b = &g_array_index (decoded->frames, LwFrameInfo, i);
      g_assert_cmpmem (a->packet_hash, sizeof a->packet_hash, b->packet_hash, sizeof b->packet_hash);
      g_assert_cmpint (a->pts, ==, b->pts);
      g_assert_cmpint (a->width, ==, b->width);
    }
  check_seeks (path, listed, hashes, 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!clips_available ())
    {
      g_print ("1..0 # SKIP no ffmpeg command\n");
      return 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      if (clips[i].slow && !g_test_slow ())
        continue;
      g_autofree char *name = g_strconcat ("/video/", clips[i].name, NULL);
      g_test_add_data_func (name, &clips[i], test_clip);
    }
  int result = g_test_run ();
  clips_clean ();
  return result;
}
