/* hide-media.c: a medium goes out of sight, though its frames were worked on; nothing of it is deleted */
#include "config.h"
#include "store/class-change.h"

#include <glib/gi18n-lib.h>
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/changes.h"
#include "store/project/project-private.h"
#include "store/revisions/revisions.h"

gboolean
lw_project_measure_media (LwProject *self, gint64 media, LwMediaUse *use, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && use != NULL, FALSE);

  static const char *const questions[] = {
    "SELECT count (*) FROM frame WHERE media = ?",
    ("SELECT count (*) FROM frame WHERE media = ? AND (seq > 0 OR EXISTS (SELECT 1 FROM revision WHERE revision.frame = frame.id)"
     " OR EXISTS (SELECT 1 FROM comment WHERE comment.frame = frame.id))"),
    "SELECT count (*) FROM frame WHERE media = ? AND status = 3",
    "SELECT count (*) FROM revision JOIN frame ON frame.id = revision.frame WHERE media = ?",
    "SELECT ifnull (sum (pixels), 0) FROM frame_class JOIN frame ON frame.id = frame_class.frame WHERE media = ?",
  };
  gint64 counts[G_N_ELEMENTS (questions)] = { 0 };
  g_autoptr(LwDb) db = lw_project_read (self, error);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    if (db == NULL || lw_db_get (db, &counts[i], error, questions[i], "I", media) < 0)
      return FALSE;
  *use = (LwMediaUse) { (guint) counts[0], (guint) counts[1], (guint) counts[2], (guint) counts[3], (guint64) counts[4] };
  return TRUE;
}

/* ---- revisions of what is there ---- */

typedef struct { gint64 frame; } Keep;

static gboolean
keep (LwDb *db, gpointer data, GError **error)
{
  return lw_revision_keep (db, ((const Keep *) data)->frame, _("before its medium was removed"), error) != 0;
}

static GArray *
list_worked (LwProject *project, gint64 media, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  return db != NULL ? lw_db_list_ids (db, error, "SELECT id FROM frame WHERE media = ? AND seq > 0 ORDER BY ordinal", "I", media) : NULL;
}

static gboolean
keep_all (LwProject *project, gint64 media, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GArray) frames = list_worked (project, media, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      Keep one = { g_array_index (frames, gint64, i) };
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_project_write (project, keep, &one, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / frames->len, data);
    }
  return frames != NULL;
}

/* ---- out of sight and back ---- */

typedef struct { gint64 media; gboolean removed; LwStepRow row; gint64 step; } Hiding;

static gboolean
write_hidden (LwDb *db, gpointer data, GError **error)
{
  Hiding *self = data;
  static const char *const actions[] = { "remove-media", "undo", "redo" };
  gint64 removed = 0;
  g_autofree char *name = lw_db_get_text (db, error, "SELECT name FROM media WHERE id = ? AND operation IS NULL", "I", self->media);
  int got = lw_db_get (db, &removed, error, "SELECT removed FROM media WHERE id = ? AND operation IS NULL", "I", self->media);
  if (got <= 0)
    return got == 0 ? lw_store_not_found (error, _("medium"), self->media) : FALSE;
  if (removed == self->removed)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, removed ? _("“%s” is removed already") : _("“%s” is in the project already"), name);
      return FALSE;
    }
  const char *action = self->row.turn != LW_TURN_DONE || self->removed ? actions[self->row.turn] : "restore-media";
  return lw_db_run (db, error, "UPDATE media SET removed = ? WHERE id = ?", "iI", self->removed, self->media) && (self->step = lw_step_add (db, &self->row, error)) != 0
         && lw_change_topic (db, LW_TOPIC_FRAMES, error) && lw_audit_add (db, error, action, name, "%s", self->row.turn == LW_TURN_DONE ? "" : self->row.action);
}

gboolean
lw_project_remove_media (LwProject *self, gint64 media, LwProgress progress, gpointer data, GCancellable *cancellable, gint64 *step, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);

  Hiding hiding = { .media = media, .removed = TRUE, .row = { .kind = LW_STEP_REMOVED_MEDIA, .action = "remove-media", .media = media } };
  gboolean done = lw_project_check_writable (self, error) && keep_all (self, media, progress, data, cancellable, error) && lw_project_transact (self, write_hidden, &hiding, error);
  if (step != NULL)
    *step = done ? hiding.step : 0;
  return done;
}

gboolean
lw_project_restore_media (LwProject *self, const char *name_or_uuid, gint64 *step, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name_or_uuid != NULL, FALSE);

  gint64 media = 0;
  {
    g_autoptr(LwDb) db = lw_project_read (self, error);
    int got = db != NULL ? lw_db_get (db, &media, error, "SELECT id FROM media WHERE (name = ?1 OR uuid = ?1) AND removed", "s", name_or_uuid) : -1;
    if (got == 0)
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("No medium called “%s” was removed"), name_or_uuid);
    if (got <= 0)
      return FALSE;
  }
  Hiding hiding = { .media = media, .row = { .kind = LW_STEP_REMOVED_MEDIA, .action = "restore-media", .media = media } };
  gboolean done = lw_project_transact (self, write_hidden, &hiding, error);
  if (step != NULL)
    *step = done ? hiding.step : 0;
  return done;
}

/* Whatever the step was, it left the medium out of sight or not: the other one is what was before. */
gint64
lw_removed_media_take_back (LwProject *project, gint64 media, gint64 step, LwTurn turn, GError **error)
{
  gint64 removed = 0;
  g_autofree char *action = NULL;
  {
    g_autoptr(LwDb) db = lw_project_read (project, error);
    if (db == NULL || lw_db_get (db, &removed, error, "SELECT removed FROM media WHERE id = ?", "I", media) < 0)
      return 0;
    action = lw_db_get_text (db, NULL, "SELECT action FROM step WHERE id = ?", "I", step);
  }
  gboolean remove = (g_strcmp0 (action, "restore-media") == 0) == (turn == LW_TURN_UNDONE);
  Hiding hiding = { .media = media, .removed = remove,
                    .row = { .kind = LW_STEP_REMOVED_MEDIA, .action = action != NULL ? action : "remove-media", .turn = turn, .undoes = step, .media = media } };
  return lw_project_transact (project, write_hidden, &hiding, error) ? hiding.step : 0;
}
