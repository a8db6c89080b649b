/* remove.c: classes that are in use and media that were worked on go as one step, after saying what that affects */
#include "config.h"
#include "cli.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include "store/class-change.h"

static char *into;
static gboolean dry;

static const GOptionEntry class_options[] = {
  { "into", 'i', 0, G_OPTION_ARG_STRING, &into, N_("Its pixels become this class (they lose their label)"), N_("CLASS") },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry, N_("Only tell what it affects"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry media_options[] = {
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry, N_("Only tell what it affects"), NULL },
  G_OPTION_ENTRY_NULL
};

/* ---- classes ---- */

static const LwClass *
find_class (const LwPalette *palette, const char *name, GError **error)
{
  for (guint i = 0; i < palette->classes->len; i++)
    if (g_strcmp0 (((const LwClass *) palette->classes->pdata[i])->name, name) == 0)
      return palette->classes->pdata[i];
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no class “%s”"), name);
  return NULL;
}

static void
report_class (Cli *cli, const LwClass *class, const LwClassUse *use, gboolean removed)
{
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "class", class->name);
  cli_put_int (result, "frames", use->frames);
  cli_put_int (result, "judged", use->judged);
  cli_put_int (result, "pixels", (gint64) use->pixels);
  cli_put_int (result, "revisions", use->revisions);
  cli_put_bool (result, "removed", removed);
  cli_json (cli, result);
  cli_line (cli, _("“%s”: %" PRIu64 " pixels in %u frames, of which %u were submitted or accepted; %u revisions keep it."), class->name, use->pixels, use->frames, use->judged,
            use->revisions);
  if (removed)
    cli_line (cli, _("It is gone; “undo” brings it back."));
}

static gboolean
remove_class (Cli *cli, char **arguments, GError **error)
{
  LwClassUse use;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(LwPalette) palette = project != NULL ? lw_project_dup_palette (project, error) : NULL;
  const LwClass *class = palette != NULL ? find_class (palette, arguments[1], error) : NULL, *other = class != NULL && into != NULL ? find_class (palette, into, error) : NULL;
  if (class != NULL && class == other)
    return cli_usage (error, _("“%s” can’t be merged into itself: give --into another class."), into);
  if (class == NULL || (into != NULL && other == NULL) || !lw_project_measure_class (project, class->id, &use, error))
    return FALSE;
  cli_begin (cli, _("Changing labels"));
  gboolean done = dry || lw_project_replace_class (project, class->id, other != NULL ? other->id : LW_LABEL_NONE, cli_progress, cli, cli->cancellable, NULL, error);
  cli_end (cli);
  if (done)
    report_class (cli, class, &use, !dry);
  return done && lw_project_close (project, error);
}

const CliCommand cli_remove_class = { "remove-class", "PROJECT CLASS", N_("Remove a class that is in use, or merge it into another one"),
  N_("Every pixel of it changes in every frame; each frame keeps a revision of before and gets one of after. With --into, frames stay submitted or accepted; without, they are in progress again."),
  "remove-class drive Van --into Car --dry-run\nremove-class drive Van --into Car", class_options, 2, 2, remove_class };

/* ---- media ---- */

static gint64
find_medium (GPtrArray *media, const char *name, GError **error)
{
  for (guint i = 0; i < media->len; i++)
    {
      const LwMedia *medium = media->pdata[i];
      if (g_strcmp0 (medium->name, name) == 0 || g_strcmp0 (medium->uuid, name) == 0)
        return medium->id;
    }
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no medium “%s”"), name);
  return 0;
}

static void
report_media (Cli *cli, const char *name, const LwMediaUse *use, gboolean removed)
{
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "media", name);
  cli_put_int (result, "frames", use->frames);
  cli_put_int (result, "worked", use->worked);
  cli_put_int (result, "accepted", use->accepted);
  cli_put_int (result, "pixels", (gint64) use->pixels);
  cli_put_int (result, "revisions", use->revisions);
  cli_put_bool (result, "removed", removed);
  cli_json (cli, result);
  cli_line (cli, _("“%s”: %u frames, %u of them worked on, %u accepted; %" PRIu64 " labelled pixels, %u revisions."), name, use->frames, use->worked, use->accepted, use->pixels,
            use->revisions);
  if (removed)
    cli_line (cli, _("It is out of sight; nothing was deleted. “undo” or “restore-media” brings it back."));
}

static gboolean
remove_media (Cli *cli, char **arguments, GError **error)
{
  LwMediaUse use;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) media = project != NULL ? lw_project_list_media (project, error) : NULL;
  gint64 id = media != NULL ? find_medium (media, arguments[1], error) : 0;
  if (id == 0 || !lw_project_measure_media (project, id, &use, error))
    return FALSE;
  cli_begin (cli, _("Keeping revisions"));
  gboolean done = dry || lw_project_remove_media (project, id, cli_progress, cli, cli->cancellable, NULL, error);
  cli_end (cli);
  if (done)
    report_media (cli, arguments[1], &use, !dry);
  return done && lw_project_close (project, error);
}

const CliCommand cli_remove_media = { "remove-media", "PROJECT MEDIA", N_("Take a medium and its frames out of sight"),
  N_("Nothing is deleted: every labelled frame keeps a revision of what it was, and all comes back with “undo” or “restore-media”. Its file stays where it is."),
  "remove-media drive clip --dry-run\nremove-media drive clip", media_options, 2, 2, remove_media };

static gboolean
restore_media (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  if (arguments[1] != NULL)
    {
      if (!lw_project_restore_media (project, arguments[1], NULL, error))
        return FALSE;
      cli_line (cli, _("“%s” is in the project again."), arguments[1]);
      return lw_project_close (project, error);
    }
  g_autoptr(GPtrArray) removed = lw_project_list_removed_media (project, error);
  for (guint i = 0; removed != NULL && i < removed->len; i++)
    {
      const LwMedia *medium = removed->pdata[i];
      LwJson *result = json_object_new_object ();
      cli_put_string (result, "media", medium->name);
      cli_put_string (result, "uuid", medium->uuid);
      cli_json (cli, result);
      cli_line (cli, "%s  %s", medium->uuid, medium->name);
    }
  return removed != NULL;
}

const CliCommand cli_restore_media = { "restore-media", "PROJECT [MEDIA]", N_("Bring a removed medium back, or list those that were removed"), NULL,
  "restore-media drive\nrestore-media drive clip", NULL, 1, 2, restore_media };
