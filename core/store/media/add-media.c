/* add-media.c: takes a scanned medium and its frames into the project, a bounded transaction at a time, all visible at once */
#include "config.h"
#include "store/media/media.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/operations.h"

#define TRANSACTION_US 8000            /* of inserts; with the commit they stay below the 20 ms that others may be kept waiting */
#define INDEX_PART_BYTES (1 << 20)
#define MAX_NAME_BYTES 200             /* so that export can still add a suffix in a file system's 255 */
#define MAX_FRAMES (1 << 24)

typedef struct {
  LwProject *project;
  const LwMediaInfo *info;
  const LwAddOptions *options;
  GArray *ordinals;                    /* of guint: the frames that are taken */
  GPtrArray *names;                    /* their names */
  char *stored, *name;                 /* path as stored; name of the medium */
  char *copy;                          /* what was copied into the project, or NULL */
  LwOperation operation;
  gint64 media;
  guint n_added;
  gsize n_indexed;                     /* bytes of the index */
} Addition;

static void
addition_clear (Addition *self)
{
  g_clear_pointer (&self->ordinals, g_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_free (self->stored);
  g_free (self->name);
  g_free (self->copy);
  lw_operation_release (&self->operation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Addition, addition_clear)

/* ---- which frames, under which names ---- */

static gboolean
is_in_time (const LwFrameInfo *frame, const LwFrameInfo *first, const LwAddOptions *options)
{
  if (frame->pts == G_MININT64 || first->pts == G_MININT64 || frame->tb_den <= 0)
    return TRUE;      /* images have no time */
  double seconds = ((double) frame->pts - (double) first->pts) * frame->tb_num / frame->tb_den;
  return seconds >= options->start && (options->end <= 0 || seconds <= options->end);
}

static char *
dup_clip_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base && !g_file_test (path, G_FILE_TEST_IS_DIR))
    *dot = '\0';
  return g_utf8_make_valid (base, -1);
}

static char *
make_name (const Addition *self, const char *clip, guint ordinal)
{
  const LwFrameInfo *frame = &g_array_index (self->info->frames, LwFrameInfo, ordinal);
  const char *prefix = self->options->prefix != NULL ? self->options->prefix : "";
  if (frame->name != NULL)
    return g_strconcat (prefix, frame->name, NULL);
  return g_strdup_printf ("%s%s_%06u", prefix, clip, ordinal);
}

static gboolean
check_name (const char *name, GError **error)
{
  gboolean fine = name[0] != '\0' && strlen (name) <= MAX_NAME_BYTES && g_utf8_validate (name, -1, NULL) && strchr (name, '/') == NULL;
  for (const char *at = name; fine && *at != '\0'; at = g_utf8_next_char (at))
    fine = !g_unichar_iscntrl (g_utf8_get_char (at));
  if (!fine)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%.80s” can’t be the name of a frame: it is empty, too long, or has a slash or control character"), name);
  return fine;
}

static gboolean
check_frame (const LwMediaInfo *info, const LwFrameInfo *frame, GError **error)
{
  if (frame->width >= 1 && frame->width <= LW_MAX_SIDE && frame->height >= 1 && frame->height <= LW_MAX_SIDE && frame->height <= LW_MAX_PIXELS / frame->width)
    return TRUE;
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("“%s” has a frame of %d × %d pixels; at most %d a side and %d in all can be labelled"),
               info->path, frame->width, frame->height, LW_MAX_SIDE, LW_MAX_PIXELS);
  return FALSE;
}

static gboolean
exists_error (const char *name, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS,
               _("The project has a frame named “%s” already. Add the medium with a prefix for the names of its frames, or rename its files"), name);
  return FALSE;
}

static gboolean
choose_frames (Addition *self, GError **error)
{
  const LwMediaInfo *info = self->info;
  guint every = MAX (self->options->every, 1), n_in_time = 0;
  g_autofree char *clip = dup_clip_name (info->path);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < info->frames->len && i < MAX_FRAMES; i++)
    {
      const LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, i);
      if (!is_in_time (frame, &g_array_index (info->frames, LwFrameInfo, 0), self->options) || n_in_time++ % every != 0)
        continue;
      char *name = make_name (self, clip, i);
      g_array_append_val (self->ordinals, i);
      g_ptr_array_add (self->names, name);
      if (!check_name (name, error) || !check_frame (info, frame, error))
        return FALSE;
      if (!g_hash_table_add (seen, name))
        return exists_error (name, error);
    }
  if (self->ordinals->len > 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” has no frame in the chosen range"), info->path);
  return FALSE;
}

/* A first look, so that a collision is found before anything is copied; the UNIQUE column decides. */
static gboolean
check_free (Addition *self, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (self->project, error);
  if (db == NULL)
    return FALSE;
  for (guint i = 0; i < self->names->len; i++)
    {
      gint64 id;
      int got = lw_db_get (db, &id, error, "SELECT id FROM frame WHERE name = ?", "s", self->names->pdata[i]);
      if (got != 0)
        return got > 0 ? exists_error (self->names->pdata[i], error) : FALSE;
    }
  return TRUE;
}

/* ---- rows ---- */

/* Folders called "images" are many: the second one becomes "images-2". */
static gboolean
choose_media_name (LwDb *db, Addition *self, GError **error)
{
  g_autofree char *clip = dup_clip_name (self->info->path);
  g_autofree char *wanted = g_strconcat (self->options->prefix != NULL ? self->options->prefix : "", clip, NULL);
  self->name = g_strdup (wanted);
  for (guint n = 2;; n++)
    {
      gint64 id;
      int got = lw_db_get (db, &id, error, "SELECT id FROM media WHERE name = ?", "s", self->name);
      if (got <= 0)
        return got == 0;
      g_free (self->name);
      self->name = g_strdup_printf ("%s-%u", wanted, n);
    }
}

