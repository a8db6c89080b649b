/* bench-history.c: a project with a long past: many strokes and revisions; opening, undo, statistics, verify, sizes, and strokes while a backup is made
 *
 * bench-history [STROKES [FRAMES [FOLDER]]]: of 1280 x 720, 5 revisions each; 0 leaves that part out. The project is filled by the same calls as in the window, but without
 * waiting for the disk; everything that is timed waits for it. With FOLDER what was filled is kept there, and measured again by the next call with the same numbers: filling
 * at full scale, 1000000 and 10000, takes a quarter of an hour and 1 GB. */
#include "config.h"
#include "../core/store/fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/png.h"
#include "label/raster.h"
#include "store/backup.h"
#include "store/project/project-private.h"
#include "store/provenance.h"
#include "store/space.h"

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

static gint64
sum_of (Fixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwDb) db = lw_project_read (fixture->project, &error);
  gint64 sum = 0;
  check (error);
  lw_db_get (db, &sum, &error, sql, "");
  check (error);
  return sum;
}

/* ---- projects that stay ---- */

static const char *kept;      /* the folder, or NULL */

/* @filled (out): it is there already */
static Fixture *
new_fixture (const char *what, guint n, gboolean *filled)
{
  *filled = FALSE;
  if (kept == NULL)
    return fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = fixture_palette (5);
  g_autofree char *name = g_strdup_printf ("%s-%u", what, n), *mark = NULL;
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->root = g_build_filename (kept, name, NULL);
  fixture->folder = g_build_filename (fixture->root, "project", NULL);
  mark = g_build_filename (fixture->root, "filled", NULL);
  *filled = g_file_test (mark, G_FILE_TEST_EXISTS);
  if (!*filled)
    fixture_remove_tree (fixture->root);
  g_mkdir_with_parents (fixture->root, 0777);
  fixture->project = *filled ? lw_project_open (fixture->folder, &error) : lw_project_create (fixture->folder, palette, &error);
  check (error);
  return fixture;
}

/* Once it waits for the disk again. */
static void
mark_filled (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *mark = g_build_filename (fixture->root, "filled", NULL);
  lw_project_write (fixture->project, set_synchronous, fixture, &error);
  check (error);
  fixture_reopen (fixture);
  if (kept != NULL)
    g_file_set_contents (mark, "", 0, &error);
  check (error);
}

