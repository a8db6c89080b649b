/* test-loader.c: frames of a training set, and the threads that fill batches with them */
#include <string.h>
#include "nn/random.h"
#include "nn/training/frames.h"
#include "nn/training/loader.h"

typedef struct { gint loads; guint fail_item; } Pictures;

static gboolean
load_number_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  Pictures *pictures = data;

  g_atomic_int_inc (&pictures->loads);
  memset (rgb, (int) index, 12);
  memset (labels, val ? 100 : 50, 4);
  return TRUE;
}

/* Read once where there is room, again and again where there is none, and always right. */
static void
test_frames (void)
{
  Pictures pictures = { 0 };
  LwTrainingSet set = { 3, 2, 2, 2, load_number_cb, &pictures, 0 };
  g_autoptr(LwFrames) frames = lw_frames_new (&set, 3 * 16);

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < 5; i++)
      {
        g_autofree guint8 *own = NULL;
        const guint8 *pixels = lw_frames_get (frames, i >= 3, i % 3, &own, NULL);

        g_assert_cmpuint (pixels[11], ==, i % 3);
        g_assert_cmpuint (pixels[12], ==, i >= 3 ? 100 : 50);
        g_assert_true ((own != NULL) == (i >= 3));
      }
  g_assert_cmpint (pictures.loads, ==, 3 + 3 * 2);
}

static guint
count_parts_cb (gpointer data, guint item)
{
  return 1 + item % 5;
}

/* Later parts often come first. */
static gboolean
load_part_cb (gpointer data, guint item, guint part, guint8 *rgb, guint8 *labels, GError **error)
{
  const Pictures *pictures = data;

  g_usleep (lw_random_mix (item * 8 + part) % 300);
  if (item == pictures->fail_item)
    return lw_net_fail (error, LW_NET_ERROR_IO, "item %u is gone", item);
  rgb[part] = (guint8) (item * 8 + part);
  labels[part] = (guint8) item;
  return TRUE;
}

/* In order and whole, however many threads fill them, and however they are given back. */
static void
test_loader (void)
{
  for (guint threads = 1; threads <= 8; threads += 3)
    {
      Pictures pictures = { .fail_item = G_MAXUINT };
      LwLoaderSource source = { count_parts_cb, load_part_cb, &pictures };
      g_autoptr(LwLoader) loader = lw_loader_new (&source, 3, 90, 8, threads);
      LwLoaded *before = NULL;

      for (guint item = 3; item < 90; item++)
        {
          LwLoaded *loaded = lw_loader_take (loader);

          g_assert_no_error (loaded->error);
          g_assert_cmpuint (loaded->item, ==, item);
          for (guint part = 0; part < count_parts_cb (NULL, item); part++)
            g_assert_true (loaded->rgb[part] == (guint8) (item * 8 + part) && loaded->labels[part] == (guint8) item);
          if (before != NULL)
            lw_loader_give_back (loader, before);
          before = loaded;
        }
    }
}

/* What fails ends the loading, wherever the threads were; and nobody has to take what was filled. */
static void
test_loader_failures (void)
{
  for (guint threads = 1; threads <= 8; threads += 7)
    {
      Pictures pictures = { .fail_item = 20 };
      LwLoaderSource source = { count_parts_cb, load_part_cb, &pictures };
      g_autoptr(LwLoader) loader = lw_loader_new (&source, 0, 1000, 8, threads), untouched = lw_loader_new (&source, 0, 1000, 8, threads);
      LwLoaded *loaded;

      while ((loaded = lw_loader_take (loader))->error == NULL)
        lw_loader_give_back (loader, loaded);
      g_assert_error (loaded->error, LW_NET_ERROR, LW_NET_ERROR_IO);
      g_assert_nonnull (strstr (loaded->error->message, "item 20"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/frames/kept", test_frames);
  g_test_add_func ("/nn/loader/order", test_loader);
  g_test_add_func ("/nn/loader/failures", test_loader_failures);
  return g_test_run ();
}
