/* test-video-source.c: a video as a frame source: what it shows, and what is said of files that are none, or no longer what they were */
#include "config.h"
#include "media/frame-source.h"

#include <glib/gstdio.h>
#include <string.h>
#include "clips.h"

#define X264 "-c:v libx264 -preset ultrafast -pix_fmt yuv420p "

static const Clip moving = { .name = "moving.mp4", .command = "-frames:v 120 " X264 "-g 30 -bf 2" };

static LwMediaInfo *
scan (const char *path)
{
  g_autoptr(GError) error = NULL;
  LwMediaInfo *info = lw_media_scan (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return info;
}

static LwFrameSource *
open_info (const LwMediaInfo *info)
{
  g_autoptr(GError) error = NULL;
  LwFrameSource *source = lw_frame_source_new (info->kind, info->path, info->index, &error);
  g_assert_no_error (error);
  return source;
}

static LwImage *
read_frame (LwFrameSource *source, guint ordinal)
{
  g_autoptr(GError) error = NULL;
  LwImage *image = lw_frame_source_read (source, ordinal, NULL, &error);
  g_assert_no_error (error);
  return image;
}

static guint
image_sum (const LwImage *image)
{
  guint sum = 0;
  for (int y = 0; y < image->height; y++)
    for (gsize x = 0; x < (gsize) image->width * 4; x++)
      sum = sum * 31 + image->pixels[(gsize) y * image->stride + x];
  return sum;
}

static guint32
pixel (const LwImage *image, int x, int y)
{
  return *(const guint32 *) (gconstpointer) (image->pixels + (gsize) y * image->stride + (gsize) x * 4) & 0xffffff;
}

/* Any order of reads, with any budget, shows the same pictures as reading from first to last. */
static void
test_any_order (void)
{
  g_autofree char *path = clip_make (&moving);
  g_autoptr(LwMediaInfo) info = scan (path);
  g_autoptr(LwFrameSource) straight = open_info (info);
  guint n = lw_frame_source_get_n_frames (straight);
  g_autofree guint *sums = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(LwImage) image = read_frame (straight, i);
      sums[i] = image_sum (image);
    }
  for (int way = 0; way < 3; way++)
    {
      g_autoptr(LwFrameSource) source = open_info (info);
      lw_frame_source_set_cache_budget (source, (gsize) g_test_rand_int_range (0, 20) * 320 * 180 * 4);
      for (guint i = 0; i < 80; i++)
        {
          guint ordinal = way == 0 ? (guint) g_test_rand_int_range (0, (int) n) : way == 1 ? n - 1 - i : i * 37 % n;
          g_autoptr(LwImage) image = read_frame (source, ordinal);
          g_assert_cmpuint (image_sum (image), ==, sums[ordinal]);
        }
    }
}

typedef struct { guint left, *sums; } Waiting;
typedef struct { Waiting *waiting; guint ordinal; } Thumbnail;

static void
thumbnail_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Thumbnail *thumbnail = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 80);
  g_assert_cmpint (image->height, ==, 45);
  thumbnail->waiting->sums[thumbnail->ordinal] = pixel (image, 40, 22) >> 8 & 0xff;
  thumbnail->waiting->left--;
}

/* A clip whose frame n is a grey of its own: a thumbnail must be of its own frame, not of a key frame nearby. */
static void
test_thumbnails (void)
{
  const Clip greys = { .name = "greys.mp4", .source = "nullsrc=size=320x180:rate=25,geq=lum=16+2*N:cb=128:cr=128", .command = "-frames:v 100 " X264 "-qp 1 -g 50 -bf 2" };
  g_autofree char *path = clip_make (&greys);
  g_autoptr(LwMediaInfo) info = scan (path);
  g_autoptr(LwFrameSource) source = open_info (info);
  guint sums[100] = { 0 };
  Waiting waiting = { 0, sums };
  for (guint i = 0; i < 100; i += 3)
    {
      Thumbnail *thumbnail = g_new (Thumbnail, 1);
      *thumbnail = (Thumbnail) { &waiting, i };
      waiting.left++;
      lw_frame_source_thumbnail_async (source, i, 80, NULL, thumbnail_cb, thumbnail);
    }
  g_autoptr(LwImage) full = read_frame (source, 70);
  g_assert_cmpint (full->width, ==, 320);
  while (waiting.left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < 100; i += 3)
    g_assert_cmpfloat_with_epsilon (sums[i], 2 * i * 255.0 / 219, 2);
  g_assert_cmpfloat_with_epsilon (pixel (full, 100, 100) & 0xff, 140 * 255.0 / 219, 2);
}

