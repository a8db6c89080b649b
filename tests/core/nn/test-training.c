/* test-training.c: recipes, schedules, augmentation, class weights, and whole trainings on the reference backend */
#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include "common/paths.h"
#include "common/png.h"
#include "nn/training/augment.h"
#include "nn/training/class-weights.h"
#include "nn/training/frames.h"
#include "nn/training/loader.h"
#include "nn/training/schedule.h"

/* ---- recipes ---- */

static LwRecipe *
parse (const char *json, GError **error)
{
  return lw_recipe_parse (json, strlen (json), "test.json", error);
}

static void
test_recipe (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwRecipe) recipe = parse ("{\"name\":\"x\",\"optimizer\":\"adamw\",\"rate\":0.25,\"batch\":3,\"crop\":[64,48],\"stages\":[{\"epochs\":2},"
                                      "{\"epochs\":5,\"crop\":[0,0],\"scale\":[0.5,2],\"batch\":1}],\"frozen\":[\"conv1\",\"fc6\"],\"seed\":9,"
                                      "\"average\":0.5,\"label_smoothing\":0.25,\"hard_share\":0.5,\"checkpoint_seconds\":7,\"rate_factors\":{\"conv\":0.5,\"conv5\":2}}", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (recipe->epochs, ==, 7);
  g_assert_cmpuint (recipe->n_stages, ==, 2);
  g_assert_cmpint (recipe->stages[0].crop_width, ==, 64);
  g_assert_cmpuint (recipe->stages[0].batch, ==, 3);
  g_assert_cmpint (recipe->stages[1].crop_height, ==, 0);
  g_assert_cmpfloat (recipe->stages[1].scale_max, ==, 2);
  g_assert_cmpuint (recipe->stages[1].batch, ==, 1);
  g_assert_cmpint (recipe->optimizer, ==, LW_ADAMW);
  g_assert_cmpstr (recipe->frozen[1], ==, "fc6");
  g_assert_cmpuint (recipe->seed, ==, 9);
  g_assert_cmpfloat (recipe->average, ==, 0.5);
  g_assert_cmpfloat (recipe->label_smoothing, ==, 0.25);
  g_assert_cmpfloat (recipe->hard_below, ==, 0);
  g_assert_cmpfloat (recipe->hard_share, ==, 0.5);
  g_assert_cmpuint (recipe->checkpoint_seconds, ==, 7);
  g_assert_cmpuint (recipe->n_rate_factors, ==, 2);
  g_assert_cmpstr (recipe->rate_factors[1].prefix, ==, "conv5");
  g_assert_cmpfloat (recipe->rate_factors[1].factor, ==, 2);
}

static void
test_bad_recipes (void)
{
  static const struct { const char *json, *word; } cases[] = {
    { "", "JSON" }, { "[]", "object" }, { "{}", "name" }, { "{\"name\":\"x\",\"epoch\":3}", "epoch" }, { "{\"name\":\"x\",\"epochs\":0}", "epochs" },
    { "{\"name\":\"x\",\"rate\":-1}", "rate" }, { "{\"name\":\"x\",\"rate\":1e999}", "rate" }, { "{\"name\":\"x\",\"optimizer\":\"lion\"}", "lion" },
    { "{\"name\":\"x\",\"crop\":[100]}", "crop" }, { "{\"name\":\"x\",\"crop\":[100,0]}", "crop" }, { "{\"name\":\"x\",\"crop\":[100,99999]}", "crop" },
    { "{\"name\":\"x\",\"scale\":[2,1]}", "scale" }, { "{\"name\":\"x\",\"scale\":[0,1]}", "scale" }, { "{\"name\":\"x\",\"flip\":\"yes\"}", "flip" },
    { "{\"name\":\"x\",\"batch\":100000}", "batch" }, { "{\"name\":\"x\",\"stages\":[]}", "stage" }, { "{\"name\":\"x\",\"stages\":[{}]}", "Stage 1" },
    { "{\"name\":\"x\",\"stages\":[{\"epochs\":1,\"rate\":1}]}", "rate" }, { "{\"name\":\"x\",\"frozen\":[1]}", "frozen" },
    { "{\"name\":\"x\",\"max_class_weight\":0}", "max_class_weight" }, { "{\"name\":\"x\",\"average\":2}", "average" },
    { "{\"name\":\"x\",\"label_smoothing\":-0.1}", "label_smoothing" }, { "{\"name\":\"x\",\"rate_factors\":[1]}", "rate_factors" },
    { "{\"name\":\"x\",\"hard_below\":1.5}", "hard_below" }, { "{\"name\":\"x\",\"hard_share\":-1}", "hard_share" },
    { "{\"name\":\"x\",\"hard_below\":0.7,\"label_smoothing\":0.1}", "label_smoothing" },
    { "{\"name\":\"x\",\"rate_factors\":{\"conv\":0}}", "conv" }, { "{\"name\":\"x\",\"rate_factors\":{\"\":1}}", "rate_factors" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwRecipe) recipe = parse (cases[i].json, &error);

      if (recipe != NULL || strstr (error->message, cases[i].word) == NULL || strstr (error->message, "test.json") == NULL)
        g_error ("%s: %s", cases[i].json, recipe != NULL ? "accepted" : error->message);
    }
}

