/* import.c: a whole label map becomes the working map in one stroke, with its revision */
#include "config.h"
#include "store/journal/strokes.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/revisions/revisions.h"

#include <glib/gi18n-lib.h>

typedef struct {
  gint64 frame;
  const LwLabelMap *map;
  guint8 origin;
  LwRevisionKind kind;
  const char *message;
  /* of the attempt under way */
  LwFrameHead head;
  LwStroke *stroke;
  LwWorkingChange change;
  LwRevisionDraft draft;
} Import;

static void
import_clear (Import *self)
{
  g_clear_pointer (&self->stroke, lw_stroke_unref);
  lw_working_change_clear (&self->change);
  lw_revision_draft_clear (&self->draft);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static void
paint_row (LwEdit *edit, const LwLabelMap *map, int y)
{
  const guint8 *row = lw_label_map_row (map, y);
  for (int x0 = 0, x1; x0 < map->width; x0 = x1)
    {
      for (x1 = x0 + 1; x1 < map->width && row[x1] == row[x0]; x1++)
        ;
      lw_edit_span (edit, y, x0, x1, row[x0]);
    }
}

static LwDiff *
make_diff (LwDb *db, const Import *self, GError **error)
{
  if (self->map->width != self->head.width || self->map->height != self->head.height)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The label map has %d × %d pixels, but its frame has %d × %d"), self->map->width,
                   self->map->height, self->head.width, self->head.height);
      return NULL;
    }
  g_autoptr(LwPlanes) planes = lw_working_load (db, &self->head, error);
  if (planes == NULL)
    return NULL;
  LwEdit *edit = lw_edit_new (planes, self->origin, NULL);
  for (int y = 0; y < self->map->height; y++)
    paint_row (edit, self->map, y);
  return lw_edit_finish (edit);
}

static gboolean
add_audit (LwDb *db, const Import *self, GError **error)
{
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", self->frame);
  return lw_audit_add (db, error, "import", name != NULL ? name : "?", "%s", self->message != NULL ? self->message : "");
}

static gboolean
write_import (LwDb *db, gpointer data, GError **error)
{
  const Import *self = data;
  return lw_frame_head_check (db, &self->head, error) && lw_stroke_write (db, &self->head, self->stroke, 0, 0, &self->change, error)
         && lw_revision_write (db, &self->head, &self->draft, self->head.seq + 1, self->kind, self->message, error) != 0 && add_audit (db, self, error);
}

static gboolean
import_once (LwDb *db, gpointer data, GError **error)
{
  Import *self = data;
  import_clear (self);
  if (!lw_frame_head_read (db, self->frame, &self->head, error))
    return FALSE;
  g_autoptr(LwDiff) diff = make_diff (db, self, error);
  if (diff == NULL)
    return FALSE;
  self->stroke = lw_stroke_new (self->frame, &(LwStrokeInfo) { .tool = "import", .origin = self->origin, .base_seq = -1 }, diff);
  return lw_working_prepare (db, &self->head, diff, &self->change, error)
         && lw_revision_prepare (db, &self->head, &self->change, &self->draft, error) && lw_db_transact (db, write_import, self, error);
}

static gboolean
import (LwDb *db, gpointer data, GError **error)
{
  return lw_db_retry (db, import_once, data, error);
}

gboolean
lw_project_import_map (LwProject *self, gint64 frame, const LwLabelMap *map, guint8 origin, LwRevisionKind kind, const char *message, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && map != NULL, FALSE);

  g_auto(Import) work = { .frame = frame, .map = map, .origin = origin, .kind = kind, .message = message };
  return lw_project_write (self, import, &work, error);
}
