/* remove-media.c: takes back that a medium was added, as long as nobody has worked on its frames */
#include "config.h"
#include "store/media/media.h"

#include <glib/gi18n-lib.h>
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/operations.h"

typedef struct {
  gint64 media, step;          /* @step: the one that is taken back */
  LwOperation operation;
  char *name, *stored;
  gint64 made;
} Removal;

static void
removal_clear (Removal *self)
{
  g_free (self->name);
  g_free (self->stored);
  lw_operation_release (&self->operation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Removal, removal_clear)

/* Strokes and revisions are never removed, so neither are their frames. */
static gboolean
check_untouched (LwDb *db, const Removal *self, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *frame = lw_db_get_text (db, &local,
                                           "SELECT name FROM frame WHERE media = ? AND (EXISTS (SELECT 1 FROM stroke WHERE stroke.frame = frame.id)"
                                           " OR EXISTS (SELECT 1 FROM revision WHERE revision.frame = frame.id) OR EXISTS (SELECT 1 FROM comment WHERE comment.frame = frame.id)) LIMIT 1", "I", self->media);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (frame == NULL)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” stays in the project: its frame “%s” has been worked on"), self->name, frame);
  return FALSE;
}

/* From here on it is staged work that nobody finishes: out of sight at once, removed by lw_operations_clean() now or by whoever opens the project next. */
static gboolean
hide (LwDb *db, gpointer data, GError **error)
{
  Removal *self = data;
  LwStepRow row = { .kind = LW_STEP_MEDIA, .action = "add-media", .turn = LW_TURN_UNDONE, .undoes = self->step, .media = self->media };
  return check_untouched (db, self, error) && (self->made = lw_step_add (db, &row, error)) != 0
         && lw_db_run (db, error, "UPDATE media SET operation = ? WHERE id = ?", "II", self->operation.id, self->media)
         && lw_change_topic (db, LW_TOPIC_FRAMES, error) && lw_audit_add (db, error, "undo", self->name, "add-media");
}

static gboolean
read_medium (LwProject *project, Removal *self, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT name, path FROM media WHERE id = ? AND operation IS NULL", "I", self->media);
  int got = lw_query_step (query, error);
  if (got <= 0)
    return got == 0 ? lw_store_not_found (error, _("medium"), self->media) : FALSE;
  self->name = lw_query_dup_text (query, 0);
  self->stored = lw_query_dup_bytes (query, 1);
  return TRUE;
}

/* A copy goes to the trash, where there is one: the original may be gone since. */
static void
trash_copy (LwProject *project, const char *stored)
{
  g_autofree char *path = stored != NULL && lw_media_is_copy (project->folder, stored) ? lw_media_path_from_stored (project->folder, stored) : NULL;
  g_autoptr(GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;
  if (file != NULL)
    g_file_trash (file, NULL, NULL);
}

gint64
lw_media_take_back (LwProject *project, gint64 media, gint64 step, GError **error)
{
  g_auto(Removal) removal = { .media = media, .step = step, .operation = LW_OPERATION_NONE };
  if (!read_medium (project, &removal, error) || !lw_operation_begin (project, "remove-media", &removal.operation, error))
    return 0;
  gboolean hidden = lw_project_transact (project, hide, &removal, error);
  lw_operation_release (&removal.operation);
  lw_project_write (project, lw_operations_clean, project->folder, NULL);      /* else the next open does it */
  if (!hidden)
    return 0;
  trash_copy (project, removal.stored);
  return removal.made;
}