static void
test_shipped_recipes (void)
{
  static const char *const names[] = { "best", "fine-tune", "lite", "matlab", "paper", "scratch" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *relative = g_strdup_printf ("recipes/%s.json", names[i]), *path = lw_paths_data (relative);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwRecipe) recipe = lw_recipe_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (recipe->name, ==, names[i]);
    }
}

/* ---- schedule ---- */

static void
test_every_frame_once (void)
{
  g_autoptr(LwRecipe) recipe = parse ("{\"name\":\"x\",\"stages\":[{\"epochs\":3,\"batch\":7},{\"epochs\":2,\"batch\":1}]}", NULL);
  guint n = (guint) g_test_rand_int_range (1, 40) * 7;
  g_autoptr(LwSchedule) schedule = lw_schedule_new (recipe, n);
  g_autofree guint *orders = g_new0 (guint, 5 * n);

  g_assert_cmpuint (schedule->steps, ==, 3 * n / 7 + 2 * n);
  for (guint e = 0; e < 5; e++)
    {
      g_autofree guint8 *seen = g_new0 (guint8, n);
      guint batch = e < 3 ? 7 : 1;

      g_assert_true (lw_schedule_stage (schedule, e) == &recipe->stages[e < 3 ? 0 : 1]);
      for (guint k = 0; k < n; k++)
        {
          guint step = schedule->first_step[e] + k / batch, frame = lw_schedule_frame (schedule, step, k % batch);

          g_assert_cmpuint (lw_schedule_epoch (schedule, step), ==, e);
          g_assert_cmpuint (frame, <, n);
          g_assert_false (seen[frame]);
          seen[frame] = 1;
          orders[e * n + k] = frame;
        }
    }
  if (n > 20)
    g_assert_cmpint (memcmp (orders, orders + n, n * sizeof (guint)), !=, 0);
}

static void
test_few_frames (void)
{
  g_autoptr(LwRecipe) recipe = parse ("{\"name\":\"x\",\"stages\":[{\"epochs\":2,\"batch\":1},{\"epochs\":3,\"batch\":8}],\"min_steps\":100}", NULL);
  g_autoptr(LwSchedule) schedule = lw_schedule_new (recipe, 3);

  g_assert_cmpuint (schedule->steps, ==, 100);                          /* 6 of single frames, 94 of eight where three are repeated */
  g_assert_cmpuint (schedule->epochs, ==, 2 + 94);
  for (guint step = 0; step < schedule->steps; step++)
    for (guint i = 0; i < lw_schedule_stage (schedule, lw_schedule_epoch (schedule, step))->batch; i++)
      g_assert_cmpuint (lw_schedule_frame (schedule, step, i), <, 3);
}

static void
test_rate (void)
{
  g_autoptr(LwRecipe) recipe = parse ("{\"name\":\"x\",\"epochs\":10,\"batch\":1,\"rate\":0.5,\"power\":1,\"warmup_steps\":5}", NULL);
  g_autoptr(LwSchedule) schedule = lw_schedule_new (recipe, 10);

  g_assert_cmpfloat_with_epsilon (lw_schedule_rate (schedule, 0), 0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (lw_schedule_rate (schedule, 50), 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (lw_schedule_rate (schedule, 99), 0.005, 1e-6);
}

/* Steps for the statistics follow the last epoch's own, change no rate before them, and have frames like all. */
static void
test_statistics_steps (void)
{
  g_autoptr(LwRecipe) with = parse ("{\"name\":\"x\",\"epochs\":3,\"batch\":2,\"batch_norm\":true,\"statistics_steps\":25}", NULL);
  g_autoptr(LwRecipe) plain = parse ("{\"name\":\"x\",\"epochs\":3,\"batch\":2,\"statistics_steps\":25}", NULL);
  g_autoptr(LwSchedule) one = lw_schedule_new (with, 8), two = lw_schedule_new (plain, 8);

  g_assert_cmpuint (two->steps, ==, 12);                /* there is nothing to bring up to date */
  g_assert_cmpuint (one->steps, ==, 12 + 25);
  g_assert_cmpuint (one->first_step[3], ==, one->steps);
  for (guint step = 0; step < one->steps; step++)
    {
      g_assert_cmpuint (lw_schedule_frame (one, step, 1), <, 8);
      g_assert_cmpfloat (lw_schedule_rate (one, step), ==, step < 12 ? lw_schedule_rate (two, step) : 0);
    }
  g_assert_cmpuint (lw_schedule_epoch (one, one->steps - 1), ==, 2);
}

/* ---- augmentation ---- */

/* Red tells the column and green the row, so that a result says where it came from; the label says it coarsely. */
static void
draw_map (int width, int height, guint8 *rgb, guint8 *labels)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = rgb + (y * width + x) * 3;

        pixel[0] = (guint8) (x * 2);
        pixel[1] = (guint8) (y * 2);
        pixel[2] = 100;
        labels[y * width + x] = (guint8) (x / 10 + y / 10 * 12);
      }
}

