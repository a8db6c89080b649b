/* classes.c: which changes of the project's palette are safe, as steps; ids are never used for something else later */
#include "config.h"
#include "store/classes/classes.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/journal/steps.h"
#include "store/project/audit.h"
#include "store/project/class-rows.h"
#include "store/project/project-private.h"

LwPalette *
lw_project_dup_palette (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL ? lw_classes_read (db, error) : NULL;
}

/* ---- what may go ---- */

static void
refuse_removal (GError **error, const char *class, const char *frame, gboolean revision)
{
  const char *message = revision ? _("The class “%s” can’t be removed: a revision of the frame “%s” uses it")
                                 : _("The class “%s” can’t be removed: the frame “%s” uses it. Repaint it there first");
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, message, class, frame);
}

/* Ids that are gone from @palette: name each one still in use. */
static gboolean
check_working (LwDb *db, const gboolean kept[256], GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT class.id, class.name, (SELECT frame.name FROM frame_class JOIN frame ON frame.id = frame_class.frame"
                                          " WHERE class = class.id AND pixels > 0 LIMIT 1) FROM class WHERE NOT removed", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (!kept[lw_query_int (query, 0, 0, 255)] && sqlite3_column_type (query, 2) != SQLITE_NULL)
      {
        refuse_removal (error, (const char *) sqlite3_column_text (query, 1), (const char *) sqlite3_column_text (query, 2), FALSE);
        return FALSE;
      }
  return got == 0;
}

/* In revisions after @after; @class and @name: what goes. */
static gboolean
check_revisions_for (LwDb *db, int class, const char *name, gint64 after, GError **error)
{
  guint8 id = (guint8) class;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT frame.name FROM revision_tile JOIN tile ON tile.id = revision_tile.tile"
                                          " JOIN revision ON revision.id = revision_tile.revision JOIN frame ON frame.id = revision.frame"
                                          " WHERE revision_tile.revision > ? AND revision_tile.plane = 0 AND instr (tile.labels, ?) > 0 LIMIT 1",
                                          "Ix", after, &id, (gsize) 1);
  int got = lw_query_step (query, error);
  if (got == 1)
    refuse_removal (error, name, (const char *) sqlite3_column_text (query, 0), TRUE);
  return got == 0;
}

static gboolean
check_revisions (LwDb *db, const gboolean kept[256], gint64 after, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, name FROM class WHERE NOT removed", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      int id = lw_query_int (query, 0, 0, 255);
      if (!kept[id] && !check_revisions_for (db, id, (const char *) sqlite3_column_text (query, 1), after, error))
        return FALSE;
    }
  return got == 0;
}

/* An id that meant something else once may not come back under another name. */
static gboolean
check_revived (LwDb *db, const LwPalette *palette, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, name FROM class WHERE removed", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      const LwClass *class = lw_palette_find_id (palette, (guint8) lw_query_int (query, 0, 0, 255));
      const char *name = (const char *) sqlite3_column_text (query, 1);
      if (class == NULL || g_strcmp0 (class->name, name) == 0)
        continue;
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID,
                   _("The class “%s” can’t have the number %d: it was that of “%s”, which strokes in this project still know. Give it another number"),
                   class->name, class->id, name);
      return FALSE;
    }
  return got == 0;
}

typedef struct {
  const LwPalette *palette;
  gboolean kept[256];
  gint64 checked;              /* revisions up to this one */
  const char *expected;        /* what must be there now, as JSON; NULL: anything */
  LwTurn turn;
  gint64 undoes, step;
} Change;

static gboolean
check_expected (const Change *change, const char *now, GError **error)
{
  if (change->expected == NULL || strcmp (now, change->expected) == 0)
    return TRUE;
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("Nothing was undone: the classes have changed since"));
  return FALSE;
}

/* Again what was checked before the transaction, as far as it may have changed since. What changes nothing is no step. */
static gboolean
change_palette (LwDb *db, gpointer data, GError **error)
{
  Change *change = data;
  g_autoptr(LwPalette) now = lw_classes_read (db, error);
  if (now == NULL)
    return FALSE;
  g_autofree char *before = lw_palette_to_json (now), *after = lw_palette_to_json (change->palette);
  if (strcmp (before, after) == 0 && change->undoes == 0)
    return TRUE;
  LwStepRow row = { LW_STEP_CLASSES, "classes", change->turn, change->undoes, before, after, 0 };
  const char *action = change->turn == LW_TURN_DONE ? "classes" : change->turn == LW_TURN_UNDONE ? "undo" : "redo";
  return check_expected (change, before, error) && check_working (db, change->kept, error) && check_revisions (db, change->kept, change->checked, error)
         && check_revived (db, change->palette, error) && lw_classes_write (db, change->palette, error)
         && (change->step = lw_step_add (db, &row, error)) != 0
         && lw_audit_add (db, error, action, change->palette->name != NULL ? change->palette->name : "", "%u classes", change->palette->classes->len);
}