static void
end_fixture (Fixture *fixture)
{
  if (kept == NULL)
    {
      fixture_free (fixture);
      return;
    }
  g_autoptr(GError) error = NULL;
  lw_project_close (fixture->project, &error);
  check (error);
  g_object_unref (fixture->project);
  g_free (fixture->root);
  g_free (fixture->folder);
  g_free (fixture);
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
fill_strokes (Fixture *fixture, guint n, GRand *rand)
{
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", STROKE_FRAMES, WIDTH, HEIGHT);
  lw_project_write (fixture->project, set_synchronous, NULL, &error);
  gint64 start = g_get_monotonic_time ();
  for (guint i = 0; i < STROKE_FRAMES; i++)
    paint_frame (fixture->project, fixture_frame (fixture->project, i), n / STROKE_FRAMES, rand);
  g_print ("%u strokes in %u frames, written without waiting for the disk: %.3f ms each\n", n, STROKE_FRAMES, ms_since (start) / n);
  mark_filled (fixture);
}

static void
bench_strokes (guint n, GRand *rand)
{
  gboolean filled;
  Fixture *fixture = new_fixture ("strokes", n, &filled);
  if (!filled)
    fill_strokes (fixture, n, rand);
  g_print ("size of the project                                         %7.1f bytes a stroke\n", (double) size_of (fixture) / (double) sum_of (fixture, "SELECT count (*) FROM stroke"));
  gint64 start = g_get_monotonic_time ();
  fixture_reopen (fixture);
  g_print ("close it and open it                                             %7.2f ms\n", ms_since (start));
  bench_undo (fixture->project, fixture_frame (fixture->project, 7));
  end_fixture (fixture);
}

/* ---- revisions of drawn streets ---- */

#define N_CARS 6
#define N_POLES 5

static double
wave (double t, double phase)
{
  double sum = 0, size = 1;
  for (int octave = 0; octave < 5; octave++, t *= 2.3, phase *= 1.7, size *= 0.5)
    sum += size * sin (t + phase);
  return sum;
}

static void
draw_car (LwLabelMap *map, guint frame, int i)
{
  double cx = fmod (i * 233.0 + frame * (3 + i), WIDTH), cy = 430 + 37 * i, rx = 45 + 12 * i, ry = 25 + 8 * i;
  for (int y = MAX (0, (int) (cy - 2 * ry)); y < MIN (HEIGHT, (int) (cy + 2 * ry)); y++)
    for (int x = MAX (0, (int) (cx - 2 * rx)); x < MIN (WIDTH, (int) (cx + 2 * rx)); x++)
      {
        double dx = (x - cx) / rx, dy = (y - cy) / ry;
        if (dx * dx + dy * dy < 1 + 0.15 * wave (2 * atan2 (dy, dx), frame * 0.13 + i))
          lw_label_map_row (map, y)[x] = (guint8) (i % 5);
      }
}

/* Sky, buildings, trees, road and pavement with bent outlines, cars and poles; each frame another one. */
static void
draw_street (LwLabelMap *map, guint frame)
{
  double t = frame * 0.13;
  for (int x = 0; x < WIDTH; x++)
    {
      double u = x / 90.0, sky = 150 + 60 * wave (0.6 * u, t), roof = 260 + 40 * wave (0.9 * u, 1.3 * t), road = 420 + 25 * wave (0.3 * u, 0.7 * t);
      for (int y = 0; y < HEIGHT; y++)
        lw_label_map_row (map, y)[x] = y < sky ? 0 : y < roof ? 1 : y < road ? 2 : 3;
    }
  for (int y = 420; y < HEIGHT; y++)
    {
      int kerb = (int) (300 + 120 * (y - 420) / 300.0 + 20 * wave (y / 40.0, t));
      for (int x = 0; x < WIDTH; x++)
        if (lw_label_map_row (map, y)[x] == 3 && ABS (x - WIDTH / 2) > kerb)
          lw_label_map_row (map, y)[x] = 4;
    }
  for (int i = 0; i < N_CARS; i++)
    draw_car (map, frame, i);
  for (int i = 0; i < N_POLES; i++)
    for (int y = 180; y < 470; y++)
      memset (lw_label_map_row (map, y) + (i * 290 + 40 + frame * 7) % (WIDTH - 6), 3, 6);
}

/* A tenth of the frame, of one class, with a bent outline. */
static LwDiff *
correct (LwPlanes *planes, int n, GRand *rand)
{
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  int x = g_rand_int_range (rand, 0, WIDTH * 6 / 10), y = g_rand_int_range (rand, 0, HEIGHT * 3 / 4);
  double phase = g_rand_double (rand) * 100;
  for (int row = 0; row < HEIGHT / 4; row++)
    {
      int in = (int) (30 * (1 + wave (row / 30.0, phase)));
      lw_edit_span (edit, y + row, x + in, x + WIDTH * 4 / 10 - in / 2, (guint8) (n % 5));
    }
  return lw_edit_finish (edit);
}

static guint64
measure_png (const LwLabelMap *map, const char *folder)
{
  static const guint8 colours[5][3] = { { 70, 130, 180 }, { 70, 70, 70 }, { 107, 142, 35 }, { 128, 64, 128 }, { 244, 35, 232 } };
  g_autofree char *path = g_build_filename (folder, "map.png", NULL);
  g_autoptr(GError) error = NULL;
  GStatBuf info = { 0 };
  lw_png_write_index_unsynced (path, map->labels, WIDTH, HEIGHT, map->stride, colours, G_N_ELEMENTS (colours), &error);
  check (error);
  g_stat (path, &info);
  g_unlink (path);
  return (guint64) info.st_size;
}

/* PNG files are written of some frames only, and their size is taken for all. */
#define PNG_EVERY 25

typedef struct { guint64 all, first; guint n; } Pngs;

/* Step @i of what happens to frame @number. */
static LwDiff *
change (LwPlanes *planes, guint number, int i, GRand *rand)
{
  if (i > 0)
    return correct (planes, i, rand);
  g_autoptr(LwLabelMap) street = lw_label_map_new (WIDTH, HEIGHT);
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  draw_street (street, number);
  lw_edit_map (edit, street);
  return lw_edit_finish (edit);
}

static void
make_revisions (Fixture *fixture, gint64 frame, guint number)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (number);
  g_autoptr(LwPlanes) planes = lw_planes_new (WIDTH, HEIGHT);
  for (int i = 0; i < REVISIONS; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwDiff) diff = change (planes, number, i, rand);
      lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = i }, diff, &error);
      check (error);
      lw_project_add_revision (fixture->project, frame, LW_REVISION_MANUAL, NULL, &error);
      check (error);
    }
}

