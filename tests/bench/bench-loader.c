/* bench-loader.c: how fast batches are prepared: pictures of 480 x 360 a second by the clock, and a second of one processor's time */
#include "config.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "common/png.h"
#include "nn/training/augment.h"
#include "nn/training/frames.h"
#include "nn/training/loader.h"

#define WIDTH 480
#define HEIGHT 360
#define PIXELS (WIDTH * HEIGHT)
#define N_FRAMES 32
#define BATCH 4
#define STEPS 100

typedef struct { LwFrames *frames; char *folder; } Source;

static double
processor_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static char *
file_name (const Source *source, const char *kind, guint index)
{
  return g_strdup_printf ("%s/%s%u.png", source->folder, kind, index);
}

/* Slopes with some noise: about what a photograph takes to decode. */
static void
write_frames (const Source *source)
{
  g_autofree guint8 *rgb = g_malloc (PIXELS * 3), *labels = g_malloc (PIXELS);

  for (guint i = 0; i < N_FRAMES; i++)
    {
      LwRandom random = lw_random_new (1, i);
      g_autofree char *image = file_name (source, "image", i), *map = file_name (source, "labels", i);

      for (guint k = 0; k < PIXELS * 3; k++)
        rgb[k] = (guint8) (k / 3 % WIDTH / 3 + k / 3 / WIDTH / 5 + lw_random_int (&random, 12));
      for (guint k = 0; k < PIXELS; k++)
        labels[k] = (guint8) (k % WIDTH / 60 + k / WIDTH / 90);
      if (!lw_png_write_rgb_unsynced (image, rgb, WIDTH, HEIGHT, WIDTH * 3, NULL)
          || !lw_png_write_index_unsynced (map, labels, WIDTH, HEIGHT, WIDTH, NULL, 0, NULL))
        g_error ("%s can't be written", image);
    }
}

static gboolean
read_frame_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  const Source *source = data;
  int width, height;
  LwPngInfo info;
  g_autofree char *image = file_name (source, "image", index), *map = file_name (source, "labels", index);
  g_autofree guint8 *pixels = lw_png_read_rgb (image, &width, &height, error), *indices = pixels != NULL ? lw_png_read_index (map, &info, error) : NULL;

  if (indices == NULL)
    return FALSE;
  memcpy (rgb, pixels, PIXELS * 3);
  memcpy (labels, indices, PIXELS);
  return TRUE;
}

static guint
count_pictures_cb (gpointer data, guint item)
{
  return BATCH;
}

static gboolean
load_picture_cb (gpointer data, guint item, guint i, guint8 *rgb, guint8 *labels, GError **error)
{
  Source *source = data;
  LwAugment augment = { .scale_min = 0.6f, .scale_max = 1.5f, .brightness = 0.3f, .contrast = 0.3f, .saturation = 0.3f, .flip = TRUE };
  LwRandom random = lw_random_new (1, item * 1024 + i);
  g_autofree guint8 *own = NULL;
  const guint8 *frame = lw_frames_get (source->frames, FALSE, lw_random_int (&random, N_FRAMES), &own, error);

  if (frame == NULL)
    return FALSE;
  lw_augment (&augment, &random, frame, frame + PIXELS * 3, WIDTH, HEIGHT, rgb + i * PIXELS * 3, labels + i * PIXELS, WIDTH, HEIGHT);
  return TRUE;
}

static void
measure (Source *source, const char *what, gsize bytes, guint threads)
{
  LwTrainingSet set = { .n_train = N_FRAMES, .width = WIDTH, .height = HEIGHT, .load = read_frame_cb, .data = source };
  LwLoaderSource batches = { count_pictures_cb, load_picture_cb, source };
  g_autoptr(LwFrames) frames = source->frames = lw_frames_new (&set, bytes);

  for (int round = 0; round < 2; round++)               /* the first one decodes what stays */
    {
      double processor = processor_seconds ();
      gint64 start = g_get_monotonic_time ();
      g_autoptr(LwLoader) loader = lw_loader_new (&batches, 0, STEPS, (gsize) BATCH * PIXELS, threads);

      for (guint step = 0; step < STEPS; step++)
        {
          LwLoaded *loaded = lw_loader_take (loader);

          if (loaded->error != NULL)
            g_error ("%s", loaded->error->message);
          lw_loader_give_back (loader, loaded);
        }
      double pictures = STEPS * BATCH, seconds = (double) (g_get_monotonic_time () - start) * 1e-6;

      if (round == 1)
        g_print ("%-22s %2u threads  %8.0f pictures/s  %8.2f ms of one processor each\n", what, threads, pictures / seconds,
                 (processor_seconds () - processor) * 1e3 / pictures);
    }
}

int
main (int argc, char **argv)
{
  guint most = MIN (g_get_num_processors (), 16);
  Source source = { .folder = g_dir_make_tmp ("lw-bench-XXXXXX", NULL) };

  write_frames (&source);
  for (guint threads = 1; threads <= most; threads *= 2)
    {
      measure (&source, "kept in memory", (gsize) 1 << 30, threads);
      measure (&source, "read every time", 1, threads);
    }
  for (guint i = 0; i < N_FRAMES; i++)
    {
      g_autofree char *image = file_name (&source, "image", i), *map = file_name (&source, "labels", i);

      remove (image);
      remove (map);
    }
  remove (source.folder);
  g_free (source.folder);
  return 0;
}
