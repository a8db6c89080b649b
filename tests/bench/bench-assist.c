/* bench-assist.c: superpixels, live wire and box cut: how long they take, and on CamVid how well they fit the labels
 *
 * bench-assist [FOLDER]: of CamVid; CAMVID_DIR unless told. Without it a made picture is timed. */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "assist/grab-cut.h"
#include "assist/live-wire.h"
#include "assist/superpixels.h"
#include "camvid-frame.h"
#include "common/png.h"
#include "label/regions.h"

enum { RUNS = 11, FRAMES = 10 };

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

static void
print_times (const char *what, const LwPixels *picture, double *seconds, int n)
{
  qsort (seconds, (size_t) n, sizeof *seconds, compare_doubles);
  g_print ("%s\t%dx%d\tmedian %.1f ms\tworst %.1f ms\n", what, picture->width, picture->height, seconds[n / 2] * 1e3, seconds[n - 1] * 1e3);
}

/* CPU time of all threads: what is left of a time when other programs run beside this one. */
static double
cpu (void)
{
  struct timespec t;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

/* ---- pictures ---- */

static LwPixels
picture_from_rgb (const guint8 *rgb, int width, int height, int to_width, int to_height)
{
  guint32 *pixels = g_new (guint32, (gsize) to_width * (gsize) to_height);
  for (int y = 0; y < to_height; y++)
    for (int x = 0; x < to_width; x++)
      {
        const guint8 *p = rgb + 3 * ((gsize) (y * height / to_height) * (gsize) width + (gsize) (x * width / to_width));
        pixels[(gsize) y * (gsize) to_width + (gsize) x] = 0xff000000u | (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];
      }
  return (LwPixels) { to_width, to_height, (gsize) to_width * 4, (const guint8 *) pixels };
}

static guint8 *
made_rgb (int width, int height)
{
  guint8 *rgb = g_new (guint8, 3 * (gsize) width * (gsize) height);
  for (gsize i = 0; i < 3 * (gsize) width * (gsize) height; i++)
    {
      gsize x = i / 3 % (gsize) width, y = i / 3 / (gsize) width;
      rgb[i] = (guint8) (128 + 90 * sin ((double) x / 37 + (double) (i % 3)) * cos ((double) y / 23) + (double) (rand () % 20));
    }
  return rgb;
}

/* ---- times ---- */

static void
time_superpixels (const LwPixels *picture, int size)
{
  double seconds[RUNS], cpu_start = cpu ();
  LwSuperpixelOptions options = { size, 10, 2 };
  guint n = 0;
  for (int i = -1; i < RUNS; i++)
    {
      double start = now ();
      g_autoptr(LwSuperpixels) superpixels = lw_superpixels_new (picture, &options, NULL);
      if (i >= 0)
        seconds[i] = now () - start;
      n = superpixels->n;
    }
  g_autofree char *what = g_strdup_printf ("superpixels of %d, %u of them, two threads, CPU %.1f ms", size, n, (cpu () - cpu_start) / (RUNS + 1) * 1e3);
  print_times (what, picture, seconds, RUNS);
}

static void
time_live_wire (const LwPixels *picture)
{
  double prepare[RUNS], trace[RUNS * 100];
  for (int i = 0; i < RUNS; i++)
    {
      double start = now ();
      g_autoptr(LwLiveWire) wire = lw_live_wire_new (picture, (LwCorner) { picture->width * (i + 1) / (RUNS + 1), picture->height / 2 }, LW_LIVE_WIRE_REACH, NULL);
      prepare[i] = now () - start;
      for (int k = 0; k < 100; k++)
        {
          start = now ();
          LwCorner to = lw_live_wire_snap (picture, (LwCorner) { rand () % picture->width, rand () % picture->height }, 8);
          g_autoptr(GArray) way = lw_live_wire_trace (wire, to);
          trace[i * 100 + k] = now () - start;
        }
    }
  print_times ("live wire, an anchor", picture, prepare, RUNS);
  print_times ("live wire, a move", picture, trace, RUNS * 100);
}

static void
time_grab_cut (const LwPixels *picture, double part)
{
  double first[RUNS], later[RUNS];
  LwCutBox box = { (int) (picture->width * 0.3), (int) (picture->height * 0.3), (int) (picture->width * part), (int) (picture->height * part) };
  for (int i = 0; i < RUNS; i++)
    {
      g_autoptr(GError) error = NULL;
      double start = now ();
      box.x = picture->width * (i + 1) / (2 * RUNS);
      g_autoptr(LwGrabCut) cut = lw_grab_cut_new (picture, &box, &error);
      gboolean done = cut != NULL && lw_grab_cut_run (cut, &error);
      first[i] = now () - start;
      start = now ();
      if (done)
        {
          lw_grab_cut_mark (cut, TRUE, box.x + box.width / 2.0, box.y + box.height / 2.0, box.width * 0.1);
          lw_grab_cut_run (cut, &error);
        }
      later[i] = now () - start;
    }
  g_autofree char *what = g_strdup_printf ("box cut, %d x %d", box.width, box.height);
  print_times (what, picture, first, RUNS);
  print_times ("box cut, a stroke more", picture, later, RUNS);
}

static void
time_all (const LwPixels *picture)
{
  time_superpixels (picture, 12);
  time_superpixels (picture, 20);
  time_superpixels (picture, 40);
  time_live_wire (picture);
  if (lw_grab_cut_is_available ())
    {
      time_grab_cut (picture, 0.15);
      time_grab_cut (picture, 0.5);
    }
}

/* ---- how well they fit ---- */

/* Achievable accuracy: pixels that are of their region's most frequent class. */
static void
fit_superpixels (const CamvidFrame *frame, int size, gint64 *right, gint64 *all)
{
  LwSuperpixelOptions options = { size, 10, 2 };
  g_autoptr(LwSuperpixels) s = lw_superpixels_new (&frame->picture, &options, NULL);
  g_autofree guint32 *counts = g_new0 (guint32, (gsize) s->n * 256);
  for (int y = 0; y < s->height; y++)
    for (int x = 0; x < s->width; x++)
      counts[(gsize) lw_superpixels_at (s, x, y) * 256 + lw_label_map_get (frame->labels, x, y)]++;
  for (guint i = 0; i < s->n; i++)
    {
      guint32 best = 0;
      for (int c = 0; c < 256; c++)
        best = MAX (best, counts[(gsize) i * 256 + (gsize) c]);
      *right += best;
    }
  *all += (gint64) s->width * s->height;
}

/* A box a little wider than each thing of a class that stands alone. Returns: the sum of their IoU */
static double
fit_boxes (const CamvidFrame *frame, guint8 class_id, int *n)
{
  g_autoptr(GArray) regions = lw_regions_find (frame->labels, NULL);
  double sum = 0;
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *r = &g_array_index (regions, LwRegion, i);
      int room = 2 + MAX (r->bbox.width, r->bbox.height) / 12;
      LwCutBox box = { r->bbox.x - room, r->bbox.y - room, r->bbox.width + 2 * room, r->bbox.height + 2 * room };
      if (r->class_id != class_id || r->pixels < 800)
        continue;
      g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&frame->picture, &box, NULL);
      if (cut == NULL || !lw_grab_cut_run (cut, NULL))
        continue;
      const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
      gint64 both = 0, either = 0;
      for (int y = 0; y < box.height; y++)
        for (int x = 0; x < box.width; x++)
          {
            gboolean is = lw_label_map_get (frame->labels, box.x + x, box.y + y) == class_id, said = mask[y * box.width + x];
            both += is && said;
            either += is || said;
          }
      sum += (double) both / (double) MAX (either, 1);
      ++*n;
    }
  return sum;
}

