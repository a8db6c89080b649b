/* media.c: add, relink, frames */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* ---- add ---- */

static int every = 1;
static double start, end;
static gboolean copy;
static char *prefix;

static const GOptionEntry add_options[] = {
  { "every", 'e', 0, G_OPTION_ARG_INT, &every, N_("Only every n-th frame"), N_("N") },
  { "start", 0, 0, G_OPTION_ARG_DOUBLE, &start, N_("From this time of a video on"), N_("SECONDS") },
  { "end", 0, 0, G_OPTION_ARG_DOUBLE, &end, N_("Up to this time of a video"), N_("SECONDS") },
  { "copy", 0, 0, G_OPTION_ARG_NONE, &copy, N_("Copy the files into the project"), NULL },
  { "prefix", 0, 0, G_OPTION_ARG_STRING, &prefix, N_("Before the frames’ names, where they are taken"), N_("TEXT") },
  G_OPTION_ENTRY_NULL
};

static guint
count_frames (LwProject *project, gint64 media)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  guint n = 0;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    n += ((const LwFrame *) g_ptr_array_index (frames, i))->media == media;
  return n;
}

static const LwMedia *
find_media (GPtrArray *list, gint64 id)
{
  for (guint i = 0; i < list->len; i++)
    if (((const LwMedia *) g_ptr_array_index (list, i))->id == id)
      return g_ptr_array_index (list, i);
  return NULL;
}

static gboolean
report_media (Cli *cli, LwProject *project, gint64 id, GError **error)
{
  g_autoptr(GPtrArray) list = lw_project_list_media (project, error);
  const LwMedia *media = list != NULL ? find_media (list, id) : NULL;
  if (media == NULL)
    return list != NULL;
  guint n = count_frames (project, id);
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "media", media->name);
  cli_put_string (result, "uuid", media->uuid);
  cli_put_string (result, "kind", media->kind == LW_MEDIA_VIDEO ? "video" : "images");
  cli_put_string (result, "path", media->path);
  cli_put_int (result, "frames", n);
  cli_json (cli, result);
  cli_line (cli, _("Added “%s”: %u frames."), media->name, n);
  return TRUE;
}

static gboolean
add_path (Cli *cli, LwProject *project, const char *path, GError **error)
{
  const LwAddOptions options = { .every = (guint) every, .start = start, .end = end, .copy = copy, .prefix = prefix };
  cli_begin (cli, _("Reading"));
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, cli_progress, cli, cli->cancellable, error);
  gint64 id = 0;
  if (info != NULL)
    {
      cli_begin (cli, _("Adding"));
      id = lw_project_add_media (project, info, &options, cli_progress, cli, cli->cancellable, error);
    }
  cli_end (cli);
  return id != 0 && report_media (cli, project, id, error);
}