/* Revisions are many: they are read before the transaction, and only the new ones in it. */
static gboolean
check_all_revisions (LwProject *self, Change *change, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && lw_db_get (db, &change->checked, error, "SELECT max (id) FROM revision", "") >= 0
         && check_revisions (db, change->kept, 0, error);
}

static gboolean
write_change (LwProject *self, Change *change, GError **error)
{
  const LwPalette *palette = change->palette;
  for (guint i = 0; i < palette->classes->len; i++)
    change->kept[((LwClass *) g_ptr_array_index (palette->classes, i))->id] = TRUE;
  return lw_project_check_writable (self, error) && lw_palette_validate (palette, error) && check_all_revisions (self, change, error)
         && lw_project_transact (self, change_palette, change, error);
}

gboolean
lw_project_set_palette (LwProject *self, const LwPalette *palette, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && palette != NULL, FALSE);
  return write_change (self, &(Change) { .palette = palette }, error);
}

gint64
lw_classes_take_back (LwProject *self, const char *now, const char *then, gint64 step, LwTurn turn, GError **error)
{
  g_autoptr(LwPalette) palette = then != NULL ? lw_palette_parse (then, strlen (then), self->file, error) : NULL;
  Change change = { .palette = palette, .expected = now, .turn = turn, .undoes = step };
  return palette != NULL && write_change (self, &change, error) ? change.step : 0;
}

/* A class that only revisions know, such as one that came by a merge, keeps its row as well. */
static gboolean
note_revisions (LwDb *db, guint8 class_id, GError **error)
{
  return lw_db_run (db, error,
                    "INSERT INTO frame_class (frame, class, pixels) SELECT revision.frame, ?1, 0 FROM revision_tile JOIN tile ON tile.id = revision_tile.tile"
                    " JOIN revision ON revision.id = revision_tile.revision WHERE revision_tile.plane = 0 AND instr (tile.labels, ?2) > 0"
                    " AND NOT EXISTS (SELECT 1 FROM frame_class WHERE class = ?1) LIMIT 1", "ix", class_id, &class_id, (gsize) 1);
}

gboolean
lw_classes_turn (LwDb *db, const char *now, const char *then, GError **error)
{
  g_autoptr(LwPalette) found = lw_classes_read (db, error), palette = found != NULL ? lw_palette_parse (then, strlen (then), "classes", error) : NULL;
  if (palette == NULL)
    return FALSE;
  g_autofree char *json = lw_palette_to_json (found);
  Change change = { .palette = palette, .expected = now };
  if (strcmp (json, then) == 0)
    return TRUE;
  for (guint i = 0; i < palette->classes->len; i++)
    change.kept[((LwClass *) g_ptr_array_index (palette->classes, i))->id] = TRUE;
  if (!check_expected (&change, json, error) || !check_working (db, change.kept, error) || !check_revived (db, palette, error))
    return FALSE;
  for (guint i = 0; i < found->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (found->classes, i);
      if (!change.kept[class->id] && !note_revisions (db, class->id, error))
        return FALSE;
    }
  return lw_classes_write (db, palette, error);
}

int
lw_project_find_class_id (LwProject *self, const LwPalette *palette, const char *name, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && palette != NULL && name != NULL, -1);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return -1;
  gboolean taken[256] = { FALSE };
  for (guint i = 0; i < palette->classes->len; i++)
    taken[((LwClass *) g_ptr_array_index (palette->classes, i))->id] = TRUE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, name FROM class", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      int id = lw_query_int (query, 0, 0, 255);
      if (!taken[id] && g_strcmp0 ((const char *) sqlite3_column_text (query, 1), name) == 0)
        return id;
      taken[id] = TRUE;
    }
  if (got < 0)
    return -1;
  for (int id = 0; id < LW_LABEL_NONE; id++)
    if (!taken[id])
      return id;
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("All 255 numbers of classes have been used in this project"));
  return -1;
}