static void
test_augment_nothing (void)
{
  LwAugment augment = { .scale_min = 1, .scale_max = 1 };
  LwRandom random = lw_random_new (1, 2);
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[120 * 90 * 3], out_labels[120 * 90];

  draw_map (120, 90, rgb, labels);
  lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 120, 90);
  g_assert_cmpmem (out_rgb, sizeof out_rgb, rgb, sizeof rgb);
  g_assert_cmpmem (out_labels, sizeof out_labels, labels, sizeof labels);
}

/* Wherever it is cut, at whatever scale, flipped or not: labels and colours tell the same place. */
static void
test_augment_agrees (void)
{
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[60 * 40 * 3], out_labels[60 * 40];
  guint flipped = 0, outside = 0, inside = 0;

  draw_map (120, 90, rgb, labels);
  for (int i = 0; i < 200; i++)
    {
      LwAugment augment = { .scale_min = 0.3f, .scale_max = 2, .flip = TRUE, .fill = { 1, 2, 3 } };
      LwRandom random = lw_random_new ((guint64) g_test_rand_int (), (guint64) i);

      lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 60, 40);
      flipped += out_rgb[(20 * 60 + 31) * 3] < out_rgb[(20 * 60 + 29) * 3];
      for (int k = 0; k < 60 * 40; k++)
        {
          double x = out_rgb[k * 3] / 2.0, y = out_rgb[k * 3 + 1] / 2.0;

          if (out_labels[k] == 255)
            {
              g_assert_cmpint (out_rgb[k * 3] * 10000 + out_rgb[k * 3 + 1] * 100 + out_rgb[k * 3 + 2], ==, 10203);
              outside++;
              continue;
            }
          /* Near an edge of the frame the filter is cut off, and between two labels the nearest pixel decides. */
          if (x < 3 || y < 3 || x > 116 || y > 86 || fabs (remainder (x + 0.5, 10)) < 1.6 || fabs (remainder (y + 0.5, 10)) < 1.6)
            continue;
          g_assert_cmpint (out_labels[k], ==, (int) (x + 0.5) / 10 + (int) (y + 0.5) / 10 * 12);
          inside++;
        }
    }
  g_assert_cmpuint (flipped, >, 50);
  g_assert_cmpuint (flipped, <, 150);
  g_assert_cmpuint (outside, >, 1000);
  g_assert_cmpuint (inside, >, 50000);
}

/* Moved by no more than was asked for, and by all of it now and then. */
static void
test_augment_shift (void)
{
  LwAugment augment = { .scale_min = 1, .scale_max = 1, .shift = 7 };
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[120 * 90 * 3], out_labels[120 * 90];
  int least = 0, most = 0;

  draw_map (120, 90, rgb, labels);
  for (guint64 i = 0; i < 60; i++)
    {
      LwRandom random = lw_random_new (3, i);

      lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 120, 90);
      int moved = out_rgb[(45 * 120 + 60) * 3] / 2 - 60;

      least = MIN (least, moved);
      most = MAX (most, moved);
      g_assert_cmpint (out_labels[45 * 120 + (moved > 0 ? 119 : 0)] == 255, ==, moved != 0);
    }
  g_assert_cmpint (least, >=, -7);
  g_assert_cmpint (least, <=, -5);
  g_assert_cmpint (most, <=, 7);
  g_assert_cmpint (most, >=, 5);
}

static void
test_augment_colours (void)
{
  guint8 rgb[30 * 20 * 3], labels[30 * 20], a[30 * 20 * 3], b[30 * 20 * 3], out_labels[30 * 20];
  LwAugment augment = { .scale_min = 0.8f, .scale_max = 1.3f, .brightness = 0.5f, .contrast = 0.5f, .saturation = 0.5f, .flip = TRUE };

  draw_map (30, 20, rgb, labels);
  for (guint64 i = 0; i < 20; i++)
    {
      LwRandom one = lw_random_new (5, i), two = lw_random_new (5, i), other = lw_random_new (5, i + 1);

      lw_augment (&augment, &one, rgb, labels, 30, 20, a, out_labels, 30, 20);
      lw_augment (&augment, &two, rgb, labels, 30, 20, b, out_labels, 30, 20);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
      lw_augment (&augment, &other, rgb, labels, 30, 20, b, out_labels, 30, 20);
      g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
    }
}

