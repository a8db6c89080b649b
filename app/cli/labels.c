/* labels.c: import, export */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "formats/camvid.h"

static char *format, *layout_name, *map;

static gboolean
check_format (LwCamvidLayout *layout, GError **error)
{
  if (format == NULL || !g_str_equal (format, "camvid"))
    return cli_usage (error, _("Say which format it is: --format camvid."));
  if (layout_name == NULL || lw_camvid_layout_from_nick (layout_name, layout))
    return TRUE;
  return cli_usage (error, _("There is no layout “%s”: choose datumaro, cambridge or segnet."), layout_name);
}

/* ---- import ---- */

static const GOptionEntry import_options[] = {
  { "format", 'f', 0, G_OPTION_ARG_STRING, &format, N_("camvid"), N_("NAME") },
  { "layout", 'l', 0, G_OPTION_ARG_STRING, &layout_name, N_("datumaro, cambridge or segnet; found out where it is not given"), N_("NAME") },
  { "map", 'm', 0, G_OPTION_ARG_FILENAME, &map, N_("camvid32to11, or a JSON file from the label set’s classes to the project’s"), N_("MAP") },
  G_OPTION_ENTRY_NULL
};

static void
report_import (Cli *cli, const LwImportReport *report)
{
  LwJson *result = json_object_new_object (), *skipped = json_object_new_array ();
  for (guint i = 0; report->skipped_names != NULL && i < report->skipped_names->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (g_ptr_array_index (report->skipped_names, i), -1);
      json_object_array_add (skipped, json_object_new_string (valid));
    }
  guint unknown = report->unknown != NULL ? g_hash_table_size (report->unknown) : 0;
  cli_put_int (result, "frames", report->frames);
  cli_put_int (result, "skipped", report->skipped);
  json_object_object_add (result, "skipped_names", skipped);
  cli_put_counts (result, "unknown", report->unknown);
  cli_json (cli, result);
  cli_line (cli, ngettext ("Imported the labels of %u frame.", "Imported the labels of %u frames.", report->frames), report->frames);
  if (report->skipped > 0)
    cli_remark (cli, ngettext ("%u label map belongs to no frame of the project and was left out.", "%u label maps belong to no frame of the project and were left out.",
                               report->skipped), report->skipped);
  if (unknown > 0)
    cli_remark (cli, ngettext ("%u colour or index means nothing in this project; its pixels stay unlabelled.",
                               "%u colours or indices mean nothing in this project; their pixels stay unlabelled.", unknown), unknown);
}

static gboolean
import (Cli *cli, char **arguments, GError **error)
{
  LwCamvidImport how = { .detect_layout = layout_name == NULL };
  if (!check_format (&how.layout, error))
    return FALSE;
  how.camvid32to11 = g_strcmp0 (map, "camvid32to11") == 0;
  how.map_file = how.camvid32to11 ? NULL : map;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) media = project != NULL ? lw_project_list_media (project, error) : NULL;
  if (media == NULL)
    return FALSE;
  how.add_images = media->len == 0;
  cli_begin (cli, _("Importing"));
  g_autoptr(LwImportReport) report = lw_camvid_import (project, &how, arguments[1], cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (report == NULL)
    return FALSE;
  report_import (cli, report);
  return lw_project_close (project, error);
}

const CliCommand cli_import = { "import", "PROJECT --format FORMAT PATH", N_("Take a label set into a project"),
  N_("Label maps are matched with frames by name. A project without media takes the label set’s own images."),
  "import drive --format camvid ~/CamVid\nimport drive --format camvid --layout cambridge --map camvid32to11 LabeledApproved_full", import_options, 2, 2, import };

/* ---- export ---- */

static char *statuses, *unlabelled, *subset, **export_specs;
static gboolean no_images, no_verify;

static const GOptionEntry export_options[] = {
  { "format", 'f', 0, G_OPTION_ARG_STRING, &format, N_("camvid"), N_("NAME") },
  { "layout", 'l', 0, G_OPTION_ARG_STRING, &layout_name, N_("datumaro, cambridge or segnet (datumaro)"), N_("NAME") },
  { "status", 's', 0, G_OPTION_ARG_STRING, &statuses, N_("Which frames: a status, or all (accepted)"), N_("STATUS") },
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &export_specs, N_("Which frames, in place of --status"), N_("SPEC") },
  { "unlabelled", 'u', 0, G_OPTION_ARG_STRING, &unlabelled, N_("What becomes of unlabelled pixels: refuse, void, or a value (refuse)"), N_("POLICY") },
  { "subset", 0, 0, G_OPTION_ARG_STRING, &subset, N_("Name of the subset (default)"), N_("NAME") },
  { "no-images", 0, 0, G_OPTION_ARG_NONE, &no_images, N_("Leave out the pictures"), NULL },
  { "no-verify", 0, 0, G_OPTION_ARG_NONE, &no_verify, N_("Do not read back what was written"), NULL },
  G_OPTION_ENTRY_NULL
};

static gboolean
read_policy (LwCamvidExport *what, GError **error)
{
  guint64 value;
  if (unlabelled == NULL || g_str_equal (unlabelled, "refuse"))
    what->unlabelled = LW_UNLABELLED_REFUSE;
  else if (g_str_equal (unlabelled, "void"))
    what->unlabelled = LW_UNLABELLED_VOID;
  else if (g_ascii_string_to_unsigned (unlabelled, 10, 0, 255, &value, NULL))
    {
      what->unlabelled = LW_UNLABELLED_VALUE;
      what->unlabelled_value = (guint8) value;
    }
  else
    return cli_usage (error, _("--unlabelled is refuse, void, or a value from 0 to 255."));
  return TRUE;
}

static void
report_export (Cli *cli, const LwExportReport *report)
{
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "folder", report->folder);
  cli_put_int (result, "frames", report->frames);
  cli_put_int (result, "unlabelled_pixels", (gint64) report->unlabelled_pixels);
  cli_put_counts (result, "unlabelled_frames", report->unlabelled_frames);
  cli_json (cli, result);
  cli_line (cli, ngettext ("Exported %u frame to “%s”.", "Exported %u frames to “%s”.", report->frames), report->frames, report->folder);
  if (report->unlabelled_pixels > 0)
    cli_line (cli, _("%llu pixels in %u of them are unlabelled."), (unsigned long long) report->unlabelled_pixels,
              report->unlabelled_frames != NULL ? g_hash_table_size (report->unlabelled_frames) : 0);
}

static gboolean
export (Cli *cli, char **arguments, GError **error)
{
  LwCamvidExport what = { .subset = subset, .images = !no_images, .verify = !no_verify };
  if (!check_format (&what.layout, error) || !read_policy (&what, error))
    return FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, export_specs, statuses != NULL ? statuses : "accepted", error) : NULL;
  if (frames == NULL)
    return FALSE;
  what.frames = frames;
  cli_begin (cli, _("Exporting"));
  g_autoptr(LwExportReport) report = lw_camvid_export (project, &what, arguments[1], cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (report != NULL)
    report_export (cli, report);
  return report != NULL;
}

const CliCommand cli_export = { "export", "PROJECT --format FORMAT OUT", N_("Write a label set"),
  N_("OUT appears whole or not at all. Every label map is read back and compared with the project."),
  "export drive --format camvid --layout segnet --unlabelled void labels", export_options, 2, 2, export };
