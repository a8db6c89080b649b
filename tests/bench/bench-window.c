/* bench-window.c: the program itself, from outside: how long from its start until it can be worked with, and how much memory it takes
 *
 *   bench-window LABELWRIGHT start      a project of 10,000 frames: until the first frame is on the screen, and until a key pressed then has shown the next one
 *   bench-window LABELWRIGHT memory     a 4K H.264 video: while stepping, playing and painting
 * What is on the screen is asked of the X server, pixel by pixel; keys and pointer are xdotool's. */
#include "config.h"
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../core/media/clips.h"
#include "common/png.h"
#include "store/project.h"

#define N_FRAMES 10000
#define N_COLOURS 3
#define RUNS 5
#define PROBE_X 700      /* on the picture, whatever stands around it */
#define PROBE_Y 350
#define TIMEOUT_US (30 * G_USEC_PER_SEC)

typedef struct { char *root, *folder; Display *display; GPid pid; const char *program; } Bench;

/* ---- a project ---- */

static void
write_pictures (const char *folder)
{
  static const guint8 colours[N_COLOURS][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 } };
  g_autofree guint8 *rgb = g_malloc (640 * 360 * 3);
  g_autofree char *originals[N_COLOURS] = { NULL };
  for (int i = 0; i < N_FRAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("frame_%05d.png", i), *path = g_build_filename (folder, name, NULL);
      if (i >= N_COLOURS)
        {
          g_assert_cmpint (link (originals[i % N_COLOURS], path), ==, 0);
          continue;
        }
      for (gsize p = 0; p < 640 * 360; p++)
        memcpy (rgb + p * 3, colours[i], 3);
      g_assert_true (lw_png_write_rgb (path, rgb, 640, 360, 640 * 3, NULL));
      originals[i] = g_strdup (path);
    }
  for (int i = 0; i < N_COLOURS; i++)
    g_free (g_steal_pointer (&originals[i]));
}