/* The camera was held sideways: the container says so, and the picture is turned. */
static void
test_turned (void)
{
  const Clip upright = { .name = "corners.mp4", .source = "color=black:size=320x180:rate=25,drawbox=x=0:y=0:w=100:h=60:color=red:t=fill", .command = "-frames:v 12 " X264 };
  const Clip turned = { .name = "turned.mp4", .from = "corners.mp4", .command = " INPUT -c copy -metadata:s:v:0 rotate=90" };
  g_autofree char *source_path = clip_make (&upright), *path = clip_make (&turned);
  g_autoptr(LwMediaInfo) info = scan (path);
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(LwImage) image = read_frame (source, 3);
  g_assert_cmpint (image->width, ==, 180);
  g_assert_cmpint (image->height, ==, 320);
  g_assert_cmpint (info->width, ==, 180);

  /* FFmpeg's own player turns it by the same tag: its picture has red in the same corner. */
  g_autofree char *shot = clip_path ("turned.png"), *line = g_strdup_printf ("-i %s -frames:v 1 %s", path, shot);
  run_ffmpeg (line);
  g_autoptr(LwMediaInfo) shot_info = scan (shot);
  g_autoptr(LwFrameSource) shot_source = open_info (shot_info);
  g_autoptr(LwImage) expected = read_frame (shot_source, 0);
  g_assert_cmpint (expected->width, ==, 180);
  int n_red = 0;
  for (int y = 5; y < 320; y += 10)
    for (int x = 5; x < 180; x += 10)
      {
        gboolean red = (pixel (image, x, y) >> 16) > 120;
        g_assert_cmpint (red, ==, (pixel (expected, x, y) >> 16) > 120);
        n_red += red;
      }
  g_assert_cmpint (n_red, >, 20);
}

static void
test_changing_size (void)
{
  const Clip small = { .name = "small.ts", .source = "testsrc2=size=160x90:rate=25", .command = "-frames:v 30 " X264 "-f mpegts" };
  const Clip large = { .name = "large.ts", .source = "testsrc2=size=320x180:rate=25", .command = "-frames:v 30 " X264 "-f mpegts" };
  g_autofree char *a = clip_make (&small), *b = clip_make (&large), *both = clip_path ("both.ts"), *first = NULL, *second = NULL;
  gsize n_first = 0, n_second = 0;
  g_autoptr(GError) error = NULL;
  g_assert_true (g_file_get_contents (a, &first, &n_first, NULL) && g_file_get_contents (b, &second, &n_second, NULL));
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) first, (guint) n_first);
  g_byte_array_append (bytes, (const guint8 *) second, (guint) n_second);
  g_assert_true (g_file_set_contents (both, (const char *) bytes->data, bytes->len, NULL));
  g_assert_null (lw_media_scan (both, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "both.ts"));
}

/* ---- bad files ---- */

static char *
write_file (const char *name, const void *bytes, gsize size)
{
  char *path = clip_path (name);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  return path;
}

