/* stats.c: stats: pixels and frames by status, class, person and model; and the same members for one frame */
#include "config.h"
#include "cli.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include "store/statistics-export.h"

static char **specs, *out;

static const GOptionEntry options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Only these: a status, names, or MEDIA:ORDINALS (all)"), N_("SPEC") },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, N_("Write them to FILE as a table (CSV)"), N_("FILE") },
  G_OPTION_ENTRY_NULL
};

static const char *
name_class (const LwPalette *palette, int id)
{
  const LwClass *class = lw_palette_find_id (palette, (guint8) id);
  return class != NULL ? class->name : "?";
}

static LwJson *
describe_classes (const LwStatistics *sums, const LwPalette *palette)
{
  LwJson *list = json_object_new_array ();
  for (int i = 0; i < 256; i++)
    if (sums->class_pixels[i] > 0)
      {
        LwJson *one = json_object_new_object ();
        cli_put_string (one, "class", name_class (palette, i));
        cli_put_int (one, "pixels", (gint64) sums->class_pixels[i]);
        cli_put_int (one, "frames", sums->class_frames[i]);
        json_object_array_add (list, one);
      }
  return list;
}

static LwJson *
describe_origins (const LwStatistics *sums, GPtrArray *origins)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < origins->len; i++)
    {
      const LwOrigin *origin = g_ptr_array_index (origins, i);
      if (sums->origin_pixels[origin->index] == 0)
        continue;
      LwJson *one = json_object_new_object ();
      cli_put_string (one, "by", origin->name);
      cli_put_string (one, "kind", lw_origin_kind_get_nick (origin->kind));
      cli_put_int (one, "pixels", (gint64) sums->origin_pixels[origin->index]);
      cli_put_int (one, "frames", sums->origin_frames[origin->index]);
      json_object_array_add (list, one);
    }
  return list;
}

guint64
cli_put_statistics (LwJson *object, const LwStatistics *sums, const LwPalette *palette, GPtrArray *origins)
{
  guint64 labelled = 0;
  for (int i = 0; i < 256; i++)
    labelled += sums->class_pixels[i];
  cli_put_int (object, "pixels", (gint64) sums->pixels);
  cli_put_int (object, "labelled", (gint64) labelled);
  cli_put_int (object, "strokes", (gint64) sums->strokes);
  cli_put_int (object, "revisions", (gint64) sums->revisions);
  json_object_object_add (object, "classes", describe_classes (sums, palette));
  json_object_object_add (object, "origins", describe_origins (sums, origins));
  return labelled;
}

/* ---- the command ---- */

static void
print_share (Cli *cli, const char *name, const char *kind, guint64 pixels, guint frames, guint64 all)
{
  cli_line (cli, _("  %-28s %-12s %14" PRIu64 " pixels %6.2f %%  in %u frames"), name, kind, pixels, all > 0 ? 100.0 * (double) pixels / (double) all : 0, frames);
}

static void
print_statistics (Cli *cli, const LwStatistics *sums, const LwPalette *palette, GPtrArray *origins, guint64 labelled)
{
  cli_line (cli, _("%u frames, %" PRIu64 " strokes, %" PRIu64 " revisions"), sums->frames, sums->strokes, sums->revisions);
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    if (sums->statuses[i] > 0)
      cli_line (cli, "  %-28s %u", lw_frame_status_get_nick ((LwFrameStatus) i), sums->statuses[i]);
  cli_line (cli, _("%" PRIu64 " of %" PRIu64 " pixels are labelled, by class:"), labelled, sums->pixels);
  for (int i = 0; i < 256; i++)
    if (sums->class_pixels[i] > 0)
      print_share (cli, name_class (palette, i), "", sums->class_pixels[i], sums->class_frames[i], labelled);
  cli_line (cli, _("by who or what set them last:"));
  for (guint i = 0; i < origins->len; i++)
    {
      const LwOrigin *origin = g_ptr_array_index (origins, i);
      if (sums->origin_pixels[origin->index] > 0)
        print_share (cli, origin->name, lw_origin_kind_get_nick (origin->kind), sums->origin_pixels[origin->index], sums->origin_frames[origin->index], labelled);
    }
}

static gboolean
count (Cli *cli, LwProject *project, LwStatistics *sums, GError **error)
{
  if (specs == NULL)
    return lw_project_count (project, NULL, 0, sums, cli->cancellable, error);
  g_autoptr(GPtrArray) frames = cli_select_frames (project, specs, NULL, error);
  g_autofree gint64 *ids = frames != NULL ? cli_dup_ids (frames) : NULL;
  return ids != NULL && lw_project_count (project, ids, frames->len, sums, cli->cancellable, error);
}

static gboolean
show_statistics (Cli *cli, char **arguments, GError **error)
{
  LwStatistics sums;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(LwPalette) palette = project != NULL ? lw_project_dup_palette (project, error) : NULL;
  g_autoptr(GPtrArray) origins = palette != NULL && count (cli, project, &sums, error) ? lw_project_list_origins (project, error) : NULL;
  if (origins == NULL || (out != NULL && !lw_statistics_export (&sums, palette, origins, out, error)))
    return FALSE;
  LwJson *result = json_object_new_object (), *statuses = json_object_new_object ();
  cli_put_int (result, "frames", sums.frames);
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    cli_put_int (statuses, lw_frame_status_get_nick ((LwFrameStatus) i), sums.statuses[i]);
  json_object_object_add (result, "statuses", statuses);
  guint64 labelled = cli_put_statistics (result, &sums, palette, origins);
  cli_json (cli, result);
  print_statistics (cli, &sums, palette, origins, labelled);
  return TRUE;
}

const CliCommand cli_stats = { "stats", "PROJECT", N_("Count pixels and frames by status, class, person and model"), NULL,
  "stats drive\nstats drive --frames accepted --json\nstats drive --out drive.csv", options, 1, 1, show_statistics };
