/* segment.c: segment: pictures in, index PNGs out, without a project; one bad picture does not stop the rest */
#include "config.h"
#include "cli.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include "common/png.h"
#include "engine/file-hash.h"

#define MAX_LINE 65536          /* bytes of a path in a list */

static char *model_file, *out, *naming, *manifest;

static const GOptionEntry options[] = {
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model_file, N_("The weights file to use"), N_("FILE") },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, N_("The folder for the label maps"), N_("DIR") },
  { "name", 0, 0, G_OPTION_ARG_STRING, &naming, N_("How to name them: stem, path or hash (stem)"), N_("RULE") },
  { "manifest", 0, 0, G_OPTION_ARG_FILENAME, &manifest, N_("A list of pictures, one a line; - is standard input"), N_("FILE") },
  G_OPTION_ENTRY_NULL
};

typedef struct {
  Cli *cli;
  char *model;
  LwJson *classes;            /* names, by channel */
  GHashTable *written;        /* of output files of this run */
  guint done, failed;
} Batch;

/* ---- where to ---- */

/* “a/b.jpg” → “a/b.png”, and never out of the folder. */
static char *
name_by_path (const char *path)
{
  g_auto(GStrv) parts = g_strsplit (path, G_DIR_SEPARATOR_S, -1);
  g_autoptr(GPtrArray) kept = g_ptr_array_new ();
  for (int i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0' && !g_str_equal (parts[i], ".") && !g_str_equal (parts[i], ".."))
      g_ptr_array_add (kept, parts[i]);
  g_ptr_array_add (kept, NULL);
  return g_build_filenamev ((char **) kept->pdata);
}

static char *
name_for (const char *path, GError **error)
{
  g_autofree char *name = NULL;
  if (g_strcmp0 (naming, "hash") == 0)
    name = lw_file_hash (path, error);
  else
    name = g_strcmp0 (naming, "path") == 0 ? name_by_path (path) : g_path_get_basename (path);
  if (name == NULL)
    return NULL;
  g_autofree char *base = g_path_get_basename (name);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base && g_strcmp0 (naming, "hash") != 0)
    name[strlen (name) - strlen (dot)] = '\0';
  g_autofree char *file = g_strconcat (name, ".png", NULL);
  return g_build_filename (out, file, NULL);
}

static gboolean
claim (Batch *batch, const char *target, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (target);
  if (!g_hash_table_add (batch->written, g_strdup (target)))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST, _("another picture was written to “%s” already: use --name path or --name hash"), target);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _("the folder “%s” can’t be made: %s"), folder, g_strerror (errno));
  return FALSE;
}

/* ---- one picture ---- */

static LwImage *
read_picture (Batch *batch, const char *path, GError **error)
{
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, batch->cli->cancellable, error);
  if (info == NULL)
    return NULL;
  if (info->kind != LW_MEDIA_IMAGES || info->frames->len != 1)
    {
      g_set_error_literal (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("it is not one picture: videos and folders go into a project"));
      return NULL;
    }
  g_autoptr(LwFrameSource) source = lw_frame_source_new (info->kind, info->path, info->index, error);
  return source != NULL ? lw_frame_source_read (source, 0, batch->cli->cancellable, error) : NULL;
}

static LwJson *
count_classes (const Batch *batch, const LwLabelMap *labels)
{
  LwJson *object = json_object_new_object ();
  guint64 counts[256];
  lw_label_map_count (labels, counts);
  for (gsize i = 0; i < json_object_array_length (batch->classes); i++)
    cli_put_int (object, json_object_get_string (json_object_array_get_idx (batch->classes, i)), (gint64) counts[i]);
  return object;
}

static gboolean
segment_picture (Batch *batch, const char *path, LwJson *result, GError **error)
{
  g_autofree char *target = name_for (path, error);
  g_autoptr(LwImage) image = target != NULL ? read_picture (batch, path, error) : NULL;
  g_autoptr(LwPrediction) prediction = image != NULL ? lw_engine_predict (cli_get_engine (batch->cli), batch->model, image, batch->cli->cancellable, error) : NULL;
  if (prediction == NULL || !claim (batch, target, error))
    return FALSE;
  const LwLabelMap *labels = prediction->channels;
  if (!lw_png_write_index_unsynced (target, labels->labels, labels->width, labels->height, labels->stride, NULL, 0, error))
    return FALSE;
  cli_put_string (result, "labels", target);
  cli_put_int (result, "width", labels->width);
  cli_put_int (result, "height", labels->height);
  cli_put_double (result, "seconds", prediction->seconds);
  json_object_object_add (result, "classes", count_classes (batch, labels));
  cli_line (batch->cli, "%s → %s", path, target);
  return TRUE;
}

