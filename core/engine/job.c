/* job.c: what a training job asks for: request.json, its frames and label maps */
#include "config.h"
#include "job.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "common/atomic-file.h"
#include "common/json.h"
#include "common/png.h"

#define MAX_REQUEST_BYTES (64u << 20)       /* a million frame names */
#define MAX_CLASSES 255
#define MAX_NAME_BYTES 256
#define MAX_RECIPE_BYTES (64u << 10)

G_DEFINE_QUARK (lw-job-error-quark, lw_job_error)

static void
job_class_free (LwJobClass *class)
{
  g_free (class->name);
  g_free (class);
}

LwJobRequest *
lw_job_request_new (void)
{
  LwJobRequest *request = g_new0 (LwJobRequest, 1);
  request->classes = g_ptr_array_new_with_free_func ((GDestroyNotify) job_class_free);
  request->names = g_ptr_array_new_with_free_func (g_free);
  return request;
}

void
lw_job_request_free (LwJobRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->uuid);
  g_free (request->architecture);
  g_free (request->recipe);
  g_ptr_array_unref (request->classes);
  g_ptr_array_unref (request->names);
  g_free (request);
}

void
lw_job_request_add_class (LwJobRequest *request, const char *name, int base_channel)
{
  LwJobClass *class = g_new (LwJobClass, 1);
  *class = (LwJobClass) { g_strdup (name), base_channel };
  g_ptr_array_add (request->classes, class);
}

char *
lw_job_path (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

char *
lw_job_frame_path (const char *folder, const char *kind, guint index)
{
  return g_strdup_printf ("%s" G_DIR_SEPARATOR_S "%s" G_DIR_SEPARATOR_S "%06u.png", folder, kind, index);
}

/* ---- writing ---- */

gboolean
lw_job_prepare (const char *folder, GError **error)
{
  for (const char *const *kind = (const char *const[]) { "frames", "labels", NULL }; *kind != NULL; kind++)
    {
      g_autofree char *path = lw_job_path (folder, *kind);
      if (g_mkdir_with_parents (path, 0777) < 0)
        {
          g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_IO, _("Could not make the folder “%s”: %s"), path, g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
lw_job_set_base (const char *folder, const char *weights_file, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "base.safetensors");
  unlink (path);
  if (link (weights_file, path) == 0)       /* model files are never changed in place, so that one inode serves both */
    return TRUE;
  g_autoptr(GFile) from = g_file_new_for_path (weights_file);
  g_autoptr(GFile) to = g_file_new_for_path (path);
  if (g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error))
    return TRUE;
  g_prefix_error (error, _("Could not copy “%s” into the training job: "), weights_file);
  return FALSE;
}

gboolean
lw_job_write_frame (const char *folder, guint index, const guint8 *rgb, const guint8 *labels, int width, int height, GError **error)
{
  g_autofree char *frame = lw_job_frame_path (folder, "frames", index);
  g_autofree char *map = lw_job_frame_path (folder, "labels", index);
  return lw_png_write_rgb_unsynced (frame, rgb, width, height, (gsize) width * 3, error)
         && lw_png_write_index_unsynced (map, labels, width, height, (gsize) width, NULL, 0, error);
}

static LwJson *
names_to_json (const LwJobRequest *request, guint start, guint end)
{
  LwJson *array = json_object_new_array ();
  for (guint i = start; i < end; i++)
    json_object_array_add (array, json_object_new_string (g_ptr_array_index (request->names, i)));
  return array;
}

static LwJson *
classes_to_json (const LwJobRequest *request)
{
  LwJson *array = json_object_new_array ();
  for (guint i = 0; i < request->classes->len; i++)
    {
      const LwJobClass *class = g_ptr_array_index (request->classes, i);
      LwJson *item = json_object_new_object ();
      json_object_object_add (item, "name", json_object_new_string (class->name));
      json_object_object_add (item, "base_channel", json_object_new_int (class->base_channel));
      json_object_array_add (array, item);
    }
  return array;
}

gboolean
lw_job_commit (const char *folder, const LwJobRequest *request, GError **error)
{
  g_return_val_if_fail (request->names->len == request->n_train + request->n_val, FALSE);
  LwJson *recipe = lw_json_parse (request->recipe, strlen (request->recipe), MAX_RECIPE_BYTES, _("recipe"), error);
  if (recipe == NULL)
    return FALSE;
  g_autoptr(LwJson) root = json_object_new_object ();
  json_object_object_add (root, "version", json_object_new_int (LW_JOB_VERSION));
  json_object_object_add (root, "kind", json_object_new_string ("train"));
  json_object_object_add (root, "uuid", json_object_new_string (request->uuid));
  json_object_object_add (root, "architecture", json_object_new_string (request->architecture));
  json_object_object_add (root, "classes", classes_to_json (request));
  json_object_object_add (root, "width", json_object_new_int (request->width));
  json_object_object_add (root, "height", json_object_new_int (request->height));
  json_object_object_add (root, "max_side", json_object_new_int (request->max_side));
  json_object_object_add (root, "base", json_object_new_boolean (request->has_base));
  json_object_object_add (root, "recipe", recipe);
  json_object_object_add (root, "train", names_to_json (request, 0, request->n_train));
  json_object_object_add (root, "val", names_to_json (request, request->n_train, request->names->len));
  g_autofree char *path = lw_job_path (folder, "request.json");
  return lw_sync_folder (folder, error) && lw_json_save (path, root, error);
}

/* ---- reading ---- */

static gboolean
damaged (GError **error, const char *path, const char *what)
{
  g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_DAMAGED, _("“%s”: %s. Prepare the training again."), path, what);
  return FALSE;
}

static gboolean
good_name (const char *name)
{
  gsize length = strlen (name);
  return length > 0 && length <= MAX_NAME_BYTES && g_utf8_validate (name, (gssize) length, NULL);
}

static gboolean
read_classes (LwJobRequest *request, LwJson *root, const char *path, GError **error)
{
  LwJson *array;
  if (!lw_json_get_array (root, "classes", MAX_CLASSES, &array, error))
    return FALSE;
  gsize n = json_object_array_length (array);
  if (n == 0)
    return damaged (error, path, _("it names no classes"));
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < n; i++)
    {
      const char *name;
      gint64 base_channel;
      LwJson *item = json_object_array_get_idx (array, i);
      if (!json_object_is_type (item, json_type_object))
        return damaged (error, path, _("a class is not an object"));
      if (!lw_json_get_string (item, "name", &name, error) || !lw_json_get_int (item, "base_channel", -1, MAX_CLASSES - 1, &base_channel, error))
        return FALSE;
      if (!good_name (name) || !g_hash_table_add (seen, (gpointer) name))
        return damaged (error, path, _("a class name is empty, too long or there twice"));
      lw_job_request_add_class (request, name, (int) base_channel);
    }
  return TRUE;
}

