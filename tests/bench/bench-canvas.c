/* bench-canvas.c: CPU time of one batch of pointer events and the repaint that it causes, in the real widget
 *
 * A view of 1600 x 900, GSK's renderer as the environment says (cairo), strokes from a list of points as a mouse of 1000 Hz gives them: eight a frame.
 * Times are CPU time from before the events to the end of the frame: of the whole process, all threads; and of the main thread alone where a stroke
 * ends or is taken back, because then the writer thread packs and stores it at the same time.
 * With --ours they are what the main thread spends in our code: in what the events do, and in the canvas's snapshot, which composes and records. It leaves out
 * what GSK makes of the recording, which with GL is the driver's work, and on a computer without a GPU a program that draws on all processors. */
#include "config.h"
#include "../ui/fixture.h"
#include "editor/canvas-private.h"
#include "editor/paint-memory.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#define VIEW_WIDTH 1600
#define VIEW_HEIGHT 900
#define EVENTS 8
#define WARM_UP 20
#define FRAMES 200
#define REST_MS 200            /* a tenth of it may be at work */

typedef struct { GtkWidget *window, *canvas; LwDocument *document; LwToolbox *toolbox; gboolean painted; } Bench;

static struct { gboolean wanted; double event_ms, snapshot_ms; void (*snapshot) (GtkWidget *, GtkSnapshot *); } ours;

