/* painter.c: paints, undoes and redoes in a project until it is told to stop or killed; each stroke that is committed is acknowledged by a line with its uuid
 *
 * painter FOLDER FRAME SEED N: N strokes beside others who paint the same frame; or, where N is 0, strokes, undos and redos without end, several of them on
 * their way at once, as in the window. */
#include "config.h"
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_IN_FLIGHT 4

static guint in_flight;

static void
on_committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *uuid = data;
  g_autofree char *line = g_strconcat (uuid, "\n", NULL);
  g_autoptr(GError) error = NULL;
  in_flight--;
  if (!lw_project_commit_stroke_finish (LW_PROJECT (source), result, &error))
    g_error ("%s", error->message);
  if (write (STDOUT_FILENO, line, strlen (line)) != (gssize) strlen (line))
    exit (1);
}

static void
send_stroke (LwProject *project, gint64 frame, const char *undoes, LwDiff *diff)
{
  LwStrokeInfo info = { .uuid = g_uuid_string_random (), .undoes = undoes, .tool = "brush", .origin = 0, .base_seq = -1 };
  in_flight++;
  lw_project_commit_stroke_async (project, frame, &info, diff, on_committed_cb, (gpointer) info.uuid);
  while (in_flight >= MAX_IN_FLIGHT)
    g_main_context_iteration (NULL, TRUE);
}

static void
take_back (LwProject *project, gint64 frame, GPtrArray *stack)
{
  const char *uuid = stack->pdata[stack->len - 1];
  g_autoptr(GError) error = NULL;
  g_autoptr(LwDiff) diff = lw_project_load_diff (project, frame, uuid, &error);
  if (diff == NULL)
    g_error ("%s", error->message);
  send_stroke (project, frame, uuid, diff);
}

static void
paint_once (LwProject *project, gint64 frame, GRand *rand)
{
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  double what = g_rand_double (rand);
  if (what < 0.25 && history->undo->len > 0)
    take_back (project, frame, history->undo);
  else if (what < 0.4 && history->redo->len > 0)
    take_back (project, frame, history->redo);
  else
    {
      g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
      send_stroke (project, frame, NULL, diff);
    }
}

int
main (int argc, char **argv)
{
  if (argc != 5)
    return 2;
  g_autoptr(GError) error = NULL;
  gint64 frame = g_ascii_strtoll (argv[2], NULL, 10);
  guint32 seed = (guint32) g_ascii_strtoull (argv[3], NULL, 10);
  int n = atoi (argv[4]);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(LwProject) project = lw_project_open (argv[1], &error);
  if (project == NULL)
    g_error ("%s", error->message);
  while (n == 0)
    paint_once (project, frame, rand);
  for (int i = 0; i < n; i++)
    fixture_stroke (project, frame, (LwRect) { g_rand_int_range (rand, 0, 50), g_rand_int_range (rand, 0, 50), 60, 40 }, (guint8) (i % 5));
  return lw_project_close (project, NULL) ? 0 : 1;
}