/* ---- class weights ---- */

static void
test_class_weights (void)
{
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (4);
  static const guint8 one[] = { 0, 0, 0, 0, 0, 0, 1, 1, 255, 255 }, two[] = { 0, 0, 0, 0, 2, 0, 0, 0, 0, 0 };
  float weights[4];

  lw_class_counts_add (counts, one, 10);
  lw_class_counts_add (counts, two, 10);
  lw_class_counts_weigh (counts, weights);            /* frequencies 15/20, 2/10, 1/10: the median is 0.2 */
  g_assert_cmpfloat_with_epsilon (weights[0], 0.2 / 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[1], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[2], 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[3], 1, 1e-6);       /* never seen */
}

static void
test_camvid_class_weights (void)
{
  static const double expected[] = { 0.2793, 0.2017, 4.7865, 0.1490, 1.0000, 0.4217, 3.8467, 1.9736, 0.7889, 6.3747, 8.8587 };
  const char *camvid = g_getenv ("CAMVID_DIR");
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (11);
  float weights[11];
  const char *name;
  guint n = 0;

  if (camvid == NULL || *camvid == '\0')
    {
      g_test_skip ("CamVid is not given (camvid_dir)");
      return;
    }
  g_autofree char *folder = g_build_filename (camvid, "trainannot", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      LwPngInfo info;
      g_autofree guint8 *labels = lw_png_read_index (path, &info, NULL);

      g_assert_nonnull (labels);
      lw_class_counts_add (counts, labels, (gsize) (info.width * info.height));
      n++;
    }
  g_assert_cmpuint (n, ==, 367);
  lw_class_counts_weigh (counts, weights);
  for (int c = 0; c < 11; c++)
    g_assert_cmpfloat_with_epsilon (weights[c], expected[c], 6e-5);
}

/* ---- frames and loader ---- */

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

/* ---- trainings ---- */

#define SIDE 40
static const char *const classes[] = { "Dark", "Bright", "Red", NULL };

typedef struct {
  gint fail_at;                /* calls left until loading fails; -1: never */
  guint stop_after;            /* epochs; 0: never */
  guint stop_at;               /* step; 0: never */
  guint threads, first_step, step;
  const char *copy_from, *copy_to;      /* a file that is copied within the third epoch, as if the power went out then */
  guint epochs_seen;
  double first_loss, last_loss, last_left;
  GArray *losses;
  const LwBackend *backend;             /* NULL: the reference */
  char *note;
} Course;

/* Stripes of three colours; which class they are can be seen from the colour alone. */
static gboolean
load_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  Course *course = data;
  static const guint8 colours[3][3] = { { 30, 30, 40 }, { 220, 230, 220 }, { 200, 30, 30 } };
  LwRandom random = lw_random_new (77 + (guint64) val, index);

  if (course->fail_at >= 0 && g_atomic_int_dec_and_test (&course->fail_at))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_IO, "frame %u is gone", index);
      return FALSE;
    }
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      guint c = (guint) (i % SIDE / 10 + i / SIDE / 20 + (int) index) % 3;

      labels[i] = i % 11 == 0 ? 255 : (guint8) c;
      for (int k = 0; k < 3; k++)
        {
          int value = colours[c][k] + (int) lw_random_int (&random, 21) - 10;

          rgb[i * 3 + k] = (guint8) CLAMP (value, 0, 255);
        }
    }
  return TRUE;
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
}

static void
report_cb (const LwTrainingProgress *progress, gpointer data)
{
  Course *course = data;

  g_assert_cmpuint (progress->step, <=, progress->steps);
  g_assert_cmpuint (progress->epoch, >=, 1);
  g_assert_cmpuint (progress->epoch, <=, progress->epochs);
  if (progress->step == 1)
    course->first_loss = progress->loss;
  course->last_loss = progress->loss;
  course->last_left = progress->seconds_left;
  course->epochs_seen += progress->epoch_done;
  if (progress->note != NULL && course->note == NULL)
    course->note = g_strdup (progress->note);
  course->step = progress->step;
  if (course->first_step == 0)
    course->first_step = progress->step;
  if (course->copy_from != NULL && progress->step == 9)
    copy_file (course->copy_from, course->copy_to);
}

static gboolean
yield_cb (gpointer data)
{
  Course *course = data;

  return (course->stop_after == 0 || course->epochs_seen < course->stop_after) && (course->stop_at == 0 || course->step < course->stop_at);
}