static double
cpu_ms (clockid_t whose)
{
  struct timespec now;

  clock_gettime (whose, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec * 1e-6;
}

static void
snapshot_timed (GtkWidget *widget, GtkSnapshot *snapshot)
{
  double start = cpu_ms (CLOCK_THREAD_CPUTIME_ID);

  ours.snapshot (widget, snapshot);
  ours.snapshot_ms += cpu_ms (CLOCK_THREAD_CPUTIME_ID) - start;
}

static void
time_snapshots (GtkWidget *canvas)
{
  GtkWidgetClass *klass = GTK_WIDGET_GET_CLASS (canvas);

  if (klass->snapshot == snapshot_timed)
    return;
  ours.snapshot = klass->snapshot;
  klass->snapshot = snapshot_timed;
}

static void
after_paint_cb (GdkFrameClock *clock, Bench *bench)
{
  bench->painted = TRUE;
}

static void
wait_frame (Bench *bench)
{
  ours.event_ms = cpu_ms (CLOCK_THREAD_CPUTIME_ID);
  bench->painted = FALSE;
  while (!bench->painted)
    g_main_context_iteration (NULL, TRUE);
}

/* Of what is done from start_clock() to read_clock(), one wait_frame() among it. */
static double
start_clock (clockid_t whose)
{
  ours.snapshot_ms = 0;
  return cpu_ms (ours.wanted ? CLOCK_THREAD_CPUTIME_ID : whose);
}

static double
read_clock (clockid_t whose, double start)
{
  return ours.wanted ? ours.event_ms - start + ours.snapshot_ms : cpu_ms (whose) - start;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static void
report (const char *what, double *times, gsize n)
{
  qsort (times, n, sizeof *times, compare_doubles);
  g_print ("%-66s median %6.2f ms   p99 %6.2f ms   most %6.2f ms\n", what, times[n / 2], times[n * 99 / 100], times[n - 1]);
}

/* A wandering hand: a Lissajous figure, about 8 widget units an event. */
static LwBrushSample
hand (int step)
{
  double t = step * 0.0125;
  return (LwBrushSample) { .x = VIEW_WIDTH / 2 + 650 * sin (t), .y = VIEW_HEIGHT / 2 + 350 * sin (1.37 * t + 1), .pressure = 1, .time = (guint32) step };
}

/* The next eight events of the hand, and the frame that shows them. */
static double
paint_frame (Bench *bench, int *step)
{
  LwBrushSample samples[EVENTS];
  double start = start_clock (CLOCK_PROCESS_CPUTIME_ID);

  for (int i = 0; i < EVENTS; i++)
    samples[i] = hand ((*step)++);
  lw_canvas_stroke_to (LW_CANVAS (bench->canvas), samples, EVENTS);
  wait_frame (bench);
  return read_clock (CLOCK_PROCESS_CPUTIME_ID, start);
}

static void
begin_stroke (Bench *bench, double radius, int step)
{
  LwBrushSample sample = hand (step);

  lw_toolbox_set_brush_size (bench->toolbox, 2 * radius);
  lw_toolbox_set_class (bench->toolbox, (guint8) ((lw_toolbox_get_class (bench->toolbox) + 1) % 11));
  lw_canvas_stroke_begin (LW_CANVAS (bench->canvas), &sample);
}

static void
wait_saved (Bench *bench)
{
  fixture_wait (lw_document_get_n_unsaved (bench->document) == 0);
}

static void
bench_strokes (Bench *bench, const char *where, double radius)
{
  double times[FRAMES];
  int step = 0;

  wait_saved (bench);
  begin_stroke (bench, radius, step++);
  for (int frame = -WARM_UP; frame < FRAMES; frame++)
    {
      double ms = paint_frame (bench, &step);
      if (frame >= 0)
        times[frame] = ms;
    }
  lw_canvas_stroke_end (LW_CANVAS (bench->canvas));
  g_autofree char *what = g_strdup_printf ("%s radius %.0f", where, radius);
  report (what, times, FRAMES);
}

/* The last dabs of a stroke of 10,000 points against its first ones. */
static void
bench_long_stroke (Bench *bench, const char *where)
{
  const int n = 10000 / EVENTS;
  g_autofree double *times = g_new (double, n);
  int step = 0;

  wait_saved (bench);
  begin_stroke (bench, 20, 0);
  for (int frame = 0; frame < n; frame++)
    times[frame] = paint_frame (bench, &step);
  lw_canvas_stroke_end (LW_CANVAS (bench->canvas));
  g_autofree char *first = g_strdup_printf ("%s stroke of 10,000 points, first 200 frames", where);
  g_autofree char *last = g_strdup_printf ("%s stroke of 10,000 points, last 200 frames", where);
  report (first, times, 200);
  report (last, times + n - 200, 200);
}

/* Short strokes, one after the other: the end of one and the begin of the next in one frame. */
static void
bench_stroke_ends (Bench *bench, const char *where)
{
  double times[50];
  int step = 0;

  wait_saved (bench);
  begin_stroke (bench, 20, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      for (int frame = 0; frame < 4; frame++)
        paint_frame (bench, &step);
      double start = start_clock (CLOCK_THREAD_CPUTIME_ID);
      lw_canvas_stroke_end (LW_CANVAS (bench->canvas));
      begin_stroke (bench, 20, step);
      wait_frame (bench);
      times[i] = read_clock (CLOCK_THREAD_CPUTIME_ID, start);
    }
  lw_canvas_stroke_end (LW_CANVAS (bench->canvas));
  g_autofree char *what = g_strdup_printf ("%s end of a stroke (main thread)", where);
  report (what, times, G_N_ELEMENTS (times));
}

static void
bench_undo (Bench *bench, const char *where, const char *of)
{
  double times[50];

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      wait_saved (bench);
      double start = start_clock (CLOCK_THREAD_CPUTIME_ID);
      if (i % 2 == 0)
        lw_document_undo (bench->document);
      else
        lw_document_redo (bench->document);
      wait_frame (bench);
      times[i] = read_clock (CLOCK_THREAD_CPUTIME_ID, start);
    }
  g_autofree char *what = g_strdup_printf ("%s undo, redo of %s (main thread)", where, of);
  report (what, times, G_N_ELEMENTS (times));
}

/* The pointer with a polygon of 200 corners behind it, and taking a corner back. */
static void
bench_polygon (Bench *bench, const char *where)
{
  LwCanvas *canvas = LW_CANVAS (bench->canvas);
  double move[FRAMES], undo[100];

  lw_toolbox_set_tool (bench->toolbox, LW_TOOL_POLYGON);
  canvas->hovering = TRUE;
  for (int corner = 0; corner < 200; corner++)
    canvas_polygon_press (canvas, VIEW_WIDTH / 2 + 600 * cos (corner * G_PI / 110), VIEW_HEIGHT / 2 + 340 * sin (corner * G_PI / 110), FALSE);
  for (int frame = -WARM_UP; frame < FRAMES; frame++)
    {
      double start = start_clock (CLOCK_PROCESS_CPUTIME_ID);
      for (int i = 0; i < EVENTS; i++)
        {
          LwBrushSample sample = hand ((frame + WARM_UP) * EVENTS + i);
          canvas->pointer_x = sample.x;
          canvas->pointer_y = sample.y;
          canvas_update_pointer (canvas);
        }
      wait_frame (bench);
      if (frame >= 0)
        move[frame] = read_clock (CLOCK_PROCESS_CPUTIME_ID, start);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (undo); i++)
    {
      double start = start_clock (CLOCK_PROCESS_CPUTIME_ID);
      gtk_widget_activate_action (bench->canvas, "canvas.undo", NULL);
      wait_frame (bench);
      undo[i] = read_clock (CLOCK_PROCESS_CPUTIME_ID, start);
    }
  g_autofree char *moved = g_strdup_printf ("%s polygon of 200 corners", where), *undone = g_strdup_printf ("%s undo of a corner", where);
  report (moved, move, FRAMES);
  report (undone, undo, G_N_ELEMENTS (undo));
  gtk_widget_activate_action (bench->canvas, "canvas.cancel", NULL);
  lw_toolbox_set_tool (bench->toolbox, LW_TOOL_BRUSH);
  canvas->hovering = FALSE;
}

static void
bench_view (Bench *bench, const char *where)
{
  double pan[FRAMES], zoom[60];
  LwCanvas *canvas = LW_CANVAS (bench->canvas);

  lw_canvas_zoom_to (canvas, 3, VIEW_WIDTH / 2, VIEW_HEIGHT / 2);
  wait_frame (bench);
  for (int frame = 0; frame < FRAMES; frame++)
    {
      double start = start_clock (CLOCK_PROCESS_CPUTIME_ID);
      lw_canvas_pan (canvas, 7 * sin (frame * 0.05), 5 * cos (frame * 0.05));
      wait_frame (bench);
      pan[frame] = read_clock (CLOCK_PROCESS_CPUTIME_ID, start);
    }
  for (int frame = 0; frame < (int) G_N_ELEMENTS (zoom); frame++)
    {
      double start = start_clock (CLOCK_PROCESS_CPUTIME_ID);
      lw_canvas_zoom_to (canvas, 0.3 * exp2 (frame * 0.1), 700, 400);
      wait_frame (bench);
      zoom[frame] = read_clock (CLOCK_PROCESS_CPUTIME_ID, start);
    }
  g_autofree char *panned = g_strdup_printf ("%s pan at 3x", where), *zoomed = g_strdup_printf ("%s zoom 0.3x to 18x", where);
  report (panned, pan, FRAMES);
  report (zoomed, zoom, G_N_ELEMENTS (zoom));
  lw_canvas_zoom_fit (canvas);
  wait_frame (bench);
}

static void
opened_cb (gboolean *opened)
{
  *opened = TRUE;
}

/* From the key to the picture, which is in the cache as reading ahead leaves it. */
static void
bench_steps (Bench *bench, Fixture *fixture, const char *where)
{
  double cpu[50], wall[50];
  gboolean opened;

  g_signal_connect_swapped (bench->document, "opened", G_CALLBACK (opened_cb), &opened);
  for (int i = -4; i < (int) G_N_ELEMENTS (cpu); i++)
    {
      gint64 start = g_get_monotonic_time ();
      double start_cpu = cpu_ms (CLOCK_PROCESS_CPUTIME_ID);
      opened = FALSE;
      lw_document_open (bench->document, fixture_frame (fixture, (guint) i & 1));
      while (!opened)
        g_main_context_iteration (NULL, TRUE);
      wait_frame (bench);
      if (i < 0)
        continue;
      cpu[i] = cpu_ms (CLOCK_PROCESS_CPUTIME_ID) - start_cpu;
      wall[i] = (double) (g_get_monotonic_time () - start) / 1000;
    }
  g_autofree char *what = g_strdup_printf ("%s step to the next frame", where);
  g_autofree char *what_wall = g_strdup_printf ("%s step to the next frame (wall time)", where);
  report (what, cpu, G_N_ELEMENTS (cpu));
  report (what_wall, wall, G_N_ELEMENTS (wall));
}

/* Until the other threads have read ahead what they want to: the time of the process counts theirs, too. */
static void
wait_rest (void)
{
  for (double before = -REST_MS; cpu_ms (CLOCK_PROCESS_CPUTIME_ID) - before >= REST_MS / 10;)
    {
      before = cpu_ms (CLOCK_PROCESS_CPUTIME_ID);
      for (gint64 end = g_get_monotonic_time () + REST_MS * 1000; g_get_monotonic_time () < end; g_usleep (1000))
        while (g_main_context_iteration (NULL, FALSE))
          ;
    }
}

static void
bench_tools (Bench *bench, const char *size)
{
  static const double radii[] = { 3, 20, 60, 200 };
  static const double zooms[] = { 0, 3 };

  for (gsize z = 0; z < G_N_ELEMENTS (zooms); z++)
    {
      if (zooms[z] > 0)
        lw_canvas_zoom_to (LW_CANVAS (bench->canvas), zooms[z], VIEW_WIDTH / 2, VIEW_HEIGHT / 2);
      g_autofree char *where = g_strdup_printf ("%s at %.3fx:", size, lw_canvas_get_zoom (LW_CANVAS (bench->canvas)));
      for (gsize r = 0; r < G_N_ELEMENTS (radii); r++)
        bench_strokes (bench, where, radii[r]);
      bench_long_stroke (bench, where);
      bench_undo (bench, where, "it");
      bench_stroke_ends (bench, where);
      bench_undo (bench, where, "a short one");
      bench_polygon (bench, where);
    }
}

static void
bench_size (int width, int height, const char *part)
{
  g_autoptr(Fixture) fixture = fixture_new (width, height, 2);
  Bench bench = { .document = fixture_open (fixture, 0), .toolbox = lw_toolbox_new (), .canvas = lw_canvas_new (), .window = gtk_window_new () };
  g_autofree char *size = g_strdup_printf ("%d x %d", width, height);

  if (ours.wanted)
    time_snapshots (bench.canvas);
  gtk_window_set_decorated (GTK_WINDOW (bench.window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (bench.window), VIEW_WIDTH, VIEW_HEIGHT);
  gtk_window_set_child (GTK_WINDOW (bench.window), bench.canvas);
  lw_canvas_set_document (LW_CANVAS (bench.canvas), bench.document);
  lw_canvas_set_toolbox (LW_CANVAS (bench.canvas), bench.toolbox);
  gtk_window_present (GTK_WINDOW (bench.window));
  fixture_wait (gtk_widget_get_width (bench.canvas) == VIEW_WIDTH && gtk_widget_get_height (bench.canvas) == VIEW_HEIGHT);
  g_signal_connect (gtk_widget_get_frame_clock (bench.canvas), "after-paint", G_CALLBACK (after_paint_cb), &bench);

  wait_rest ();
  if (part == NULL || g_str_equal (part, "tools"))
    bench_tools (&bench, size);
  if (part == NULL || g_str_equal (part, "view"))
    bench_view (&bench, size);
  if (!ours.wanted && (part == NULL || g_str_equal (part, "steps")))      /* whose work isn't the main thread's */
    bench_steps (&bench, fixture, size);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  wait_saved (&bench);
  g_object_unref (bench.document);
  g_object_unref (bench.toolbox);
}

/* bench-canvas [--ours] [WIDTHxHEIGHT [tools|view|steps]]: one size of frame instead of both; a part of it alone */
int
main (int argc, char *argv[])
{
  int width, height, at = 1;

  ours.wanted = argc > 1 && g_str_equal (argv[1], "--ours");
  at += ours.wanted;
  lw_paint_memory_set_limits ();      /* as in the program */
  setlocale (LC_ALL, "");
  gtk_init ();
  if (argc > at && sscanf (argv[at], "%dx%d", &width, &height) == 2)
    bench_size (width, height, argc > at + 1 ? argv[at + 1] : NULL);
  else
    {
      bench_size (1920, 1080, NULL);
      bench_size (3840, 2160, NULL);
    }
  return 0;
}