static void
assert_scan_fails (const char *path, int code)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
  g_assert_null (info);
  g_test_message ("%s", error->message);
  if (code >= 0)
    g_assert_error (error, LW_MEDIA_ERROR, code);
  g_assert_true (error->domain == LW_MEDIA_ERROR);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_no_video (void)
{
  guint8 noise[5000];
  for (guint i = 0; i < sizeof noise; i++)
    noise[i] = (guint8) g_test_rand_int_range (0, 256);
  const char *text = "This is a text file that somebody renamed.\nIt has two lines.\n";
  const char *list = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n";
  const char *script = "ffconcat version 1.0\nfile /etc/passwd\n";
  const Clip sound = { .name = "sound.mp4", .source = "sine=duration=1", .command = "-c:a aac" };
  g_autofree char *empty = write_file ("empty.mp4", "", 0), *garbage = write_file ("garbage.mp4", noise, sizeof noise);
  g_autofree char *words = write_file ("text.mp4", text, strlen (text)), *hls = write_file ("list.mp4", list, strlen (list));
  g_autofree char *concat = write_file ("script.mkv", script, strlen (script)), *plain = write_file ("notes.txt", text, strlen (text));
  g_autofree char *audio = clip_make (&sound), *gone = clip_path ("gone.mp4");
  assert_scan_fails (empty, LW_MEDIA_ERROR_DAMAGED);
  assert_scan_fails (garbage, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (words, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (hls, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (concat, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (plain, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (audio, LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (gone, LW_MEDIA_ERROR_NOT_FOUND);
}

/* A file cut anywhere either gives an error that names it or the frames that ffmpeg still finds. */
static void
test_truncated (void)
{
  gsize size = 0;
  g_autofree char *bytes = NULL, *whole = clip_make (&moving);
  const Clip stream = { .name = "stream.ts", .command = "-frames:v 60 " X264 "-g 20 -bf 2 -f mpegts" };
  g_autofree char *other = clip_make (&stream);
  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  g_autofree char *headless = write_file ("headless.mp4", bytes, size / 2);        /* an MP4's index is at its end */
  assert_scan_fails (headless, -1);
  g_free (bytes);
  g_assert_true (g_file_get_contents (other, &bytes, &size, NULL));
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("cut%d.ts", i), *path = write_file (name, bytes, (gsize) g_test_rand_int_range (2000, (int) size));
      g_autoptr(GError) error = NULL;
      g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
      if (info == NULL)
        {
          g_assert_true (error->domain == LW_MEDIA_ERROR);
          continue;
        }
      g_autoptr(GPtrArray) hashes = clip_hashes (path);
      g_assert_cmpuint (info->frames->len, ==, hashes->len);
      g_autoptr(LwFrameSource) source = open_info (info);
      g_autoptr(LwImage) last = read_frame (source, info->frames->len - 1);
    }
}

/* Damage in the middle: whatever the scan says, reading never crashes and never shows another frame's picture as this one's. */
static void
test_damaged (void)
{
  gsize size = 0;
  g_autofree char *bytes = NULL, *whole = clip_make (&moving);
  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  for (int round = 0; round < 6; round++)
    {
      g_autofree char *bad = g_memdup2 (bytes, size), *name = g_strdup_printf ("bad%d.mp4", round);
      for (int i = 0; i < 40; i++)
        bad[g_test_rand_int_range (40, (int) size)] ^= (char) g_test_rand_int_range (1, 256);
      g_autofree char *path = write_file (name, bad, size);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
      g_autoptr(LwFrameSource) source = info != NULL ? open_info (info) : NULL;
      g_assert_true (info != NULL || error->domain == LW_MEDIA_ERROR);
      for (guint i = 0; info != NULL && i < 12; i++)
        {
          g_clear_error (&error);
          g_autoptr(LwImage) image = lw_frame_source_read (source, i * 17 % info->frames->len, NULL, &error);
          g_assert_true (image != NULL || error->domain == LW_MEDIA_ERROR);
        }
    }
}

static void
assert_read_fails (const LwMediaInfo *info, guint ordinal, int code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(LwImage) image = lw_frame_source_read (source, ordinal, NULL, &error);
  g_assert_error (error, LW_MEDIA_ERROR, code);
  g_assert_nonnull (strstr (error->message, info->path));
}

static void
test_changed (void)
{
  gsize size = 0;
  g_autofree char *bytes = NULL, *whole = clip_make (&moving);
  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  g_autofree char *path = write_file ("mine.mp4", bytes, size);
  g_autoptr(LwMediaInfo) info = scan (path);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_read_fails (info, 50, LW_MEDIA_ERROR_NOT_FOUND);

  g_autofree char *longer = g_malloc0 (size + 100);
  memcpy (longer, bytes, size);
  g_free (write_file ("mine.mp4", longer, size + 100));
  assert_read_fails (info, 50, LW_MEDIA_ERROR_CHANGED);

  const Clip other = { .name = "other.mp4", .source = "testsrc=size=320x180:rate=25", .command = "-frames:v 120 " X264 "-g 30 -bf 2" };
  g_autofree char *another = clip_make (&other), *other_bytes = NULL;
  gsize other_size = 0;
  g_assert_true (g_file_get_contents (another, &other_bytes, &other_size, NULL));
  if (other_size < size)                 /* of the very same size, by a free atom at its end */
    {
      memset (longer, 0, size);
      memcpy (longer, other_bytes, other_size);
      g_free (write_file ("mine.mp4", longer, size));
      assert_read_fails (info, 50, LW_MEDIA_ERROR_CHANGED);
      assert_read_fails (info, 0, LW_MEDIA_ERROR_CHANGED);
    }
  g_free (write_file ("mine.mp4", bytes, size));
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(LwImage) image = read_frame (source, 50);
}

static void
test_hostile_index (void)
{
  g_autofree char *path = clip_make (&moving);
  g_autoptr(LwMediaInfo) info = scan (path);
  gsize size = 0;
  const guint8 *good = g_bytes_get_data (info->index, &size);
  for (int i = 0; i < 300; i++)
    {
      g_autofree guint8 *bad = g_memdup2 (good, size);
      for (int k = g_test_rand_int_range (1, 6); k > 0; k--)
        bad[g_test_rand_int_range (0, g_test_rand_bit () ? 60 : (int) size)] = (guint8) g_test_rand_int_range (0, 256);
      g_autoptr(GBytes) index = g_bytes_new (bad, g_test_rand_int_range (0, 4) > 0 ? size : (gsize) g_test_rand_int_range (0, (int) size));
      g_autoptr(GError) error = NULL;
      g_autoptr(LwFrameSource) source = lw_frame_source_new (LW_MEDIA_VIDEO, path, index, &error);
      g_assert_true (source != NULL || error->domain == LW_MEDIA_ERROR);
      if (source == NULL || i % 10 != 0)
        continue;
      g_autoptr(LwImage) image = lw_frame_source_read (source, (guint) g_test_rand_int_range (0, (int) lw_frame_source_get_n_frames (source)), NULL, &error);
      g_assert_true (image != NULL || error->domain == LW_MEDIA_ERROR);
    }
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, &error);
  g_assert_true (image != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  --*(int *) data;
}

/* Holding a key down: many reads, all but the last cancelled; then the source is dropped with work under way. */
static void
test_cancelling (void)
{
  g_autofree char *path = clip_make (&moving);
  g_autoptr(LwMediaInfo) info = scan (path);
  for (int round = 0; round < 20; round++)
    {
      g_autoptr(LwFrameSource) source = open_info (info);
      g_autoptr(GCancellable) last = NULL;
      int left = 0;
      for (guint i = 0; i < 30; i++)
        {
          if (last != NULL)
            g_cancellable_cancel (last);
          g_clear_object (&last);
          last = g_cancellable_new ();
          left++;
          lw_frame_source_read_async (source, (guint) g_test_rand_int_range (0, 120), last, cancelled_cb, &left);
          if (g_test_rand_bit ())
            g_usleep ((gulong) g_test_rand_int_range (0, 3000));
        }
      while (left > 0)
        g_main_context_iteration (NULL, TRUE);
    }
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
  g_test_add_func ("/video-source/any-order", test_any_order);
  g_test_add_func ("/video-source/thumbnails", test_thumbnails);
  g_test_add_func ("/video-source/turned", test_turned);
  g_test_add_func ("/video-source/changing-size", test_changing_size);
  g_test_add_func ("/video-source/no-video", test_no_video);
  g_test_add_func ("/video-source/truncated", test_truncated);
  g_test_add_func ("/video-source/damaged", test_damaged);
  g_test_add_func ("/video-source/changed", test_changed);
  g_test_add_func ("/video-source/hostile-index", test_hostile_index);
  g_test_add_func ("/video-source/cancelling", test_cancelling);
  int result = g_test_run ();
  clips_clean ();
  return result;
}