static gboolean
read_names (LwJobRequest *request, LwJson *root, const char *key, guint *count, const char *path, GError **error)
{
  LwJson *array;
  if (!lw_json_get_array (root, key, LW_JOB_MAX_FRAMES, &array, error))
    return FALSE;
  gsize n = json_object_array_length (array);
  for (gsize i = 0; i < n; i++)
    {
      LwJson *item = json_object_array_get_idx (array, i);
      const char *name = json_object_is_type (item, json_type_string) ? json_object_get_string (item) : "";
      if (!good_name (name))
        return damaged (error, path, _("the name of a frame is empty or too long"));
      g_ptr_array_add (request->names, g_strdup (name));
    }
  *count = (guint) n;
  return TRUE;
}

static gboolean
read_request (LwJobRequest *request, LwJson *root, const char *path, GError **error)
{
  const char *kind, *uuid, *architecture;
  gint64 version, width, height, max_side;
  LwJson *recipe;
  if (!lw_json_get_int (root, "version", 1, G_MAXINT, &version, error))
    return FALSE;
  if (version != LW_JOB_VERSION)
    return damaged (error, path, _("it was written for another version of Labelwright"));
  if (!lw_json_get_string (root, "kind", &kind, error) || !lw_json_get_string (root, "uuid", &uuid, error)
      || !lw_json_get_string (root, "architecture", &architecture, error)
      || !lw_json_get_int (root, "width", LW_JOB_MIN_SIDE, LW_JOB_MAX_SIDE, &width, error)
      || !lw_json_get_int (root, "height", LW_JOB_MIN_SIDE, LW_JOB_MAX_SIDE, &height, error)
      || !lw_json_get_int (root, "max_side", LW_JOB_MIN_SIDE, G_MAXINT16, &max_side, error)
      || !lw_json_get_bool (root, "base", &request->has_base, error) || !lw_json_get_object (root, "recipe", &recipe, error)
      || !read_classes (request, root, path, error) || !read_names (request, root, "train", &request->n_train, path, error)
      || !read_names (request, root, "val", &request->n_val, path, error))
    return FALSE;
  if (!g_str_equal (kind, "train") || !good_name (uuid) || !good_name (architecture))
    return damaged (error, path, _("it asks for something unknown"));
  if (request->n_train == 0)
    return damaged (error, path, _("there is no frame to train on"));
  request->uuid = g_strdup (uuid);
  request->architecture = g_strdup (architecture);
  request->width = (int) width;
  request->height = (int) height;
  request->max_side = (int) max_side;
  request->recipe = g_strdup (json_object_to_json_string_ext (recipe, JSON_C_TO_STRING_PLAIN));
  return TRUE;
}

