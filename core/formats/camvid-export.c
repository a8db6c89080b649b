/* camvid-export.c: writes frames of a project as a CamVid label set */
#include "config.h"
#include "formats/camvid.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/atomic-file.h"
#include "common/png.h"
#include "formats/camvid-coding.h"
#include "formats/camvid-layout.h"
#include "formats/export-folder.h"
#include "formats/parallel.h"
#include "formats/plain-png.h"

#define SOURCE_CACHE_BYTES (64 << 20)      /* pictures are read once, in order */

typedef struct {
  LwProject *project;
  const LwCamvidExport *what;
  const char *subset;
  LwCamvidCoding *coding;
  LwExportFolder folder;
  GHashTable *sources;       /* media id → LwFrameSource; only with pictures */
  GCancellable *cancellable;
  guint64 *unlabelled;       /* per frame; each worker writes its own */
} Export;

static void
export_clear (Export *self)
{
  lw_camvid_coding_free (self->coding);
  lw_export_folder_release (&self->folder);
  g_clear_pointer (&self->sources, g_hash_table_unref);
  g_free (self->unlabelled);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Export, export_clear)

/* ---- names ---- */

/* A part of a path, and in a list a field that its readers can take apart again. */
static gboolean
check_part (const char *name, const char *what, GError **error)
{
  gboolean sound = name[0] != '\0' && name[0] != '.' && strpbrk (name, "/\"\\") == NULL;
  for (const char *at = name; *at != '\0'; at++)
    sound &= !g_ascii_iscntrl (*at);
  if (!sound)
    g_set_error (
        error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
        _("%s “%s” can’t stand in a CamVid label set: it is empty, begins with a dot, or has a slash, backslash, quotation mark or control character"),
        what, name);
  return sound;
}

static gboolean
check_names (const Export *self, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  if (!check_part (self->subset, _("The subset"), error))
    return FALSE;
  if (g_ascii_strcasecmp (self->subset, "label_colors") == 0 || g_ascii_strcasecmp (self->subset, "class_indices") == 0)
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                   _("The subset can’t be called “%s”: its list would replace the table of classes"), self->subset);
      return FALSE;
    }
  for (guint i = 0; i < self->what->frames->len; i++)
    {
      const LwFrame *frame = self->what->frames->pdata[i];
      if (!check_part (frame->name, _("The frame name"), error))
        return FALSE;
      if (!g_hash_table_add (seen, frame->name))
        {
          g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_EXISTS, _("Frame “%s” is to be exported twice"), frame->name);
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- one frame ---- */

static char *
place_of (const Export *self, char *(*name) (LwCamvidLayout, const char *, const char *), const LwFrame *frame)
{
  g_autofree char *relative = name (self->what->layout, self->subset, frame->name);
  return g_build_filename (self->folder.partial, relative, NULL);
}

static gboolean
write_bytes (const char *path, GBytes *bytes, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  g_auto(LwAtomicFile) file = { 0 };
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  file.unsynced = TRUE;
  fwrite (data, 1, length, file.stream);      /* a failure shows in the commit */
  return lw_atomic_file_commit (&file, error);
}

/* A picture that is an 8-bit RGB PNG goes out as it is: exact, and many times faster than written again. */
static gboolean
write_image (const Export *self, const LwFrame *frame, GError **error)
{
  LwFrameSource *source = g_hash_table_lookup (self->sources, &frame->media);
  g_autofree char *path = place_of (self, lw_camvid_image_name, frame);
  g_autoptr(GError) unreadable = NULL;
  g_autoptr(GBytes) file = lw_frame_source_read_file (source, frame->ordinal, &unreadable);
  if (unreadable != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&unreadable));
      return FALSE;
    }
  if (file != NULL && lw_plain_png_check (file, frame->width, frame->height))
    return write_bytes (path, file, error);
  g_autoptr(LwImage) image = lw_frame_source_read (source, frame->ordinal, self->cancellable, error);
  if (image == NULL)
    return FALSE;
  g_autofree guint8 *rgb = g_malloc ((gsize) image->width * (gsize) image->height * 3);
  lw_image_to_rgb (image, rgb);
  return lw_png_write_rgb_unsynced (path, rgb, image->width, image->height, (gsize) image->width * 3, error);
}

/* Where unlabelled pixels are refused, frames that have some are counted to the end, but not written. */
static gboolean
export_frame (guint i, gpointer data, GError **error)
{
  Export *self = data;
  const LwFrame *frame = self->what->frames->pdata[i];
  g_autoptr(LwPlanes) planes = lw_project_load_planes (self->project, frame->id, NULL, error);
  if (planes == NULL)
    return FALSE;
  const LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
  self->unlabelled[i] = lw_camvid_coding_count_unlabelled (map);
  if (self->unlabelled[i] > 0 && self->what->unlabelled == LW_UNLABELLED_REFUSE)
    return TRUE;
  g_autofree char *path = place_of (self, lw_camvid_label_name, frame);
  return lw_camvid_coding_write (self->coding, map, frame->name, path, self->what->verify, error)
         && (!self->what->images || write_image (self, frame, error));
}

/* ---- what stands beside the frames ---- */

