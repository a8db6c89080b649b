/* camvid-import.c: takes the label maps of a CamVid label set into a project
 *
 * Everything is read twice: first to see that every label map fits its frame and that its classes are known, then to take it in.
 * So a label set that can't be imported leaves the project as it was. */
#include "config.h"
#include "formats/camvid.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/paths.h"
#include "formats/camvid-layout.h"
#include "formats/class-map.h"
#include "formats/parallel.h"

typedef struct { gint64 id; int width, height; } Frame;      /* @id 0: its medium is to be added */

typedef struct {
  LwProject *project;
  const LwCamvidImport *how;
  LwLabelSet *set;
  LwClassMap *map;
  GPtrArray *media;          /* of LwMediaInfo: what is to be added first */
  GHashTable *frames;        /* name → Frame */
  GPtrArray *matched;        /* of LwLabelFile in @set: those with a frame */
  LwImportReport *report;
  GMutex lock;               /* guards @tally */
  LwTally tally;
  guint8 origin;
  guint taken;               /* atomic: label maps imported */
  LwProgress progress;
  gpointer progress_data;
  double progress_from;
} Import;

static void
import_init (Import *self)
{
  self->media = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_media_info_free);
  self->frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->matched = g_ptr_array_new ();
  self->report = g_new0 (LwImportReport, 1);
  self->report->skipped_names = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  lw_tally_init (&self->tally);
}

static void
import_clear (Import *self)
{
  lw_label_set_free (self->set);
  lw_class_map_free (self->map);
  g_ptr_array_unref (self->media);
  g_hash_table_unref (self->frames);
  g_ptr_array_unref (self->matched);
  lw_import_report_free (self->report);
  g_mutex_clear (&self->lock);
  lw_tally_clear (&self->tally);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

/* ---- the frames ---- */

static void
add_frame (Import *self, const char *name, gint64 id, int width, int height)
{
  Frame *frame = g_new (Frame, 1);
  *frame = (Frame) { id, width, height };
  g_hash_table_insert (self->frames, g_strdup (name), frame);
}

static gboolean
list_frames (Import *self, GError **error)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (self->project, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      add_frame (self, frame->name, frame->id, frame->width, frame->height);
    }
  return frames != NULL;
}

/* Looks at the label set's own pictures, without adding them yet. */
static gboolean
scan_images (Import *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->set->image_folders->len; i++)
    {
      LwMediaInfo *info = lw_media_scan (self->set->image_folders->pdata[i], NULL, NULL, cancellable, error);
      if (info == NULL)
        return FALSE;
      g_ptr_array_add (self->media, info);
      for (guint k = 0; k < info->frames->len; k++)
        {
          const LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, k);
          if (frame->name != NULL)
            add_frame (self, frame->name, 0, frame->width, frame->height);
        }
    }
  return TRUE;
}

static gboolean
find_frames (Import *self, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) media = lw_project_list_media (self->project, error);
  if (media == NULL)
    return FALSE;
  if (media->len == 0 && self->how->add_images)
    return scan_images (self, cancellable, error);
  return list_frames (self, error);
}

static gboolean
match_files (Import *self, const char *path, GError **error)
{
  for (guint i = 0; i < self->set->files->len; i++)
    {
      LwLabelFile *file = self->set->files->pdata[i];
      if (g_hash_table_contains (self->frames, file->frame))
        g_ptr_array_add (self->matched, file);
      else
        g_ptr_array_add (self->report->skipped_names, g_strdup (file->frame));
    }
  self->report->skipped = self->report->skipped_names->len;
  if (self->matched->len > 0)
    return TRUE;
  const LwLabelFile *first = self->set->files->pdata[0];
  g_set_error (
      error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND,
      _("No frame of the project has the name of a label map in “%s” (%u label maps, the first for “%s”): add the pictures first"),
      path, self->set->files->len, first->frame);
  return FALSE;
}

/* ---- check ---- */

static LwLabelMap *
read_map (Import *self, const LwLabelFile *file, LwTally *tally, GError **error)
{
  const Frame *frame = g_hash_table_lookup (self->frames, file->frame);
  return lw_class_map_read (self->map, self->set->layout, file->path, frame->width, frame->height, tally, error);
}