static gboolean
train (LwNetModel *model, const char *json, Course *course, guint n_val, const char *checkpoint, LwTrainingSummary *summary, GError **error)
{
  LwTrainingSet set = { 4, n_val, SIDE, SIDE, load_cb, course, course->threads };
  g_autoptr(LwRecipe) recipe = parse (json, NULL);

  g_assert_nonnull (recipe);
  lw_training_summary_clear (summary);
  return lw_train (course->backend != NULL ? course->backend : &lw_backend_ref, NULL, model, &set, recipe, LW_PRECISION_AUTO, checkpoint, report_cb, yield_cb, course, summary, error);
}

static LwNetModel *
fresh_model (void)
{
  return lw_net_model_new ("fcn8s-lite", classes, 3, NULL);
}

static gboolean
same_weights (const LwNetModel *a, const LwNetModel *b)
{
  for (guint i = 0; i < a->weights->tensors->len; i++)
    {
      const LwTensor *x = a->weights->tensors->pdata[i], *y = lw_weights_get (b->weights, x->name);

      if (memcmp (x->data, y->data, x->count * sizeof (float)) != 0)
        return FALSE;
    }
  return TRUE;
}

#define NORMALISED "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"weight_decay\":0.01,\"batch_norm\":true,\"class_weights\":true,\"max_class_weight\":3,\"flip\":true," \
  "\"brightness\":0.1,\"batch\":2,\"scale\":[0.9,1.2],\"stages\":[{\"epochs\":2,\"crop\":[32,32]},{\"epochs\":2,\"crop\":[40,40],\"batch\":1}]," \
  "\"average\":0.8,\"label_smoothing\":0.1,\"rate_factors\":{\"conv\":0.5,\"conv5\":2},\"checkpoint_seconds\":0}"
#define PLAIN "{\"name\":\"t\",\"optimizer\":\"sgd\",\"rate\":0.05,\"batch\":2,\"epochs\":3,\"clip_norm\":1,\"frozen\":[\"conv1\"],\"power\":0}"

static void
test_learns (void)
{
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":15,\"validate_every\":5}";

  g_assert_true (train (model, recipe, &course, 2, NULL, &summary, &error));
  g_assert_cmpfloat_with_epsilon (course.first_loss, log (3), 0.01);    /* scores start at zero */
  g_assert_cmpfloat (course.last_loss, <, 0.5);
  g_assert_cmpfloat (course.last_left, ==, 0);
  g_assert_cmpfloat (summary.best_miou, >, 0.6);
  g_assert_cmpuint (summary.best_epoch % 5, ==, 0);
  g_assert_cmpuint (summary.epochs_run, ==, 15);
  g_assert_true (lw_weights_check (model->weights, model->graph, NULL));
}