/* The file is there and what it must be, going by its header. */
static gboolean
check_picture (const char *folder, const LwJobRequest *request, const char *kind, int channels, guint index, GError **error)
{
  g_autofree char *path = lw_job_frame_path (folder, kind, index);
  LwPngInfo info;
  if (!lw_png_read_info (path, &info, error))
    return FALSE;
  if (info.width == request->width && info.height == request->height && info.bit_depth == 8 && info.channels == channels && !info.indexed)
    return TRUE;
  g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_DAMAGED, _("“%s” is not a picture of %d × %d pixels as “request.json” says. Prepare the training again."),
               path, request->width, request->height);
  return FALSE;
}

static gboolean
check_files (const char *folder, const LwJobRequest *request, GError **error)
{
  for (guint i = 0; i < request->n_train + request->n_val; i++)
    if (!check_picture (folder, request, "frames", 3, i, error) || !check_picture (folder, request, "labels", 1, i, error))
      return FALSE;
  g_autofree char *base = lw_job_path (folder, "base.safetensors");
  if (request->has_base && !g_file_test (base, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_INCOMPLETE, _("The weights to start from are not there: “%s”. Prepare the training again."), base);
      return FALSE;
    }
  return TRUE;
}

LwJobRequest *
lw_job_load (const char *folder, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "request.json");
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_INCOMPLETE, _("“%s” is not a complete training job: there is no “request.json” in it. Prepare the training again."), folder);
      return NULL;
    }
  g_autoptr(LwJson) root = lw_json_load (path, MAX_REQUEST_BYTES, error);
  if (root == NULL)
    return NULL;
  g_autoptr(LwJobRequest) request = lw_job_request_new ();
  if (!json_object_is_type (root, json_type_object))
    {
      damaged (error, path, _("it is not a JSON object"));
      return NULL;
    }
  if (!read_request (request, root, path, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  if (!check_files (folder, request, error))
    return NULL;
  return g_steal_pointer (&request);
}

gboolean
lw_job_read_frame (const char *folder, const LwJobRequest *request, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  g_autofree char *frame = lw_job_frame_path (folder, "frames", index);
  g_autofree char *map = lw_job_frame_path (folder, "labels", index);
  int width, height;
  LwPngInfo info;
  g_autofree guint8 *pixels = lw_png_read_rgb (frame, &width, &height, error);
  if (pixels == NULL)
    return FALSE;
  g_autofree guint8 *channels = lw_png_read_index (map, &info, error);
  if (channels == NULL)
    return FALSE;
  if (width != request->width || height != request->height || info.width != width || info.height != height)
    return damaged (error, frame, _("it or its label map changed its size"));
  memcpy (rgb, pixels, (gsize) width * (gsize) height * 3);
  memcpy (labels, channels, (gsize) width * (gsize) height);
  return TRUE;
}

/* ---- afterwards ---- */

static void
remove_pictures (const char *folder, const char *kind)
{
  g_autofree char *path = lw_job_path (folder, kind);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (g_str_has_suffix (name, ".png"))
        g_unlink (file);
    }
  g_rmdir (path);
}

void
lw_job_clean_up (const char *folder)
{
  remove_pictures (folder, "frames");
  remove_pictures (folder, "labels");
  for (const char *const *name = (const char *const[]) { "base.safetensors", "checkpoint.safetensors", "model.safetensors", NULL }; *name != NULL; name++)
    {
      g_autofree char *path = lw_job_path (folder, *name);
      g_unlink (path);
    }
}
