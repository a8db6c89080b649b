/* comment.c: what is said about a frame, in threads at a place */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include "store/review.h"

static char **specs, *at, *thread;
static gboolean resolve, reopen, only_open;

static const GOptionEntry comment_options[] = {
  { "at", 0, 0, G_OPTION_ARG_STRING, &at, N_("The pixel that it is about"), "X,Y" },
  { "thread", 't', 0, G_OPTION_ARG_STRING, &thread, N_("The thread to answer to, resolve or open: the first letters of its UUID do"), "UUID" },
  { "resolve", 0, 0, G_OPTION_ARG_NONE, &resolve, N_("The thread is settled"), NULL },
  { "reopen", 0, 0, G_OPTION_ARG_NONE, &reopen, N_("The thread is not settled after all"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry comments_options[] = {
  { "frames", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME (all)"), N_("SPEC") },
  { "open", 'o', 0, G_OPTION_ARG_NONE, &only_open, N_("Only threads that are not resolved"), NULL },
  G_OPTION_ENTRY_NULL
};

static const char *
get_uuid (const LwThread *one)
{
  return ((const LwComment *) one->comments->pdata[0])->uuid;
}

/* ---- comment ---- */

static LwThread *
find_thread (GPtrArray *threads, GError **error)
{
  LwThread *found = NULL;
  for (guint i = 0; i < threads->len; i++)
    if (g_str_has_prefix (get_uuid (threads->pdata[i]), thread))
      {
        if (found != NULL)
          {
            cli_usage (error, _("Several threads begin with “%s”: give more of it."), thread);
            return NULL;
          }
        found = threads->pdata[i];
      }
  if (found == NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("No thread of this frame begins with “%s”: “comments” lists them"), thread);
  return found;
}

static gboolean
add_to_thread (LwProject *project, gint64 frame, const char *text, GError **error)
{
  g_autoptr(GPtrArray) threads = lw_project_list_threads (project, frame, error);
  const LwThread *found = threads != NULL ? find_thread (threads, error) : NULL;
  if (found == NULL || (text != NULL && lw_project_answer_comment (project, found->id, text, error) == 0))
    return FALSE;
  return (!resolve && !reopen) || lw_project_resolve_thread (project, found->id, resolve, error);
}

static gboolean
check_use (const char *text, int *x, int *y, GError **error)
{
  char end;
  if (resolve && reopen)
    return cli_usage (error, _("Give --resolve or --reopen, not both."));
  if (thread != NULL)
    return at == NULL && (text != NULL || resolve || reopen) ? TRUE : cli_usage (error, _("With --thread give an answer, --resolve or --reopen, and no --at."));
  if (resolve || reopen)
    return cli_usage (error, _("Say which thread: --thread UUID."));
  if (text == NULL || at == NULL || sscanf (at, "%d,%d%c", x, y, &end) != 2)
    return cli_usage (error, _("Give the text and a place: --at X,Y, in pixels from the upper left corner."));
  return TRUE;
}

static gboolean
comment (Cli *cli, char **arguments, GError **error)
{
  int x = 0, y = 0;
  const char *const names[] = { arguments[1], NULL };
  if (!check_use (arguments[2], &x, &y, error))
    return FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? lw_project_select_frames (project, names, error) : NULL;
  if (frames == NULL)
    return FALSE;
  if (frames->len != 1)
    return cli_usage (error, _("“%s” is not one frame: give its name."), arguments[1]);
  gint64 frame = ((const LwFrame *) frames->pdata[0])->id;
  gboolean done = thread != NULL ? add_to_thread (project, frame, arguments[2], error) : lw_project_add_comment (project, frame, x, y, arguments[2], error) != 0;
  if (!done)
    return FALSE;
  cli_line (cli, resolve ? _("The thread is resolved.") : reopen ? _("The thread is open again.") : _("Said."));
  return lw_project_close (project, error);
}

const CliCommand cli_comment = { "comment", "PROJECT FRAME [TEXT]", N_("Say something about a place on a frame, answer, or resolve a thread"), NULL,
  "comment drive drive_000012 \"the left kerb is missing\" --at 120,340\ncomment drive drive_000012 \"done\" --thread 3f2a --resolve", comment_options, 2, 3, comment };

/* ---- comments ---- */

static void
print_thread (Cli *cli, const LwFrame *frame, const LwThread *one)
{
  LwJson *result = json_object_new_object (), *said = json_object_new_array ();
  cli_put_string (result, "frame", frame->name);
  cli_put_string (result, "thread", get_uuid (one));
  cli_put_int (result, "x", one->x);
  cli_put_int (result, "y", one->y);
  cli_put_bool (result, "resolved", one->resolved);
  cli_put_string (result, "resolver", one->resolver);
  cli_line (cli, "%s %d,%d  %.8s  %s", frame->name, one->x, one->y, get_uuid (one), one->resolved ? _("resolved") : _("open"));
  for (guint i = 0; i < one->comments->len; i++)
    {
      const LwComment *comment = one->comments->pdata[i];
      LwJson *item = json_object_new_object ();
      g_autofree char *when = cli_format_time (comment->created);
      cli_put_string (item, "author", comment->author);
      cli_put_time (item, "at", comment->created);
      cli_put_string (item, "text", comment->text);
      json_object_array_add (said, item);
      cli_line (cli, "  %s  %s: %s", when, comment->author, comment->text);
    }
  json_object_object_add (result, "comments", said);
  cli_json (cli, result);
}

static gboolean
list_comments (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, "all", error) : NULL;
  g_autoptr(GPtrArray) threads = frames != NULL ? lw_project_list_threads (project, 0, error) : NULL;
  for (guint f = 0; threads != NULL && f < frames->len; f++)
    for (guint i = 0; i < threads->len; i++)
      {
        const LwThread *one = threads->pdata[i];
        if (one->frame == ((const LwFrame *) frames->pdata[f])->id && !(only_open && one->resolved))
          print_thread (cli, frames->pdata[f], one);
      }
  return threads != NULL;
}

const CliCommand cli_comments = { "comments", "PROJECT", N_("List what was said about frames"), NULL,
  "comments drive --open\ncomments drive --frames returned", comments_options, 1, 1, list_comments };