/* Stopped after any step and taken up again, with any number of threads, a training ends in the very same weights. */
static void
test_resume (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-training-XXXXXX", NULL), *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_autoptr(LwNetModel) whole = fresh_model (), parts = fresh_model (), untouched = fresh_model ();
  Course course = { .fail_at = -1, .threads = 1 }, last = { .fail_at = -1 };
  g_auto(LwTrainingSummary) one = { 0 }, two = { 0 };
  g_autoptr(GError) error = NULL;
  static const guint stops[] = { 1, 4, 11 };           /* of 2 + 2 + 4 + 4 steps: within epochs and at an end */

  g_assert_true (train (whole, NORMALISED, &course, 1, NULL, &one, &error));
  g_assert_cmpstr (one.plan_key, ==, "ref f64");
  g_assert_false (same_weights (whole, untouched));
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      Course stopped = { .fail_at = -1, .stop_at = stops[i], .threads = 1 + i };

      g_assert_false (train (parts, NORMALISED, &stopped, 1, path, &two, &error));
      g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_true (same_weights (parts, untouched));
    }
  g_assert_true (train (parts, NORMALISED, &last, 1, path, &two, &error));
  g_assert_cmpuint (last.first_step, ==, 12);
  g_assert_true (same_weights (parts, whole));
  g_assert_cmpfloat (one.best_miou, ==, two.best_miou);
  g_assert_cmpuint (one.best_epoch, ==, two.best_epoch);
  g_assert_cmpfloat (one.final_loss, ==, two.final_loss);

  g_autoptr(LwNetModel) again = fresh_model ();                          /* a finished one only hands its result over */
  Course idle = { .fail_at = -1 };

  g_assert_true (train (again, NORMALISED, &idle, 1, path, &two, &error));
  g_assert_cmpuint (idle.epochs_seen, ==, 0);
  g_assert_cmpstr (two.plan_key, ==, "ref f64");
  g_assert_true (same_weights (again, whole));
  g_assert_false (train (again, PLAIN, &idle, 1, path, &two, &error));   /* another recipe's is refused */
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "rubbish, not a checkpoint", -1, NULL));
  g_assert_false (train (again, NORMALISED, &idle, 1, path, &two, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_unlink (path);
  g_rmdir (folder);
}

/* What lies on the disk while a training runs is whole, and it goes on from there, too. */
static void
test_resume_after_a_crash (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-training-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.safetensors", NULL), *copy = g_build_filename (folder, "b.safetensors", NULL);
  g_autoptr(LwNetModel) whole = fresh_model (), crashed = fresh_model ();
  Course course = { .fail_at = -1, .copy_from = path, .copy_to = copy }, rest = { .fail_at = -1 };
  g_auto(LwTrainingSummary) one = { 0 }, two = { 0 };

  g_assert_true (train (whole, NORMALISED, &course, 0, path, &one, NULL));
  g_assert_true (train (crashed, NORMALISED, &rest, 0, copy, &two, NULL));
  g_assert_cmpuint (rest.first_step, >, 2);
  g_assert_cmpuint (rest.first_step, <=, 10);
  g_assert_true (same_weights (crashed, whole));
  g_unlink (path);
  g_unlink (copy);
  g_rmdir (folder);
}

/* The average of the last two of four epochs is the mean of what three and four epochs end with, as the schedule knows no end here. */
static void
test_average (void)
{
  static const char *const recipe = "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":%d,\"power\":0,\"average\":%s}";
  g_autoptr(LwNetModel) third = fresh_model (), fourth = fresh_model (), both = fresh_model ();
  LwNetModel *const models[] = { third, fourth, both };

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *json = g_strdup_printf (recipe, i == 0 ? 3 : 4, i == 2 ? "0.5" : "0");
      g_auto(LwTrainingSummary) summary = { 0 };
      Course course = { .fail_at = -1 };

      g_assert_true (train (models[i], json, &course, 0, NULL, &summary, NULL));
    }
  for (guint t = 0; t < both->weights->tensors->len; t++)
    {
      const LwTensor *mean = both->weights->tensors->pdata[t], *a = lw_weights_get (third->weights, mean->name);
      const LwTensor *b = lw_weights_get (fourth->weights, mean->name);

      for (gsize i = 0; i < mean->count; i++)
        g_assert_cmpfloat_with_epsilon (mean->data[i], (a->data[i] + b->data[i]) / 2, 1e-6);
    }
  g_assert_false (same_weights (third, fourth));
}

/* A part of the way from the start to what would have been learnt. */
static void
test_blend (void)
{
  g_autoptr(LwNetModel) start = fresh_model (), whole = fresh_model (), part = fresh_model ();
  LwNetModel *const models[] = { whole, part };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":2,\"average\":0.5,\"blend_frames\":%d}", i * 12);     /* 4 frames */
      g_auto(LwTrainingSummary) summary = { 0 };
      Course course = { .fail_at = -1 };

      g_assert_true (train (models[i], json, &course, 0, NULL, &summary, NULL));
    }
  for (guint t = 0; t < start->weights->tensors->len; t++)
    {
      const LwTensor *from = start->weights->tensors->pdata[t], *to = lw_weights_get (whole->weights, from->name), *got = lw_weights_get (part->weights, from->name);

      for (gsize i = 0; i < from->count; i++)
        g_assert_cmpfloat_with_epsilon (got->data[i], from->data[i] + 0.25f * (to->data[i] - from->data[i]), 1e-6);
    }
  g_assert_false (same_weights (part, whole));
}

/* One step of SGD moves each layer in proportion to its factor; the longest prefix counts. */
static void
test_rate_factors (void)
{
  g_autoptr(LwNetModel) plain = fresh_model (), scaled = fresh_model (), start = fresh_model ();
  const char *const recipes[2] = {
    "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":2}",
    "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":1,\"min_steps\":2,\"rate_factors\":{\"fc\":0.5,\"fc7\":4}}",
  };
  Course course = { .fail_at = -1, .stop_at = 0 };
  g_auto(LwTrainingSummary) summary = { 0 };
  double moved[2][3] = { { 0 } };
  const char *const names[] = { "fc6.weight", "fc7.weight", "score_pool3.weight" };

  g_assert_true (train (plain, recipes[0], &course, 0, NULL, &summary, NULL) && train (scaled, recipes[1], &course, 0, NULL, &summary, NULL));
  for (int k = 0; k < 3; k++)
    for (int m = 0; m < 2; m++)
      {
        const LwTensor *after = lw_weights_get ((m == 0 ? plain : scaled)->weights, names[k]), *before = lw_weights_get (start->weights, names[k]);

        for (gsize i = 0; i < after->count; i++)
          moved[m][k] += fabs ((double) after->data[i] - (double) before->data[i]);
      }
  g_assert_cmpfloat (moved[1][0] / moved[0][0], <, 0.7);
  g_assert_cmpfloat (moved[1][1] / moved[0][1], >, 2.5);
  g_assert_cmpfloat (moved[1][2] / moved[0][2], >, 0.5);
}

