/* provenance.c: follows a pixel back through the journal to the stroke that made it what it is */
#include "config.h"
#include "store/provenance.h"

#include <glib/gi18n-lib.h>
#include "store/journal/history.h"
#include "store/journal/working.h"
#include "store/project/persons.h"
#include "store/project/project-private.h"
#include "store/revisions/revisions.h"

void
lw_pixel_free (LwPixel *pixel)
{
  if (pixel == NULL)
    return;
  char *texts[] = { pixel->name, pixel->stroke, pixel->tool, pixel->actor };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (pixel);
}

/* The state that is asked about. */
typedef struct {
  LwFrameHead head;
  gint64 revision, seq;        /* strokes that are in it */
  int x, y;
} Place;

static gboolean
read_place (LwDb *db, gint64 frame, Place *place, GError **error)
{
  gint64 owner = frame;
  if (!lw_frame_head_read (db, frame, &place->head, error))
    return FALSE;
  place->seq = place->head.seq;
  if (place->revision != 0)
    {
      g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, seq FROM revision WHERE id = ?", "I", place->revision);
      int got = lw_query_step (query, error);
      if (got <= 0)
        return got == 0 ? lw_store_not_found (error, _("revision"), place->revision) : FALSE;
      owner = sqlite3_column_int64 (query, 0);
      place->seq = sqlite3_column_int64 (query, 1);
    }
  if (owner == frame && place->x >= 0 && place->y >= 0 && place->x < place->head.width && place->y < place->head.height)
    return TRUE;
  if (owner != frame)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The revision is one of another frame"));
  else
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The frame has %d × %d pixels: %d,%d is outside"), place->head.width, place->head.height, place->x, place->y);
  return FALSE;
}

static LwPlanes *
load_planes (LwDb *db, const Place *place, GError **error)
{
  return place->revision != 0 ? lw_revision_load (db, &place->head, place->revision, error) : lw_working_load (db, &place->head, error);
}

static gboolean
read_origin (LwDb *db, LwPixel *pixel, GError **error)
{
  if (pixel->origin == LW_LABEL_NONE)
    return TRUE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT kind, iif (kind = 0, " LW_NAME_OF ("origin.name") ", name), ifnull (model, 0) FROM origin WHERE id = ?", "i", pixel->origin);
  int got = lw_query_step (query, error);
  if (got <= 0)
    return got == 0 ? lw_db_damaged (db, error, "a pixel of an origin that is not there") : FALSE;
  pixel->kind = (LwOriginKind) lw_query_int (query, 0, LW_ORIGIN_PERSON, LW_ORIGIN_IMPORT);
  pixel->name = lw_query_dup_text (query, 1);
  pixel->model = sqlite3_column_int64 (query, 2);
  return TRUE;
}

/* ---- the stroke ---- */

/* What counts after the first @seq strokes: uuids, as a set. */
static GHashTable *
read_counting (LwDb *db, const Place *place, GError **error)
{
  g_autoptr(LwHistory) history = lw_history_read_upto (db, place->head.id, place->seq, error);
  GHashTable *counting = history != NULL ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;
  for (guint i = 0; history != NULL && i < history->undo->len; i++)
    g_hash_table_add (counting, g_strdup (history->undo->pdata[i]));
  return counting;
}

static gboolean
touches (LwDb *db, const Place *place, LwQuery *query, int column, gboolean *does, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GBytes) packed = lw_query_dup_blob (query, column);
  g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, place->head.width, place->head.height, &local) : NULL;
  if (diff == NULL)
    return lw_db_damaged (db, error, local != NULL ? local->message : "a stroke without what it changed");
  *does = FALSE;
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    {
      const guint8 *xor = lw_diff_get_tile (diff, plane, place->y / LW_TILE_SIDE, place->x / LW_TILE_SIDE);
      *does |= xor != NULL && xor[place->y % LW_TILE_SIDE * LW_TILE_SIDE + place->x % LW_TILE_SIDE] != 0;
    }
  return TRUE;
}

/* The newest stroke that counts and touches the pixel; 0: none does. FALSE on error */
static gboolean
find_stroke (LwDb *db, const Place *place, GHashTable *counting, gint64 *stroke, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT stroke.id, uuid, diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ?1 AND seq <= ?2"
                                          " AND x <= ?3 AND x + width > ?3 AND y <= ?4 AND y + height > ?4 ORDER BY seq DESC",
                                          "IIii", place->head.id, place->seq, place->x, place->y);
  gboolean found = FALSE;
  int got = 0;
  while (!found && (got = lw_query_step (query, error)) > 0)
    {
      *stroke = sqlite3_column_int64 (query, 0);
      if (g_hash_table_contains (counting, sqlite3_column_text (query, 1)) && !touches (db, place, query, 2, &found, error))
        return FALSE;
    }
  if (!found)
    *stroke = 0;
  return got >= 0;
}

/* A redo takes back an undo, which takes back what was redone. */
static gboolean
find_first_time (LwDb *db, gint64 *stroke, GError **error)
{
  gint64 earlier;
  int got;
  while ((got = lw_db_get (db, &earlier, error, "SELECT undone.undoes FROM stroke JOIN stroke AS undone ON undone.id = stroke.undoes WHERE stroke.id = ?", "I", *stroke)) > 0
         && earlier < *stroke)
    *stroke = earlier;
  return got >= 0;
}

static gboolean
read_stroke (LwDb *db, const Place *place, LwPixel *pixel, GError **error)
{
  gint64 stroke;
  g_autoptr(GHashTable) counting = read_counting (db, place, error);
  if (counting == NULL || !find_stroke (db, place, counting, &stroke, error))
    return FALSE;
  if (stroke == 0)
    return TRUE;
  if (!find_first_time (db, &stroke, error))
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT uuid, tool, ifnull ((SELECT name FROM person WHERE id = stroke.person), actor), created FROM stroke WHERE id = ?", "I", stroke);
  if (lw_query_step (query, error) != 1)
    return FALSE;
  pixel->stroke = lw_query_dup_text (query, 0);
  pixel->tool = lw_query_dup_text (query, 1);
  pixel->actor = lw_query_dup_text (query, 2);
  pixel->created = sqlite3_column_int64 (query, 3);
  return TRUE;
}

LwPixel *
lw_project_find_pixel (LwProject *self, gint64 frame, gint64 revision, int x, int y, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  Place place = { .revision = revision, .x = x, .y = y };
  g_autoptr(LwPixel) pixel = g_new0 (LwPixel, 1);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  g_autoptr(LwPlanes) planes = db != NULL && lw_db_begin_read (db, error) && read_place (db, frame, &place, error) ? load_planes (db, &place, error) : NULL;
  if (planes == NULL)
    return NULL;
  pixel->class_id = lw_label_map_get (planes->plane[LW_PLANE_CLASS], x, y);
  pixel->origin = lw_label_map_get (planes->plane[LW_PLANE_ORIGIN], x, y);
  return read_origin (db, pixel, error) && read_stroke (db, &place, pixel, error) ? g_steal_pointer (&pixel) : NULL;
}