static gboolean
check_file (guint i, gpointer data, GError **error)
{
  Import *self = data;
  g_auto(LwTally) tally;
  lw_tally_init (&tally);
  g_autoptr(LwLabelMap) map = read_map (self, self->matched->pdata[i], &tally, error);
  if (map == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  lw_tally_add (&self->tally, &tally);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
check_classes (Import *self, const char *path, GError **error)
{
  g_autoptr(GString) names = g_string_new (NULL);
  for (guint i = 0; i < 256; i++)
    if (self->tally.missing[i] > 0)
      g_string_append_printf (names, "%s%s (%" G_GUINT64_FORMAT ")", names->len > 0 ? ", " : "",
                              lw_label_colors_get (self->map->colors, i)->name, self->tally.missing[i]);
  if (names->len == 0)
    return TRUE;
  g_set_error (
      error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
      _("“%s” has classes that the project lacks (with their pixels): %s. Add them to the project’s classes, or give a map from them to its classes"),
      path, names->str);
  return FALSE;
}

/* ---- take in ---- */

static gboolean
add_media (Import *self, GCancellable *cancellable, GError **error)
{
  const LwAddOptions options = { 0 };
  for (guint i = 0; i < self->media->len; i++)
    if (lw_project_add_media (self->project, self->media->pdata[i], &options, NULL, NULL, cancellable, error) == 0)
      return FALSE;
  return self->media->len == 0 || list_frames (self, error);
}

static gboolean
take_file (guint i, gpointer data, GError **error)
{
  Import *self = data;
  const LwLabelFile *file = self->matched->pdata[i];
  const Frame *frame = g_hash_table_lookup (self->frames, file->frame);
  g_auto(LwTally) tally;
  lw_tally_init (&tally);
  g_autoptr(LwLabelMap) map = read_map (self, file, &tally, error);
  g_autofree char *message = g_strdup_printf (_("Imported from “%s”"), file->path);
  if (map == NULL || !lw_project_import_map (self->project, frame->id, map, self->origin, LW_REVISION_IMPORT, message, error))
    return FALSE;
  g_atomic_int_inc (&self->taken);
  return TRUE;
}

/* Each pass is half of the way. */
static void
progress_cb (double fraction, gpointer data)
{
  const Import *self = data;
  if (self->progress != NULL)
    self->progress (self->progress_from + fraction / 2, self->progress_data);
}

static gboolean
take_files (Import *self, GCancellable *cancellable, GError **error)
{
  int origin = lw_project_get_origin (self->project, LW_ORIGIN_IMPORT, "CamVid", 0, error);
  if (origin < 0)
    return FALSE;
  self->origin = (guint8) origin;
  self->progress_from = 0.5;
  gboolean done = lw_parallel_run (self->matched->len, take_file, self, progress_cb, self, cancellable, error);
  if (!done && self->taken > 0)
    g_prefix_error (error, _("%u of %u label maps were imported; then: "), self->taken, self->matched->len);
  return done;
}

/* ---- all of it ---- */

static gboolean
prepare (Import *self, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *grouping = lw_paths_data ("palettes/camvid32to11.json");
  self->set = lw_label_set_find (path, self->how->detect_layout ? NULL : &self->how->layout, error);
  if (self->set == NULL)
    return FALSE;
  g_autoptr(LwPalette) palette = lw_project_dup_palette (self->project, error);
  if (palette == NULL)
    return FALSE;
  self->map = lw_class_map_new (self->set, palette, self->how->camvid32to11 ? grouping : self->how->map_file, error);
  return self->map != NULL && find_frames (self, cancellable, error) && match_files (self, path, error);
}

LwImportReport *
lw_camvid_import (LwProject *project, const LwCamvidImport *how, const char *path, LwProgress progress, gpointer data,
                  GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (!how->camvid32to11 || how->map_file == NULL, NULL);

  g_auto(Import) self = { .project = project, .how = how, .progress = progress, .progress_data = data };
  import_init (&self);
  if (!prepare (&self, path, cancellable, error)
      || !lw_parallel_run (self.matched->len, check_file, &self, progress_cb, &self, cancellable, error)
      || !check_classes (&self, path, error) || !add_media (&self, cancellable, error) || !take_files (&self, cancellable, error))
    return NULL;
  self.report->frames = self.matched->len;
  self.report->unknown = g_hash_table_ref (self.tally.unknown);
  return g_steal_pointer (&self.report);
}
