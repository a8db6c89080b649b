/* replace-class.c: a class goes, or goes over into another one: in every frame, as one step, with every revision as it was */
#include "config.h"
#include "store/class-change.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/classes/classes.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/revisions/relabel.h"

#define TRIES 5      /* somebody may paint with the class while it goes */

/* ---- what it affects ---- */

gboolean
lw_project_measure_class (LwProject *self, guint8 class_id, LwClassUse *use, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && use != NULL, FALSE);

  gint64 frames = 0, pixels = 0, accepted = 0, revisions = 0;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  *use = (LwClassUse) { 0 };
  if (db == NULL || lw_db_get (db, &frames, error, "SELECT count (*) FROM frame_class WHERE class = ? AND pixels > 0", "i", class_id) < 0
      || lw_db_get (db, &pixels, error, "SELECT sum (pixels) FROM frame_class WHERE class = ?", "i", class_id) < 0
      || lw_db_get (db, &accepted, error, "SELECT count (*) FROM frame_class JOIN frame ON frame.id = frame WHERE class = ? AND pixels > 0 AND status IN (2, 3)", "i", class_id) < 0
      || lw_db_get (db, &revisions, error,
                    "SELECT count (DISTINCT revision) FROM revision_tile JOIN tile ON tile.id = revision_tile.tile WHERE plane = 0 AND instr (tile.labels, ?) > 0", "x", &class_id,
                    (gsize) 1) < 0)
    return FALSE;
  *use = (LwClassUse) { (guint) frames, (guint) accepted, (guint) revisions, (guint64) pixels };
  return TRUE;
}

/* ---- a frame ---- */

typedef struct { guint8 from, to; } Replacement;

/* Pixels that nobody labels any more have no origin either. */
static LwPlanes *
make_replaced (LwDb *db, const LwFrameHead *head, gpointer data, GError **error)
{
  const Replacement *replacement = data;
  LwPlanes *planes = lw_working_load (db, head, error);
  if (planes == NULL)
    return NULL;
  for (int y = 0; y < head->height; y++)
    {
      guint8 *labels = lw_label_map_row (planes->plane[LW_PLANE_CLASS], y), *origins = lw_label_map_row (planes->plane[LW_PLANE_ORIGIN], y);
      for (int x = 0; x < head->width; x++)
        if (labels[x] == replacement->from)
          {
            labels[x] = replacement->to;
            origins[x] = replacement->to == LW_LABEL_NONE ? LW_LABEL_NONE : origins[x];
          }
    }
  return planes;
}

static GArray *
list_frames (LwProject *project, guint8 class_id, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  return db != NULL ? lw_db_list_ids (db, error, "SELECT frame FROM frame_class WHERE class = ? AND pixels > 0 ORDER BY frame", "i", class_id) : NULL;
}

static gboolean
replace_in_frames (LwProject *project, LwRelabel *relabel, guint8 class_id, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GArray) frames = list_frames (project, class_id, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      relabel->frame = g_array_index (frames, gint64, i);
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_relabel_frame (project, relabel, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / frames->len, data);
    }
  return frames != NULL;
}

/* ---- the class ---- */

/* Returns: (transfer full): the classes without @class_id */
static LwPalette *
make_palette (const LwPalette *now, guint8 class_id, guint8 into, GError **error)
{
  if (lw_palette_find_id (now, class_id) == NULL || (into != LW_LABEL_NONE && (into == class_id || lw_palette_find_id (now, into) == NULL)))
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("There is no such class (any more)"));
      return NULL;
    }
  LwPalette *after = lw_palette_copy (now);
  g_ptr_array_remove (after->classes, lw_palette_find_id (after, class_id));
  return after;
}

typedef struct { LwRelabel *relabel; const char *before, *after; } Finish;

/* The step may have no frame: then it is made here. */
static gboolean
write_classes (LwDb *db, gpointer data, GError **error)
{
  Finish *self = data;
  if (!lw_classes_turn (db, self->before, self->after, error))
    return FALSE;
  if (self->relabel->step == 0)
    self->relabel->step = lw_step_add (db, &self->relabel->row, error);
  return self->relabel->step != 0 && lw_audit_add (db, error, "classes", "", "%s", self->relabel->details);
}