static Pngs
measure_pngs (guint n, const char *folder)
{
  Pngs pngs = { 0 };
  for (guint number = 0; number < n; number += PNG_EVERY, pngs.n++)
    {
      g_autoptr(GRand) rand = g_rand_new_with_seed (number);
      g_autoptr(LwPlanes) planes = lw_planes_new (WIDTH, HEIGHT);
      for (int i = 0; i < REVISIONS; i++)
        {
          lw_diff_unref (change (planes, number, i, rand));
          guint64 png = measure_png (planes->plane[LW_PLANE_CLASS], folder);
          pngs.all += png;
          pngs.first += i == 0 ? png : 0;
        }
    }
  return pngs;
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
  time_strokes (project, frame, NULL, 10000, rand, "without a backup");
  gint64 begun = g_get_monotonic_time ();
  g_autoptr(GThread) thread = g_thread_new ("backup", back_up, &copying);
  time_strokes (project, frame, &copying.done, 0, rand, "while a backup is made");
  g_thread_join (g_steal_pointer (&thread));
  g_print ("the backup                                                      %7.2f s\n", ms_since (begun) / 1000);
}

/* Whole pages of the file, indices with their tables. */
static void
print_sizes (Fixture *fixture, guint n, const Pngs *pngs)
{
  g_autoptr(GError) error = NULL;
  LwSpace space;
  double all = (double) pngs->all / pngs->n, first = (double) pngs->first / pngs->n, file = (double) size_of (fixture) / n;
  lw_project_measure_space (fixture->project, &space, NULL, &error);
  check (error);
  double revisions = (double) space.bytes[LW_SPACE_REVISIONS] / n, journal = (double) space.bytes[LW_SPACE_JOURNAL] / n, now = (double) space.bytes[LW_SPACE_WORKING] / n;
  g_print ("%u frames of %d x %d with %d revisions: %.1f MB, %.1f KB a frame: revisions %.1f, journal %.1f, maps as they are now %.1f\n", n, WIDTH, HEIGHT, REVISIONS,
           file * n / 1e6, file / 1e3, revisions / 1e3, journal / 1e3, now / 1e3);
  g_print ("as PNG files (of every %dth frame): all revisions %.1f KB a frame, one set %.1f KB\n", PNG_EVERY, all / 1e3, first / 1e3);
  g_print ("revisions to all PNG files %.2f, to one set %.2f; the whole file to all PNG files %.2f, to one set %.2f\n", revisions / all, revisions / first, file / all, file / first);
}

static void
bench_verify (Fixture *fixture, guint n)
{
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  check (error);
  g_assert_cmpuint (problems->len, ==, 0);
  double seconds = ms_since (start) / 1000, raw = (double) n * WIDTH * HEIGHT * LW_N_PLANES * (2 + REVISIONS) / 1e9;
  g_print ("verify: %.2f s, %.2f GB/s of raw labels (the working map, its replay, %d revisions), %.3f GB/s of the file\n", seconds, raw / seconds, REVISIONS,
           (double) size_of (fixture) / 1e9 / seconds);
}

static void
fill_revisions (Fixture *fixture, guint n)
{
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", n, WIDTH, HEIGHT);
  lw_project_write (fixture->project, set_synchronous, NULL, &error);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (fixture->project, &error);
  gint64 start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++)
    make_revisions (fixture, ((LwFrame *) frames->pdata[i])->id, i);
  g_print ("drawn and written in %.0f s\n", ms_since (start) / 1000);
  mark_filled (fixture);
}

/* As filled: what is timed adds strokes. */
static void
bench_sizes (Fixture *fixture, guint n)
{
  if (sum_of (fixture, "SELECT count (*) FROM stroke") != (gint64) n * REVISIONS)
    {
      g_print ("sizes are those that the first call gave: strokes have been added since\n");
      return;
    }
  Pngs pngs = measure_pngs (n, fixture->root);
  print_sizes (fixture, n, &pngs);
}

static void
bench_revisions (guint n, GRand *rand)
{
  gboolean filled;
  g_autoptr(GError) error = NULL;
  LwStatistics sums;
  Fixture *fixture = new_fixture ("frames", n, &filled);
  if (!filled)
    fill_revisions (fixture, n);
  bench_sizes (fixture, n);
  gint64 start = g_get_monotonic_time ();
  g_assert_true (lw_project_count (fixture->project, NULL, 0, &sums, NULL, &error));
  g_print ("statistics of the project                                        %7.2f ms\n", ms_since (start));
  bench_verify (fixture, n);
  bench_backup (fixture->project, fixture_frame (fixture->project, 0), rand);
  end_fixture (fixture);
}

int
main (int argc, char **argv)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  guint strokes = argc > 1 ? (guint) atoi (argv[1]) : 100000, frames = argc > 2 ? (guint) atoi (argv[2]) : 500;
  kept = argc > 3 ? argv[3] : NULL;
  if (strokes > 0)
    bench_strokes (MAX (strokes, STROKE_FRAMES * 100), rand);
  if (frames > 0)
    bench_revisions (frames, rand);
  return 0;
}