/* FALSE: what failed is not the picture. */
static gboolean
handle (Batch *batch, const char *path, GError **error)
{
  g_autoptr(GError) reason = NULL;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "image", path);
  if (segment_picture (batch, path, result, &reason))
    batch->done++;
  else
    {
      batch->failed++;
      cli_put_string (result, "error", reason->message);
      cli_complain (batch->cli, "%s: %s", path, reason->message);
    }
  cli_json (batch->cli, result);
  if (g_cancellable_set_error_if_cancelled (batch->cli->cancellable, error))
    return FALSE;
  if (reason == NULL || reason->domain != LW_ENGINE_ERROR || g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));       /* the model or the device would fail with every picture */
  return FALSE;
}

/* ---- all of them ---- */

static gboolean
handle_list (Batch *batch, GError **error)
{
  gboolean ok = TRUE, standard = g_str_equal (manifest, "-");
  FILE *list = standard ? stdin : fopen (manifest, "re");
  g_autofree char *line = g_malloc (MAX_LINE);
  if (list == NULL)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _("The list “%s” can’t be read: %s"), manifest, g_strerror (errno));
      return FALSE;
    }
  while (ok && fgets (line, MAX_LINE, list) != NULL)
    {
      gsize length = strcspn (line, "\r\n");
      gboolean whole = line[length] != '\0' || feof (list);
      line[length] = '\0';
      if (!whole)
        {
          g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NAMETOOLONG, _("The list “%s” has a line of more than %d bytes: it is no list of pictures."), manifest, MAX_LINE);
          ok = FALSE;
        }
      else if (length > 0)
        ok = handle (batch, line, error);
    }
  if (!standard)
    fclose (list);
  return ok;
}

/* What the values of the label maps mean. */
static gboolean
write_classes (const Batch *batch, GError **error)
{
  g_autofree char *path = g_build_filename (out, "classes.json", NULL);
  g_autoptr(LwJson) object = json_object_new_object ();
  if (g_mkdir_with_parents (out, 0777) < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _("The folder “%s” can’t be made: %s"), out, g_strerror (errno));
      return FALSE;
    }
  json_object_object_add (object, "classes", json_object_get (batch->classes));
  return lw_json_save (path, object, error);
}

static gboolean
begin (Batch *batch, GError **error)
{
  g_autoptr(LwModelInfo) info = lw_engine_inspect (cli_get_engine (batch->cli), batch->model, error);
  if (info == NULL)
    return FALSE;
  batch->classes = lw_json_parse (info->classes, strlen (info->classes), G_MAXINT, "classes", error);
  return batch->classes != NULL && write_classes (batch, error);
}

static gboolean
segment (Cli *cli, char **arguments, GError **error)
{
  static const char *const rules[] = { "stem", "path", "hash", NULL };
  if (model_file == NULL || out == NULL)
    return cli_usage (error, _("Give --model FILE and --out DIR."));
  if (naming != NULL && !g_strv_contains (rules, naming))
    return cli_usage (error, _("--name is stem, path or hash, not “%s”."), naming);
  if (arguments[0] == NULL && manifest == NULL)
    return cli_usage (error, _("Name pictures, or a list of them with --manifest."));
  g_autoptr(GHashTable) written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *path = g_canonicalize_filename (model_file, NULL);
  Batch batch = { .cli = cli, .model = path, .written = written };
  gboolean ok = begin (&batch, error);
  for (int i = 0; ok && arguments[i] != NULL; i++)
    ok = handle (&batch, arguments[i], error);
  if (ok && manifest != NULL)
    ok = handle_list (&batch, error);
  g_clear_pointer (&batch.classes, json_object_put);
  if (batch.failed > 0)
    cli_remark (cli, _("%u of %u pictures failed."), batch.failed, batch.failed + batch.done);
  return ok;
}

const CliCommand cli_segment = { "segment", "--model FILE --out DIR [IMAGE...]", N_("Label pictures without a project: batch work"),
  N_("Writes an 8-bit grey PNG for each picture: the value of a pixel is the number of its class in DIR/classes.json.\n"
     "A picture that fails is reported and does not stop the others; the exit code is 1 then."),
  "segment --model fcn8s.safetensors --out labels --json frames/*.jpg\nsegment --model m.safetensors --out labels --name path --manifest list.txt",
  options, 0, G_MAXUINT, segment };
