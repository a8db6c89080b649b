/* test-sample.c: the sample clip and its truth fit together, and the generator does what its description says */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include "common/paths.h"
#include "common/png.h"
#include "media/frame-source.h"

#define N_CLASSES 11

static const char *generator;

static char *
sample_path (const char *name)
{
  g_autofree char *relative = g_build_filename ("sample", name, NULL);
  return lw_paths_data (relative);
}

/* Adds a label map's pixels to @counts. */
static void
count_labels (const char *path, guint64 counts[256])
{
  LwPngInfo info;
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *labels = lw_png_read_index (path, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info.width, ==, 480);
  g_assert_cmpint (info.height, ==, 360);
  for (int i = 0; i < info.width * info.height; i++)
    counts[labels[i]]++;
}

static void
test_labels (void)
{
  for (int third = 0; third < 3; third++)
    {
      guint64 counts[256] = { 0 };
      for (int i = third * 32; i < (third + 1) * 32; i++)
        {
          g_autofree char *name = g_strdup_printf ("labels/street_%06d.png", i), *path = sample_path (name);
          count_labels (path, counts);
        }
      for (int i = 0; i < 256; i++)
        g_assert_true ((counts[i] > 0) == (i < N_CLASSES));
      for (int i = 0; i < N_CLASSES; i++)
        g_assert_cmpuint (counts[i], >, 32 * 480 * 360 / 1000);      /* a thousandth at least, in each third: the demo learns from one and is tried on another */
    }
  g_autofree char *one_more = sample_path ("labels/street_000096.png");
  g_assert_false (g_file_test (one_more, G_FILE_TEST_EXISTS));
}

/* The mean brightness that the clip's picture has where the truth says @class. */
static double
brightness_of (const LwImage *image, const guint8 *labels, guint8 class)
{
  double sum = 0;
  int n = 0;
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      if (labels[y * image->width + x] == class)
        {
          sum += image->pixels[(gsize) y * image->stride + (gsize) x * 4 + 1];
          n++;
        }
  return n > 0 ? sum / n : -1;
}

/* Pictures and truth are of the same moment: the sky is brighter than the road, and moves with the frame. */
static void
test_clip (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = sample_path ("street.mp4");
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
  if (g_error_matches (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED))
    {
      g_test_skip (error->message);      /* built without FFmpeg, which alone reads videos */
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (info->frames->len, ==, 96);
  g_assert_cmpint (info->width, ==, 480);
  g_assert_cmpint (info->height, ==, 360);
  g_autoptr(LwFrameSource) source = lw_frame_source_new (info->kind, info->path, info->index, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 96; i += 19)
    {
      g_autofree char *name = g_strdup_printf ("labels/street_%06u.png", i), *label_path = sample_path (name);
      g_autofree guint8 *labels = lw_png_read_index (label_path, NULL, &error);
      g_autoptr(LwImage) image = lw_frame_source_read (source, i, NULL, &error);
      g_assert_no_error (error);
      double sky = brightness_of (image, labels, 0), road = brightness_of (image, labels, 3);
      g_assert_cmpfloat (sky, >, road + 40);
    }
}

static void
assert_same_file (const char *folder, const char *a, const char *b, gboolean same)
{
  gsize n_first = 0, n_second = 0;
  g_autofree char *first_path = g_build_filename (folder, a, NULL), *second_path = g_build_filename (folder, b, NULL), *first = NULL, *second = NULL;
  g_assert_true (g_file_get_contents (first_path, &first, &n_first, NULL));
  g_assert_true (g_file_get_contents (second_path, &second, &n_second, NULL));
  g_assert_cmpint (n_first == n_second && memcmp (first, second, n_first) == 0, ==, same);
}

static int
generate (const char *folder, const char *options)
{
  int status = 0;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("%s --size 96x64 --out %s/%s", generator, folder, options);
  g_spawn_command_line_sync (line, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  return status;
}

static void
remove_all (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);
      remove_all (inside);
    }
  g_remove (path);
}

static void
test_generator (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-street-XXXXXX", NULL);
  g_assert_cmpint (generate (folder, "a --seed 5 --frames 3 --drive 4"), ==, 0);
  g_assert_cmpint (generate (folder, "b --seed 5 --frames 1 --first 2 --drive 4 --name x"), ==, 0);
  g_assert_cmpint (generate (folder, "c --seed 6 --frames 3 --drive 4"), ==, 0);
  assert_same_file (folder, "a/labels/0002.png", "b/labels/x_000002.png", TRUE);
  assert_same_file (folder, "a/labels/0002.png", "c/labels/0002.png", FALSE);
  assert_same_file (folder, "a/frames/0000.png", "a/frames/0001.png", FALSE);
  g_assert_cmpint (generate (folder, "d --size 7x7"), !=, 0);
  g_assert_cmpint (generate (folder, "d --frames 0"), !=, 0);
  g_assert_cmpint (generate (folder, "d --fps -1"), !=, 0);
  g_assert_cmpint (generate (folder, "d stray"), !=, 0);

  LwPngInfo info;
  g_autofree char *path = g_build_filename (folder, "a/labels/0001.png", NULL);
  g_autofree guint8 *labels = lw_png_read_index (path, &info, NULL);
  g_assert_cmpint (info.width, ==, 96);
  g_assert_cmpint (info.height, ==, 64);
  g_assert_cmpint (info.n_palette, ==, N_CLASSES);
  for (int i = 0; i < 96 * 64; i++)
    g_assert_cmpint (labels[i], <, N_CLASSES);
  remove_all (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  generator = argv[1];
  g_test_add_func ("/sample/labels", test_labels);
  g_test_add_func ("/sample/clip", test_clip);
  g_test_add_func ("/sample/generator", test_generator);
  return g_test_run ();
}