/* A loss that expects the given share of every class's labels on all classes can't fall below what that costs. */
static void
test_label_smoothing (void)
{
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":7,\"label_smoothing\":0.5}";
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  double likely = 0.5 + 0.5 / 3, rest = 0.5 / 3, least = -likely * log (likely) - 2 * rest * log (rest);

  g_assert_true (train (model, recipe, &course, 0, NULL, &summary, NULL));
  g_assert_cmpfloat (course.last_loss, >, least - 0.03);
  g_assert_cmpfloat (course.last_loss, <, log (3) - 0.02);
}

/* Of the same trained network, which hardly learns any more, the mean over the hardest tenth lies above the mean over all. */
static void
test_hard_examples (void)
{
  const char *first = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":3}", *const recipes[2] = {
    "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":1e-7,\"batch\":4,\"epochs\":1}",
    "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":1e-7,\"batch\":4,\"epochs\":1,\"hard_below\":0.01,\"hard_share\":0.1}",
  };
  double loss[2];

  for (int i = 0; i < 2; i++)
    {
      g_autoptr(LwNetModel) model = fresh_model ();
      Course course = { .fail_at = -1 };
      g_auto(LwTrainingSummary) summary = { 0 }, again = { 0 };

      g_assert_true (train (model, first, &course, 0, NULL, &summary, NULL) && train (model, recipes[i], &course, 0, NULL, &again, NULL));
      loss[i] = course.last_loss;
    }
  g_test_message ("%g of all, %g of the hardest tenth", loss[0], loss[1]);
  g_assert_cmpfloat (loss[1], >, 1.05 * loss[0]);
}

static void
test_frozen (void)
{
  g_autoptr(LwNetModel) model = fresh_model (), before = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  g_assert_true (train (model, PLAIN, &course, 0, NULL, &summary, &error));
  g_assert_true (isnan (summary.best_miou));
  g_assert_cmpuint (summary.best_epoch, ==, 0);
  for (guint i = 0; i < model->weights->tensors->len; i++)
    {
      const LwTensor *x = model->weights->tensors->pdata[i], *y = lw_weights_get (before->weights, x->name);

      g_assert_cmpint (memcmp (x->data, y->data, x->count * sizeof (float)) == 0, ==, g_str_has_prefix (x->name, "conv1"));
    }
}

/* What normalisation a training leaves beside the model, the next one keeps where it is told to, while the filters go on. */
static void
test_frozen_norms (void)
{
  static const char *const recipe = "{\"name\":\"t\",\"rate\":0.05,\"batch\":2,\"epochs\":1,\"batch_norm\":true,\"frozen_norms\":%s}";
  g_autofree char *moving = g_strdup_printf (recipe, "false"), *frozen = g_strdup_printf (recipe, "true");
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) first = { 0 }, second = { 0 };

  g_assert_true (train (model, moving, &course, 0, NULL, &first, NULL));
  g_autoptr(LwWeights) before = lw_weights_copy (model->weights);

  g_assert_nonnull (lw_weights_get (before, "conv2_1.bn.running_mean"));
  g_assert_true (train (model, frozen, &course, 0, NULL, &second, NULL));
  for (guint i = 0; i < before->tensors->len; i++)
    {
      const LwTensor *x = before->tensors->pdata[i], *y = lw_weights_get (model->weights, x->name);
      gboolean norm = strstr (x->name, ".bn.") != NULL;
      double away = 0;

      for (gsize k = 0; k < x->count; k++)
        away = MAX (away, fabs ((double) x->data[k] - (double) y->data[k]) / (1 + fabs ((double) x->data[k])));
      if (norm ? away > 1e-4 : away == 0 && g_str_has_suffix (x->name, ".weight"))
        g_error ("%s is %g away", x->name, away);
    }
}

static void
test_patience (void)
{
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };

  g_assert_true (train (model, "{\"name\":\"t\",\"rate\":0,\"batch\":4,\"epochs\":50,\"patience\":2}", &course, 1, NULL, &summary, NULL));
  g_assert_cmpuint (summary.epochs_run, ==, 3);
  g_assert_cmpuint (summary.best_epoch, ==, 1);
}

/* The reference on a device with little memory: for so many pictures, and so many plans' moments. */
static int room, refused_steps;

static LwPlan *
compile_if_small (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  if (options->n <= room)
    return lw_backend_ref.compile (device, graph, options, error);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, "%d pictures don't fit", options->n);
  return NULL;
}

