/* bench-history.c: a project with a long past: many strokes and revisions; opening, undo, statistics, verify, and strokes while a backup is made
 *
 * bench-history [STROKES [FRAMES]]: of 1280 x 720, 5 revisions each. Strokes are written without waiting for the disk (what waiting costs is in bench-store). */
#include "config.h"
#include "../core/store/fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include "label/raster.h"
#include "store/backup.h"
#include "store/project-private.h"
#include "store/provenance.h"

#define WIDTH 1280
#define HEIGHT 720
#define STROKE_FRAMES 100
#define REVISIONS 5

static void
check (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static double
ms_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static gboolean
set_synchronous (LwDb *db, gpointer on, GError **error)
{
  return lw_db_exec (db, on != NULL ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF", error);
}

typedef struct { LwEdit *edit; guint8 class_id; } Brush;

static void
span_cb (int y, int x0, int x1, gpointer data)
{
  const Brush *brush = data;
  lw_edit_span (brush->edit, y, x0, x1, brush->class_id);
}

/* A brush of 16 pixels over some hundred, of one class: what a hand does in a moment. */
static LwDiff *
paint_brush (LwPlanes *planes, GRand *rand)
{
  const LwRect clip = { 0, 0, WIDTH, HEIGHT };
  Brush brush = { lw_edit_new (planes, 0, NULL), (guint8) g_rand_int_range (rand, 0, 5) };
  double x = g_rand_double_range (rand, 0, WIDTH), y = g_rand_double_range (rand, 0, HEIGHT);
  lw_raster_brush (LW_BRUSH_ROUND, x, y, 8, x + g_rand_double_range (rand, -100, 100), y + g_rand_double_range (rand, -60, 60), 8, &clip, span_cb, &brush);
  return lw_edit_finish (brush.edit);
}

static guint64
size_of (Fixture *fixture)
{
  GStatBuf info;
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
  return g_stat (file, &info) == 0 ? (guint64) info.st_size : 0;
}

/* ---- strokes ---- */

static void
paint_frame (LwProject *project, gint64 frame, guint n, GRand *rand)
{
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwDiff) diff = paint_brush (planes, rand);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = i }, diff, &error);
      check (error);
    }
}

static void
bench_undo (LwProject *project, gint64 frame)
{
  double most = 0, sum = 0;
  for (int i = 0; i < 50; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwHistory) history = NULL;
      g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
      const char *last = history->undo->pdata[history->undo->len - 1];
      gint64 start = g_get_monotonic_time ();
      g_autoptr(LwDiff) diff = lw_project_load_diff (project, frame, last, &error);
      check (error);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "undo", .undoes = last, .base_seq = history->seq }, diff, &error);
      check (error);
      sum += ms_since (start);
      most = MAX (most, ms_since (start));
    }
  g_print ("undo of a stroke, on disk                                   mean %7.2f ms   most %7.2f ms\n", sum / 50, most);
}

static void
bench_strokes (guint n, GRand *rand)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", STROKE_FRAMES, WIDTH, HEIGHT);
  lw_project_write (fixture->project, set_synchronous, NULL, &error);
  gint64 start = g_get_monotonic_time ();
  for (guint i = 0; i < STROKE_FRAMES; i++)
    paint_frame (fixture->project, fixture_frame (fixture->project, i), n / STROKE_FRAMES, rand);
  g_print ("%u strokes in %u frames, written without waiting for the disk: %.3f ms each\n", n, STROKE_FRAMES, ms_since (start) / n);
  fixture_reopen (fixture);
  g_print ("size of the project                                         %7.1f bytes a stroke\n", (double) size_of (fixture) / n);
  start = g_get_monotonic_time ();
  fixture_reopen (fixture);
  g_print ("close it and open it                                             %7.2f ms\n", ms_since (start));
  bench_undo (fixture->project, fixture_frame (fixture->project, 7));
}

/* ---- revisions ---- */