static gboolean
open_sources (Export *self, GError **error)
{
  self->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  for (guint i = 0; i < self->what->frames->len; i++)
    {
      const LwFrame *frame = self->what->frames->pdata[i];
      if (g_hash_table_contains (self->sources, &frame->media))
        continue;
      LwFrameSource *source = lw_project_open_media (self->project, frame->media, error);
      if (source == NULL)
        return FALSE;
      lw_frame_source_set_cache_budget (source, SOURCE_CACHE_BYTES);
      g_hash_table_insert (self->sources, g_memdup2 (&frame->media, sizeof frame->media), source);
    }
  return TRUE;
}

static gboolean
make_folders (const Export *self, GError **error)
{
  g_autofree char *label = lw_camvid_label_name (self->what->layout, self->subset, "x"), *labels = g_path_get_dirname (label);
  g_autofree char *image = lw_camvid_image_name (self->what->layout, self->subset, "x"), *images = g_path_get_dirname (image);
  return lw_export_folder_make (&self->folder, labels, error)
         && (!self->what->images || lw_export_folder_make (&self->folder, images, error));
}

/* datumaro: "/train/x.png trainannot/x.png"; its reader needs the slash. SegNet's own lists have absolute paths; these are
 * relative to the folder. */
static gboolean
write_list (const Export *self, GError **error)
{
  g_autofree char *name = g_strconcat (self->subset, ".txt", NULL), *path = g_build_filename (self->folder.partial, name, NULL);
  g_auto(LwAtomicFile) file = { 0 };
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  file.unsynced = TRUE;
  const char *slash = self->what->layout == LW_CAMVID_DATUMARO ? "/" : "";
  for (guint i = 0; i < self->what->frames->len; i++)
    {
      const LwFrame *frame = self->what->frames->pdata[i];
      g_autofree char *image = lw_camvid_image_name (self->what->layout, self->subset, frame->name);
      g_autofree char *label = lw_camvid_label_name (self->what->layout, self->subset, frame->name);
      g_autofree char *fit = lw_label_colors_fit_name (image);
      const char *quote = strcmp (fit, image) == 0 ? "" : "\"";
      fprintf (file.stream, "%s%s%s%s %s%s%s\n", quote, slash, image, quote, quote, label, quote);
    }
  return lw_atomic_file_commit (&file, error);
}

static gboolean
write_tables (const Export *self, GError **error)
{
  const char *name = self->what->layout == LW_CAMVID_SEGNET ? LW_CAMVID_INDICES : LW_CAMVID_COLORS;
  g_autofree char *path = g_build_filename (self->folder.partial, name, NULL);
  return lw_label_colors_save (self->coding->table, path, error)
         && (self->what->layout == LW_CAMVID_CAMBRIDGE || write_list (self, error));
}

/* ---- the report ---- */

static LwExportReport *
make_report (const Export *self)
{
  LwExportReport *report = g_new0 (LwExportReport, 1);
  report->frames = self->what->frames->len;
  report->folder = g_strdup (self->folder.path);
  report->unlabelled_frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < self->what->frames->len; i++)
    if (self->unlabelled[i] > 0)
      {
        const LwFrame *frame = self->what->frames->pdata[i];
        report->unlabelled_pixels += self->unlabelled[i];
        g_hash_table_insert (report->unlabelled_frames, g_strdup (frame->name), GUINT_TO_POINTER ((guint) self->unlabelled[i]));
      }
  return report;
}

static gboolean
check_unlabelled (const Export *self, const LwExportReport *report, GError **error)
{
  if (self->what->unlabelled != LW_UNLABELLED_REFUSE || report->unlabelled_pixels == 0)
    return TRUE;
  guint first = 0;
  while (self->unlabelled[first] == 0)
    first++;
  const LwFrame *frame = self->what->frames->pdata[first];
  g_set_error (
      error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_UNLABELLED,
      _("%llu pixels in %u of %u frames are not labelled (the first frame is “%s”): label them, or choose what they are written as"),
      (unsigned long long) report->unlabelled_pixels, g_hash_table_size (report->unlabelled_frames), report->frames, frame->name);
  return FALSE;
}

/* ---- all of it ---- */

static gboolean
begin (Export *self, const char *folder, GError **error)
{
  if (self->what->frames->len == 0)
    {
      g_set_error_literal (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND, _("There are no frames to export"));
      return FALSE;
    }
  g_autoptr(LwPalette) palette = lw_project_dup_palette (self->project, error);
  if (palette == NULL || !check_names (self, error))
    return FALSE;
  self->coding = lw_camvid_coding_new (palette, self->what, error);
  if (self->coding == NULL || (self->what->images && !open_sources (self, error)))
    return FALSE;
  return lw_export_folder_open (&self->folder, folder, error) && make_folders (self, error);
}

LwExportReport *
lw_camvid_export (LwProject *project, const LwCamvidExport *what, const char *folder, LwProgress progress, gpointer data,
                  GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (what->frames != NULL, NULL);

  g_auto(Export) self = {
    .project = project, .what = what, .subset = what->subset != NULL ? what->subset : "default", .cancellable = cancellable
  };
  self.unlabelled = g_new0 (guint64, what->frames->len);
  if (!begin (&self, folder, error))
    return NULL;
  if (!lw_parallel_run (what->frames->len, export_frame, &self, progress, data, cancellable, error))
    return NULL;
  g_autoptr(LwExportReport) report = make_report (&self);
  if (!check_unlabelled (&self, report, error) || !write_tables (&self, error) || !lw_export_folder_commit (&self.folder, error))
    return NULL;
  return g_steal_pointer (&report);
}
