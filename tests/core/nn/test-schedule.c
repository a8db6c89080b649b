/* test-schedule.c: which frames a training sees at which step, and how fast it learns there */
#include <string.h>
#include "nn/training/schedule.h"

static LwRecipe *
parse (const char *json, GError **error)
{
  return lw_recipe_parse (json, strlen (json), "test.json", error);
}

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/schedule/every-frame-once", test_every_frame_once);
  g_test_add_func ("/nn/schedule/few-frames", test_few_frames);
  g_test_add_func ("/nn/schedule/rate", test_rate);
  g_test_add_func ("/nn/schedule/statistics", test_statistics_steps);
  return g_test_run ();
}