static void
make_revisions (LwProject *project, gint64 frame, GRand *rand)
{
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
  for (int i = 0; i < REVISIONS; i++)
    {
      g_autoptr(GError) error = NULL;
      int x = i == 0 ? 0 : g_rand_int_range (rand, 0, WIDTH / 2), y = i == 0 ? 0 : g_rand_int_range (rand, 0, HEIGHT / 2);
      LwRect rect = i == 0 ? (LwRect) { 0, 0, WIDTH, HEIGHT } : (LwRect) { x, y, WIDTH * 4 / 10, HEIGHT / 4 };      /* a tenth of it */
      LwEdit *edit = lw_edit_new (planes, 0, NULL);
      for (int row = rect.y; row < rect.y + rect.height; row++)
        for (int column = rect.x; column < rect.x + rect.width; column += 40)
          lw_edit_span (edit, row, column, MIN (column + 40, rect.x + rect.width), (guint8) ((row / 40 + column / 40 + i) % 5));
      g_autoptr(LwDiff) diff = lw_edit_finish (edit);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = i }, diff, &error);
      check (error);
      lw_project_add_revision (project, frame, LW_REVISION_MANUAL, NULL, &error);
      check (error);
    }
}

/* ---- strokes while a backup is made ---- */

typedef struct { LwProject *project; gint done; } Copying;

static gpointer
back_up (gpointer data)
{
  Copying *copying = data;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = lw_project_back_up (copying->project, NULL, NULL, NULL, NULL, &error);
  check (error);
  g_atomic_int_set (&copying->done, TRUE);
  return NULL;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

/* Strokes until @done, or so many where it is NULL. */
static void
time_strokes (LwProject *project, gint64 frame, gint *done, guint most, GRand *rand, const char *what)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  gint64 seq = history->seq;
  while (done != NULL ? !g_atomic_int_get (done) : times->len < most)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwDiff) diff = paint_brush (planes, rand);
      gint64 start = g_get_monotonic_time ();
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = seq++ }, diff, &error);
      check (error);
      double ms = ms_since (start);
      g_array_append_val (times, ms);
    }
  double *ms = (double *) times->data;
  qsort (ms, times->len, sizeof *ms, compare_doubles);
  g_print ("%s: %u strokes, on disk: median %.2f ms, p99 %.2f ms, most %.2f ms\n", what, times->len, ms[times->len / 2], ms[times->len * 99 / 100], ms[times->len - 1]);
}

static void
bench_backup (LwProject *project, gint64 frame, GRand *rand)
{
  Copying copying = { project, FALSE };
  time_strokes (project, frame, NULL, 300, rand, "without a backup");
  gint64 begun = g_get_monotonic_time ();
  g_autoptr(GThread) thread = g_thread_new ("backup", back_up, &copying);
  time_strokes (project, frame, &copying.done, 0, rand, "while a backup is made");
  g_thread_join (g_steal_pointer (&thread));
  g_print ("the backup                                                      %7.2f s\n", ms_since (begun) / 1000);
}

static void
bench_revisions (guint n, GRand *rand)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwStatistics sums;
  fixture_add_video (fixture, "clip.mp4", n, WIDTH, HEIGHT);
  lw_project_write (fixture->project, set_synchronous, NULL, &error);
  for (guint i = 0; i < n; i++)
    make_revisions (fixture->project, fixture_frame (fixture->project, i), rand);
  lw_project_write (fixture->project, set_synchronous, fixture, &error);
  fixture_reopen (fixture);
  g_print ("%u frames of %d x %d with %d revisions: %.1f MB\n", n, WIDTH, HEIGHT, REVISIONS, (double) size_of (fixture) / 1e6);
  gint64 start = g_get_monotonic_time ();
  g_assert_true (lw_project_count (fixture->project, NULL, 0, &sums, NULL, &error));
  g_print ("statistics of the project                                        %7.2f ms\n", ms_since (start));
  start = g_get_monotonic_time ();
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  check (error);
  g_assert_cmpuint (problems->len, ==, 0);
  double seconds = ms_since (start) / 1000, raw = (double) n * WIDTH * HEIGHT * LW_N_PLANES * (2 + REVISIONS) / 1e9;
  g_print ("verify: %.2f s, %.2f GB/s of raw labels (the working map, its replay, %d revisions)\n", seconds, raw / seconds, REVISIONS);
  bench_backup (fixture->project, fixture_frame (fixture->project, 0), rand);
}

int
main (int argc, char **argv)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  guint strokes = argc > 1 ? (guint) atoi (argv[1]) : 100000, frames = argc > 2 ? (guint) atoi (argv[2]) : 500;
  bench_strokes (MAX (strokes, STROKE_FRAMES * 100), rand);
  bench_revisions (MAX (frames, 1), rand);
  return 0;
}