static gboolean
step_if_small (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  if (refused_steps-- <= 0)
    return lw_backend_ref.step (plan, batch, optimizer, stats, yield, data, error);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, "the moments don't fit");
  return FALSE;
}

/* Batches that don't fit are trained in pieces, and the user hears of it; where not even one picture fits, the training says so. */
static void
test_small_memory (void)
{
  static const struct { int room, refused; const char *at_once; } cases[] = { { 4, 0, NULL }, { 3, 0, " 2 " }, { 1, 0, " 1 " }, { 4, 1, " 2 " }, { 4, 2, " 1 " } };
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":8,\"validate_every\":4}";
  LwBackend small = lw_backend_ref;
  g_autoptr(LwNetModel) before = fresh_model ();

  small.compile = compile_if_small;
  small.step = step_if_small;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(LwNetModel) model = fresh_model ();
      Course course = { .fail_at = -1, .backend = &small };
      g_auto(LwTrainingSummary) summary = { 0 };
      g_autoptr(GError) error = NULL;

      room = cases[i].room;
      refused_steps = cases[i].refused;
      g_assert_true (train (model, recipe, &course, 3, NULL, &summary, &error));
      g_assert_cmpfloat (course.last_loss, <, 0.8);
      g_assert_true (cases[i].at_once == NULL ? course.note == NULL : strstr (course.note, cases[i].at_once) != NULL);
      g_free (course.note);
    }
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1, .backend = &small };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  room = 0;
  g_assert_false (train (model, recipe, &course, 3, NULL, &summary, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY);
  g_assert_true (same_weights (model, before));
}

static void
test_failures (void)
{
  g_autoptr(LwNetModel) model = fresh_model (), before = fresh_model ();
  g_autoptr(GError) error = NULL;
  g_auto(LwTrainingSummary) summary = { 0 };

  for (gint at = 1; at <= 6; at++)                    /* of 4 frames to train on and 2 for validation, each read once */
    {
      Course course = { .fail_at = at };

      g_assert_false (train (model, PLAIN, &course, 2, NULL, &summary, &error));
      g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_IO);
      g_assert_nonnull (strstr (error->message, "is gone"));
      g_clear_error (&error);
    }
  Course course = { .fail_at = -1 };

  g_assert_false (train (model, "{\"name\":\"t\",\"rate\":10,\"momentum\":0.99,\"batch\":4,\"epochs\":60,\"bias_rate_factor\":100}", &course, 0, NULL, &summary, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (train (model, PLAIN, &course, 0, "/no/such/folder/checkpoint", &summary, &error));
  g_assert_nonnull (strstr (error->message, "/no/such/folder"));
  g_assert_true (same_weights (model, before));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/recipe/parse", test_recipe);
  g_test_add_func ("/nn/recipe/bad", test_bad_recipes);
  g_test_add_func ("/nn/recipe/shipped", test_shipped_recipes);
  g_test_add_func ("/nn/schedule/every-frame-once", test_every_frame_once);
  g_test_add_func ("/nn/schedule/few-frames", test_few_frames);
  g_test_add_func ("/nn/schedule/rate", test_rate);
  g_test_add_func ("/nn/schedule/statistics", test_statistics_steps);
  g_test_add_func ("/nn/augment/nothing", test_augment_nothing);
  g_test_add_func ("/nn/augment/agrees", test_augment_agrees);
  g_test_add_func ("/nn/augment/shift", test_augment_shift);
  g_test_add_func ("/nn/augment/colours", test_augment_colours);
  g_test_add_func ("/nn/class-weights/known", test_class_weights);
  g_test_add_func ("/nn/class-weights/camvid", test_camvid_class_weights);
  g_test_add_func ("/nn/frames/kept", test_frames);
  g_test_add_func ("/nn/loader/order", test_loader);
  g_test_add_func ("/nn/loader/failures", test_loader_failures);
  g_test_add_func ("/nn/training/learns", test_learns);
  g_test_add_func ("/nn/training/resume", test_resume);
  g_test_add_func ("/nn/training/resume-after-a-crash", test_resume_after_a_crash);
  g_test_add_func ("/nn/training/average", test_average);
  g_test_add_func ("/nn/training/blend", test_blend);
  g_test_add_func ("/nn/training/rate-factors", test_rate_factors);
  g_test_add_func ("/nn/training/label-smoothing", test_label_smoothing);
  g_test_add_func ("/nn/training/hard-examples", test_hard_examples);
  g_test_add_func ("/nn/training/frozen", test_frozen);
  g_test_add_func ("/nn/training/frozen-norms", test_frozen_norms);
  g_test_add_func ("/nn/training/patience", test_patience);
  g_test_add_func ("/nn/training/small-memory", test_small_memory);
  g_test_add_func ("/nn/training/failures", test_failures);
  return g_test_run ();
}