static void
fit_all (const char *folder)
{
  static const int sizes[] = { 8, 12, 20 };
  g_autofree char *val = g_build_filename (folder, "val", NULL);
  g_autoptr(GDir) dir = g_dir_open (val, 0, NULL);
  gint64 right[G_N_ELEMENTS (sizes)] = { 0 }, all[G_N_ELEMENTS (sizes)] = { 0 };
  double iou = 0;
  int things = 0, frames = 0;
  for (const char *name; dir != NULL && frames < FRAMES && (name = g_dir_read_name (dir)) != NULL;)
    {
      CamvidFrame frame;
      if (!camvid_frame_read (&frame, folder, name))
        continue;
      frames++;
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        fit_superpixels (&frame, sizes[i], &right[i], &all[i]);
      if (lw_grab_cut_is_available ())
        iou += fit_boxes (&frame, 8, &things);      /* cars */
      camvid_frame_clear (&frame);
    }
  for (gsize i = 0; frames > 0 && i < G_N_ELEMENTS (sizes); i++)
    g_print ("superpixels of %d\tCamVid, %d frames\t%.2f %% of the pixels are of their region's class\n", sizes[i], frames, 100.0 * (double) right[i] / (double) all[i]);
  if (things > 0)
    g_print ("box cut\tCamVid, %d cars\tmean IoU %.3f\n", things, iou / things);
}

int
main (int argc, char **argv)
{
  static const int sizes[][2] = { { 480, 360 }, { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 } };
  const char *folder = argc > 1 ? argv[1] : g_getenv ("CAMVID_DIR");
  g_autofree char *name = folder != NULL ? g_build_filename (folder, "val", "0016E5_07959.png", NULL) : NULL;
  int width = 1280, height = 720;
  g_autofree guint8 *rgb = name != NULL ? lw_png_read_rgb (name, &width, &height, NULL) : NULL;
  if (rgb == NULL)
    rgb = made_rgb (width = 1280, height = 720);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      LwPixels picture = picture_from_rgb (rgb, width, height, sizes[i][0], sizes[i][1]);
      time_all (&picture);
      g_free ((gpointer) picture.pixels);
    }
  if (folder != NULL)
    fit_all (folder);
  return 0;
}