static char *
describe (const LwPalette *palette, guint8 class_id, guint8 into)
{
  const LwClass *from = lw_palette_find_id (palette, class_id), *to = into != LW_LABEL_NONE ? lw_palette_find_id (palette, into) : NULL;
  return to != NULL ? g_strdup_printf ("“%s” into “%s”", from->name, to->name) : g_strdup_printf ("“%s” removed", from->name);
}

static gboolean
replace_everywhere (LwProject *project, LwRelabel *relabel, guint8 class_id, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  Finish finish = { relabel, relabel->row.palette_before, relabel->row.palette_after };
  for (int i = 0; i < TRIES; i++)
    {
      g_autoptr(GError) local = NULL;
      gint64 step;
      if (!replace_in_frames (project, relabel, class_id, progress, data, cancellable, error))
        return FALSE;
      step = relabel->step;
      if (lw_project_transact (project, write_classes, &finish, &local))
        return TRUE;
      relabel->step = step;
      if (!g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_INVALID) || i == TRIES - 1)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return FALSE;
}

gboolean
lw_project_replace_class (LwProject *self, guint8 class_id, guint8 into, LwProgress progress, gpointer data, GCancellable *cancellable, gint64 *step, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && class_id != LW_LABEL_NONE, FALSE);

  int author = lw_project_check_writable (self, error) ? lw_project_get_origin (self, LW_ORIGIN_PERSON, NULL, 0, error) : -1;
  g_autoptr(LwPalette) now = author >= 0 ? lw_project_dup_palette (self, error) : NULL;
  g_autoptr(LwPalette) then = now != NULL ? make_palette (now, class_id, into, error) : NULL;
  if (step != NULL)
    *step = 0;
  if (then == NULL)
    return FALSE;
  Replacement replacement = { class_id, into };
  g_autofree char *before = lw_palette_to_json (now), *after = lw_palette_to_json (then), *details = describe (now, class_id, into);
  LwRelabel relabel = { .author = (guint8) author, .tool = "classes", .before = _("before classes were changed"), .after = details, .action = "classes", .details = details,
                        .row = { .kind = LW_STEP_REPLACED, .action = "replace-class", .palette_before = before, .palette_after = after },
                        .keep = into == LW_LABEL_NONE ? LW_RELABEL_REOPENS : LW_RELABEL_KEEPS, .make = make_replaced, .data = &replacement };
  gboolean done = replace_everywhere (self, &relabel, class_id, progress, data, cancellable, error);
  if (step != NULL)
    *step = relabel.step;
  return done;
}

/* ---- taken back: first the class, then its pixels; and the other way round ---- */

typedef struct { const char *now, *then; } Turn;

static gboolean
turn_classes (LwDb *db, gpointer data, GError **error)
{
  const Turn *turn = data;
  return lw_classes_turn (db, turn->now, turn->then, error);
}

gint64
lw_replaced_take_back (LwProject *project, gint64 step, LwTurn turn, const char *now, const char *then, guint *n_left, GError **error)
{
  gboolean undo = turn == LW_TURN_UNDONE;
  LwStepRow row = { .kind = LW_STEP_REPLACED, .action = "replace-class", .turn = turn, .undoes = step, .palette_before = now, .palette_after = then };
  Turn classes = { now, then };
  gint64 made = 0;
  guint n_done = 0, left = 0;
  if ((undo && !lw_project_transact (project, turn_classes, &classes, error)) || !lw_relabel_take_back (project, step, &row, &made, &n_done, &left, error)
      || (!undo && !lw_project_transact (project, turn_classes, &classes, error)))
    return 0;
  if (made == 0)
    made = lw_step_add_alone (project, &row, error);      /* no frame had a pixel of it */
  if (n_left != NULL)
    *n_left = left;
  return made;
}