static gboolean
add (Cli *cli, char **arguments, GError **error)
{
  if (every < 1)
    return cli_usage (error, _("--every wants a number above 0."));
  if (start < 0 || (end != 0 && end <= start))
    return cli_usage (error, _("--start and --end are seconds from the first frame, and --end comes after --start."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  for (int i = 1; project != NULL && arguments[i] != NULL; i++)
    if (!add_path (cli, project, arguments[i], error))
      return FALSE;
  return project != NULL && lw_project_close (project, error);
}

const CliCommand cli_add = { "add", "PROJECT PATH...", N_("Add videos, images and folders of images"), NULL,
  "add drive ~/Videos/drive.mp4 --every 15", add_options, 2, G_MAXUINT, add };

/* ---- relink ---- */

static gboolean
check_folders (char **folders, GError **error)
{
  for (; *folders != NULL; folders++)
    if (!g_file_test (*folders, G_FILE_TEST_IS_DIR))
      {
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR, _("There is no folder “%s”"), *folders);
        return FALSE;
      }
  return TRUE;
}

static gboolean
relink (Cli *cli, char **arguments, GError **error)
{
  if (!check_folders (arguments + 1, error))
    return FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  g_autofree char *around = g_path_get_dirname (lw_project_get_folder (project));
  const char *const beside[] = { around, NULL };
  int found = lw_project_find_missing_media (project, arguments[1] != NULL ? (const char *const *) arguments + 1 : beside, cli->cancellable, error);
  g_autoptr(GPtrArray) list = found >= 0 ? lw_project_list_media (project, error) : NULL;
  if (list == NULL)
    return FALSE;
  LwJson *result = json_object_new_object (), *missing = json_object_new_array ();
  for (guint i = 0; i < list->len; i++)
    {
      const LwMedia *media = g_ptr_array_index (list, i);
      if (!media->missing)
        continue;
      g_autofree char *path = g_filename_display_name (media->path);
      json_object_array_add (missing, json_object_new_string (path));
      cli_complain (cli, _("“%s” is still missing: it was at “%s”. Name a folder above the place where it is now."), media->name, path);
    }
  cli_put_int (result, "found", found);
  json_object_object_add (result, "missing", missing);
  cli_json (cli, result);
  cli_line (cli, ngettext ("Found %d missing medium.", "Found %d missing media.", (gulong) found), found);
  return lw_project_close (project, error);
}

const CliCommand cli_relink = { "relink", "PROJECT [FOLDER...]", N_("Find media that were moved"),
  N_("Looks below the folders, or below the one in which the project lies, for files of the same name, size and content."),
  "relink drive /media/archive", NULL, 1, G_MAXUINT, relink };

/* ---- frames ---- */

static char *wanted_status, *wanted_assignee;

static const GOptionEntry frames_options[] = {
  { "status", 's', 0, G_OPTION_ARG_STRING, &wanted_status, N_("Only those that are new, in-progress, submitted, accepted or returned"), N_("STATUS") },
  { "assignee", 'a', 0, G_OPTION_ARG_STRING, &wanted_assignee, N_("Only those that this person is to label; empty: nobody"), N_("NAME") },
  G_OPTION_ENTRY_NULL
};

/* What every frame's line needs; counts are for JSON alone. */
typedef struct { LwProject *project; GPtrArray *media, *origins; LwPalette *palette; } Listing;

static void
listing_clear (Listing *listing)
{
  g_clear_pointer (&listing->media, g_ptr_array_unref);
  g_clear_pointer (&listing->origins, g_ptr_array_unref);
  g_clear_pointer (&listing->palette, lw_palette_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static gboolean
fill_listing (Cli *cli, Listing *listing, GError **error)
{
  listing->media = lw_project_list_media (listing->project, error);
  if (listing->media == NULL || !cli->json)
    return listing->media != NULL;
  listing->origins = lw_project_list_origins (listing->project, error);
  listing->palette = listing->origins != NULL ? lw_project_dup_palette (listing->project, error) : NULL;
  return listing->palette != NULL;
}

static gboolean
print_frame (Cli *cli, const Listing *listing, const LwFrame *frame, GError **error)
{
  LwStatistics sums;
  if (cli->json && !lw_project_count (listing->project, &frame->id, 1, &sums, cli->cancellable, error))
    return FALSE;
  const LwMedia *media = find_media (listing->media, frame->media);
  LwJson *object = json_object_new_object ();
  const char *status = lw_frame_status_get_nick (frame->status);
  cli_put_string (object, "name", frame->name);
  cli_put_string (object, "uuid", frame->uuid);
  cli_put_string (object, "media", media != NULL ? media->name : NULL);
  cli_put_int (object, "ordinal", frame->ordinal);
  cli_put_double (object, "seconds", frame->pts != G_MININT64 && frame->tb_den > 0 ? (double) frame->pts * frame->tb_num / frame->tb_den : NAN);
  cli_put_int (object, "width", frame->width);
  cli_put_int (object, "height", frame->height);
  cli_put_string (object, "status", status);
  cli_put_string (object, "assignee", frame->assignee);
  cli_put_bool (object, "proposal", frame->has_proposal);
  if (cli->json)
    cli_put_statistics (object, &sums, listing->palette, listing->origins);
  cli_json (cli, object);
  cli_line (cli, "%-32s %-12s %5d × %-5d %-9s %s", frame->name, status, frame->width, frame->height, frame->has_proposal ? _("proposal") : "",
            frame->assignee != NULL ? frame->assignee : "");
  return TRUE;
}

static gboolean
is_wanted (const LwFrame *frame, LwFrameStatus status)
{
  return (status == LW_N_FRAME_STATUSES || frame->status == status)
         && (wanted_assignee == NULL || g_strcmp0 (frame->assignee != NULL ? frame->assignee : "", wanted_assignee) == 0);
}

static gboolean
list_frames (Cli *cli, char **arguments, GError **error)
{
  LwFrameStatus status = LW_N_FRAME_STATUSES;
  if (wanted_status != NULL && !lw_frame_status_from_nick (wanted_status, &status))
    return cli_usage (error, _("There is no status “%s”: choose new, in-progress, submitted, accepted or returned."), wanted_status);
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_auto(Listing) listing = { .project = project };
  g_autoptr(GPtrArray) frames = project != NULL && fill_listing (cli, &listing, error) ? lw_project_list_frames (project, error) : NULL;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (frames, i);
      if (is_wanted (frame, status) && !print_frame (cli, &listing, frame, error))
        return FALSE;
    }
  return frames != NULL;
}

const CliCommand cli_frames = { "frames", "PROJECT", N_("List the frames of a project"), NULL,
  "frames drive --status accepted", frames_options, 1, 1, list_frames };