static gboolean
add_medium (LwDb *db, gpointer data, GError **error)
{
  Addition *self = data;
  const LwMediaInfo *info = self->info;
  g_autofree char *uuid = g_uuid_string_random ();
  g_clear_pointer (&self->name, g_free);
  if (!choose_media_name (db, self, error)
      || !lw_db_run (db, error, "INSERT INTO media (uuid, name, kind, path, size, sha256, width, height, operation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "ssisIsiiI", uuid, self->name, info->kind, self->stored, (gint64) info->size, info->sha256 != NULL ? info->sha256 : "", info->width,
                     info->height, self->operation.id))
    return FALSE;
  self->media = sqlite3_last_insert_rowid (db->handle);
  return TRUE;
}

static gboolean
add_frame (LwDb *db, Addition *self, guint i, GError **error)
{
  guint ordinal = g_array_index (self->ordinals, guint, i);
  const LwFrameInfo *frame = &g_array_index (self->info->frames, LwFrameInfo, ordinal);
  g_autofree char *uuid = g_uuid_string_random ();
  g_autoptr(GError) local = NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, &local,
                                          "INSERT INTO frame (uuid, media, ordinal, tb_num, tb_den, packet_hash, name, width, height, pts)"
                                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                          "sIiiixsii", uuid, self->media, (int) ordinal, frame->tb_num, frame->tb_den, frame->packet_hash,
                                          sizeof frame->packet_hash, self->names->pdata[i], frame->width, frame->height);
  if (query != NULL && frame->pts != G_MININT64)
    sqlite3_bind_int64 (query, 10, frame->pts);
  if (lw_query_step (query, &local) == 0)
    return TRUE;
  if (sqlite3_extended_errcode (db->handle) == SQLITE_CONSTRAINT_UNIQUE)
    return exists_error (self->names->pdata[i], error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
add_some_frames (LwDb *db, gpointer data, GError **error)
{
  Addition *self = data;
  gint64 until = g_get_monotonic_time () + TRANSACTION_US;
  while (self->n_added < self->ordinals->len && (self->n_added % 16 != 0 || g_get_monotonic_time () < until))
    if (!add_frame (db, self, self->n_added++, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_some_index (LwDb *db, gpointer data, GError **error)
{
  Addition *self = data;
  gsize length;
  const guint8 *index = g_bytes_get_data (self->info->index, &length);
  gsize part = MIN (length - self->n_indexed, INDEX_PART_BYTES);
  if (!lw_db_run (db, error, "INSERT INTO media_index (media, part, data) VALUES (?, ?, ?)", "IIx", self->media,
                  (gint64) (self->n_indexed / INDEX_PART_BYTES), index + self->n_indexed, part))
    return FALSE;
  self->n_indexed += part;
  return TRUE;
}

static gboolean
show (LwDb *db, gpointer data, GError **error)
{
  Addition *self = data;
  return lw_db_run (db, error, "UPDATE media SET operation = NULL WHERE id = ?", "I", self->media) && lw_operation_end (db, &self->operation, error)
         && lw_change_topic (db, LW_TOPIC_FRAMES, error)
         && lw_step_add (db, &(LwStepRow) { .kind = LW_STEP_MEDIA, .action = "add-media", .media = self->media }, error) != 0
         && lw_audit_add (db, error, "add-media", self->name, "%u frames, sha256 %s", self->ordinals->len, self->info->sha256);
}

static gboolean
add_rows (Addition *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  gsize index_bytes = self->info->index != NULL ? g_bytes_get_size (self->info->index) : 0;
  if (!lw_operation_begin (self->project, "add-media", &self->operation, error) || !lw_project_transact (self->project, add_medium, self, error))
    return FALSE;
  while (self->n_added < self->ordinals->len || self->n_indexed < index_bytes)
    {
      LwWriteFunc next = self->n_added < self->ordinals->len ? add_some_frames : add_some_index;
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_project_transact (self->project, next, self, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) self->n_added / self->ordinals->len, data);
    }
  return lw_project_transact (self->project, show, self, error);
}

static void
undo (Addition *self)
{
  lw_operation_release (&self->operation);
  lw_project_write (self->project, lw_operations_clean, self->project->folder, NULL);      /* else the next open does it */
  if (self->copy != NULL)
    lw_media_remove_copy (self->copy);
}

gint64
lw_project_add_media (LwProject *self, const LwMediaInfo *info, const LwAddOptions *options, LwProgress progress, gpointer data,
                      GCancellable *cancellable, GError **error)
{
  static const LwAddOptions all = { 0 };
  g_return_val_if_fail (LW_IS_PROJECT (self) && info != NULL && info->path != NULL, 0);

  g_auto(Addition) addition = { .project = self, .info = info, .options = options != NULL ? options : &all, .operation = LW_OPERATION_NONE };
  addition.ordinals = g_array_new (FALSE, FALSE, sizeof (guint));
  addition.names = g_ptr_array_new_with_free_func (g_free);
  if (!lw_project_check_writable (self, error) || !choose_frames (&addition, error) || !check_free (&addition, error))
    return 0;
  if (addition.options->copy && (addition.copy = lw_media_copy (self, info, cancellable, error)) == NULL)
    return 0;
  addition.stored = lw_media_path_to_stored (self->folder, addition.copy != NULL ? addition.copy : info->path);
  if (add_rows (&addition, progress, data, cancellable, error))
    return addition.media;
  undo (&addition);
  return 0;
}