static void
make_project (Bench *bench, const char *media)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_palette_load ("camvid11", &error);
  bench->folder = g_build_filename (bench->root, "project", NULL);
  g_autoptr(LwProject) project = palette != NULL ? lw_project_create (bench->folder, palette, &error) : NULL;
  g_autoptr(LwMediaInfo) info = project != NULL ? lw_media_scan (media, NULL, NULL, NULL, &error) : NULL;
  g_assert_no_error (error);
  lw_project_add_media (project, info, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  lw_project_close (project, &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  g_autofree char *quoted = g_shell_quote (path), *command = g_strdup_printf ("rm -rf %s", quoted);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

/* ---- the program, and what a person does and sees ---- */

static void
start_program (Bench *bench)
{
  char *arguments[] = { (char *) bench->program, bench->folder, NULL };
  g_autoptr(GError) error = NULL;
  g_spawn_async (NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &bench->pid, &error);
  g_assert_no_error (error);
}

static void
kill_program (Bench *bench)
{
  kill (bench->pid, SIGKILL);
  waitpid (bench->pid, NULL, 0);
  g_spawn_close_pid (bench->pid);
}

static void
hand (const char *words)
{
  g_autofree char *command = g_strdup_printf ("xdotool %s", words);
  g_autoptr(GError) error = NULL;
  g_spawn_command_line_sync (command, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static gulong
read_pixel (Display *display)
{
  XImage *image = XGetImage (display, DefaultRootWindow (display), PROBE_X, PROBE_Y, 1, 1, AllPlanes, ZPixmap);
  gulong pixel = image != NULL ? XGetPixel (image, 0, 0) & 0xffffff : 0;
  if (image != NULL)
    XDestroyImage (image);
  return pixel;
}

static void G_GNUC_NORETURN
give_up (Bench *bench, gulong colour)
{
  g_printerr ("bench-window: after %d s the screen has #%06lx instead of #%06lx\n", (int) (TIMEOUT_US / G_USEC_PER_SEC), read_pixel (bench->display), colour);
  kill_program (bench);
  remove_tree (bench->root);
  exit (1);
}

/* Milliseconds from @start until the screen has @colour there. */
static double
wait_pixel (Bench *bench, gulong colour, gint64 start)
{
  while (read_pixel (bench->display) != colour)
    {
      if (g_get_monotonic_time () - start > TIMEOUT_US)
        give_up (bench, colour);
      g_usleep (1000);
    }
  return (double) (g_get_monotonic_time () - start) / 1000;
}

/* All threads of the program, so far: what a machine that is busy with other things can't change. */
static double
cpu_ms (const Bench *bench)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", bench->pid), *text = NULL;
  const char *at = g_file_get_contents (path, &text, NULL, NULL) ? strrchr (text, ')') : NULL;
  gulong user = 0, kernel = 0;
  if (at == NULL || sscanf (at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
    return 0;
  return 1000.0 * (double) (user + kernel) / (double) sysconf (_SC_CLK_TCK);
}

/* ---- start ---- */

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static void
report (const char *what, double *times, guint n)
{
  qsort (times, n, sizeof *times, compare_doubles);
  g_print ("window\t%s\t%.0f ms median\t%.0f ms at least\t%.0f ms at most\n", what, times[n / 2], times[0], times[n - 1]);
}

static void
bench_start (Bench *bench)
{
  double shown[RUNS], used[RUNS], cpu[RUNS];
  g_autofree char *pictures = g_build_filename (bench->root, "pictures", NULL);
  g_assert_cmpint (g_mkdir (pictures, 0700), ==, 0);
  write_pictures (pictures);
  make_project (bench, pictures);
  g_autofree char *there = g_strdup_printf ("mousemove %d %d", PROBE_X + 40, PROBE_Y);
  hand (there);
  for (int run = -1; run < RUNS; run++)      /* the first one only warms the caches up */
    {
      gint64 start = g_get_monotonic_time ();
      start_program (bench);
      double first = wait_pixel (bench, 0xff0000, start), busy = cpu_ms (bench);
      hand ("key period");
      double second = wait_pixel (bench, 0x00ff00, start);
      kill_program (bench);
      if (run < 0)
        continue;
      shown[run] = first;
      cpu[run] = busy;
      used[run] = second;
    }
  report ("10,000 frames, start to the first frame on the screen", shown, RUNS);
  report ("10,000 frames, CPU time of all its threads until then", cpu, RUNS);
  report ("10,000 frames, start to the next one, asked for by a key then", used, RUNS);
}

/* ---- memory ---- */

typedef struct { double pss, rss; } Memory;

static double
field_mib (const char *text, const char *name)
{
  const char *at = strstr (text, name);
  return at != NULL ? g_ascii_strtod (at + strlen (name), NULL) / 1024 : 0;
}

static void
look (const Bench *bench, Memory *most)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", bench->pid), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  most->pss = MAX (most->pss, field_mib (text, "\nPss:"));
  most->rss = MAX (most->rss, field_mib (text, "\nRss:"));
}

static void
report_memory (const char *what, const Memory *memory)
{
  g_print ("window\t4K H.264, %s\t%.0f MiB at most (PSS)\t%.0f MiB RSS\n", what, memory->pss, memory->rss);
}

static Memory
watch (Bench *bench, double seconds)
{
  Memory most = { 0 };
  for (gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC); g_get_monotonic_time () < end;)
    {
      look (bench, &most);
      g_usleep (50000);
    }
  return most;
}

static Memory
do_often (Bench *bench, int times, const char *first, const char *second)
{
  Memory most = { 0 };
  for (int i = 0; i < times; i++)
    {
      hand (i % 2 == 0 ? first : second);
      look (bench, &most);
    }
  return most;
}

static void
bench_memory (Bench *bench)
{
  static const Clip clip = { .name = "window-4k.mp4", .source = "testsrc2=size=3840x2160:rate=25,noise=alls=6:allf=t",
                             .command = "-frames:v 240 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 48 -bf 2 -crf 24" };
  g_autofree char *video = clip_make (&clip);
  make_project (bench, video);
  hand ("mousemove 700 350");
  start_program (bench);
  Memory begun = watch (bench, 5);
  report_memory ("opened", &begun);
  Memory stepped = do_often (bench, 150, "key period", "key period");
  report_memory ("150 steps forward", &stepped);
  Memory back = do_often (bench, 60, "key comma", "key comma");
  report_memory ("60 steps back", &back);
  hand ("key k");
  Memory played = watch (bench, 15);
  hand ("key k");
  report_memory ("playing for 15 s", &played);
  Memory painted = do_often (bench, 100, "mousemove 300 200 mousedown 1 mousemove 600 300 mousemove 900 500 mouseup 1",
                             "mousemove 900 150 mousedown 1 mousemove 500 300 mousemove 250 500 mouseup 1");
  report_memory ("100 strokes on a frame", &painted);
  Memory mixed = do_often (bench, 80, "mousemove 300 200 mousedown 1 mousemove 600 300 mouseup 1", "key comma");
  report_memory ("a stroke, a frame, 40 times", &mixed);
  Memory rest = watch (bench, 5);
  report_memory ("at rest afterwards", &rest);
  kill_program (bench);
  clips_clean ();
}

int
main (int argc, char **argv)
{
  Bench bench = { .display = XOpenDisplay (NULL) };
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");
  if (argc != 3 || bench.display == NULL || xdotool == NULL)
    {
      g_printerr ("usage: bench-window LABELWRIGHT start|memory, on a display, with xdotool installed\n");
      return argc != 3 ? 2 : 77;
    }
  bench.program = argv[1];
  bench.root = g_dir_make_tmp ("labelwright-bench-XXXXXX", NULL);
  if (strcmp (argv[2], "start") == 0)
    bench_start (&bench);
  else if (clips_available ())
    bench_memory (&bench);
  remove_tree (bench.root);
  g_free (bench.root);
  g_free (bench.folder);
  XCloseDisplay (bench.display);
  return 0;
}
