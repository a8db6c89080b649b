/* bench-store.c: a project of 10,000 frames opened and listed; strokes committed to a 4K frame, small and whole; planes loaded; frames accepted */
#include "config.h"
#include "../core/store/fixture.h"

#include <stdlib.h>
#include "label/raster.h"
#include "store/project/project-private.h"

#define WIDTH 3840
#define HEIGHT 2160
#define MANY 10000

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static void
report (const char *what, GArray *times)
{
  double *ms = (double *) times->data;
  qsort (ms, times->len, sizeof *ms, compare_doubles);
  g_print ("%-66s median %7.2f ms   p99 %7.2f ms   most %7.2f ms\n", what, ms[times->len / 2], ms[times->len * 99 / 100], ms[times->len - 1]);
  g_array_set_size (times, 0);
}

static void
add_time (GArray *times, gint64 since)
{
  double ms = (double) (g_get_monotonic_time () - since) / 1000;
  g_array_append_val (times, ms);
}

static void
check (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

/* ---- open ---- */

static void
bench_open (GArray *times)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwMediaInfo) info = fixture_images ("/data/many", "frame", MANY, 1920, 1080);
  gint64 start = g_get_monotonic_time ();
  lw_project_add_media (fixture->project, info, NULL, NULL, NULL, NULL, &error);
  check (error);
  add_time (times, start);
  report ("add a medium of 10,000 frames", times);
  g_print ("%-66s most   %7.2f ms\n", "  its longest transaction", (double) lw_writer_get_longest (fixture->project->writer) / 1000);
  lw_project_close (fixture->project, NULL);
  for (int i = 0; i < 21; i++)
    {
      start = g_get_monotonic_time ();
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      check (error);
      g_autoptr(GPtrArray) frames = lw_project_list_frames (project, &error), media = lw_project_list_media (project, &error);
      check (error);
      add_time (times, start);
      g_assert (frames->len == MANY && media->len == 1);
    }
  report ("open a project of 10,000 frames and list them", times);
}

/* ---- strokes at 4K ---- */

static void
span_cb (int y, int x0, int x1, gpointer edit)
{
  lw_edit_span (edit, y, x0, x1, 2);
}

/* A brush of 40 pixels over 600 pixels: what a hand does in half a second. */
static LwDiff *
paint_brush (LwPlanes *planes, int i)
{
  const LwRect clip = { 0, 0, WIDTH, HEIGHT };
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  double x = 100 + i * 137 % 3000, y = 100 + i * 71 % 1900;
  lw_raster_brush (LW_BRUSH_ROUND, x, y, 20, x + 580, y + 150, 20, &clip, span_cb, edit);
  return lw_edit_finish (edit);
}

static LwDiff *
paint_all (LwPlanes *planes, int i)
{
  return fixture_paint (planes, (LwRect) { 0, 0, WIDTH, HEIGHT }, (guint8) (i % 5), 0);
}

static void
commit (LwProject *project, gint64 frame, const LwDiff *diff, gint64 seq, GArray *times)
{
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = seq }, diff, &error);
  check (error);
  add_time (times, start);
}

static void
bench_strokes (GArray *times)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, WIDTH, HEIGHT);
  gint64 frame = fixture_frame (fixture->project, 0), start, seq = 0;
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, NULL);
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr(LwDiff) diff = paint_brush (planes, i);
      commit (fixture->project, frame, diff, seq++, times);
    }
  report ("commit a brush stroke of 600 px at 4K", times);
  for (int i = 0; i < 31; i++)
    {
      g_autoptr(LwDiff) diff = paint_all (planes, i);
      commit (fixture->project, frame, diff, seq++, times);
    }
  report ("commit a stroke over all of 4K", times);
  g_print ("%-66s most   %7.2f ms\n", "  the longest transaction of these", (double) lw_writer_get_longest (fixture->project->writer) / 1000);
  for (int i = 0; i < 31; i++)
    {
      g_autoptr(LwHistory) history = NULL;
      start = g_get_monotonic_time ();
      g_autoptr(LwPlanes) loaded = fixture_load (fixture->project, frame, &history);
      add_time (times, start);
    }
  report ("load the planes and the history of 1,031 strokes at 4K", times);
  for (int i = 0; i < 21; i++)
    {
      g_autoptr(LwDiff) diff = paint_brush (planes, i);
      commit (fixture->project, frame, diff, seq++, times);
      g_array_set_size (times, times->len - 1);
      start = g_get_monotonic_time ();
      lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, &error);
      check (error);
      add_time (times, start);
    }
  report ("accept a 4K frame after a stroke", times);
}

int
main (void)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  bench_open (times);
  bench_strokes (times);
  return 0;
}
