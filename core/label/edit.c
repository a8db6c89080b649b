/* edit.c: one change of a frame's planes, from the first dab to the diff that undoes it */
#include "config.h"
#include "label/edit.h"

#include <string.h>
#include "label/diff-private.h"

/* A touched tile as it was. */
typedef struct { guint8 plane[LW_N_PLANES][LW_TILE_BYTES]; } SavedTile;

struct _LwEdit {
  LwPlanes *planes;          /* borrowed */
  guint8 origin;
  gboolean guarded;          /* the two tables below forbid something */
  guint8 may_change[256];    /* by the class that a pixel has now */
  guint8 may_take[256];      /* by the origin that a pixel has now */
  LwRect damage;
  int across, down;          /* tiles */
  SavedTile **saved;         /* across * down; NULL: not touched */
};

static void
set_protection (LwEdit *edit, const LwProtection *protection)
{
  for (int i = 0; i < 256; i++)
    {
      gboolean over = protection->paint_over == LW_PAINT_OVER_ALL
                      || (protection->paint_over == LW_PAINT_OVER_UNLABELLED && i == LW_LABEL_NONE)
                      || (protection->paint_over == LW_PAINT_OVER_CLASS && i == protection->over);
      edit->may_change[i] = over && !protection->locked[i];
      edit->may_take[i] = !protection->keep_origin[i];
      edit->guarded |= !edit->may_change[i] || !edit->may_take[i];
    }
}

LwEdit *
lw_edit_new (LwPlanes *planes, guint8 origin, const LwProtection *protection)
{
  LwEdit *edit = g_new0 (LwEdit, 1);
  edit->planes = planes;
  edit->origin = origin;
  edit->across = lw_tiles_across (planes->plane[0]->width);
  edit->down = lw_tiles_across (planes->plane[0]->height);
  edit->saved = g_new0 (SavedTile *, (gsize) edit->across * (gsize) edit->down);
  if (protection != NULL)
    set_protection (edit, protection);
  return edit;
}

static void
edit_free (LwEdit *edit)
{
  for (gsize i = 0; i < (gsize) edit->across * (gsize) edit->down; i++)
    g_free (edit->saved[i]);
  g_free (edit->saved);
  g_free (edit);
}

static void
save_tile (LwEdit *edit, int ty, int tx)
{
  SavedTile **slot = &edit->saved[(gsize) ty * (gsize) edit->across + (gsize) tx];
  if (*slot != NULL)
    return;
  *slot = g_new (SavedTile, 1);
  for (int i = 0; i < LW_N_PLANES; i++)
    lw_tile_read (edit->planes->plane[i], ty, tx, (*slot)->plane[i]);
}

/* ---- painting ---- */

typedef struct { guint8 class_id, origin; } Paint;

static inline gboolean
would_change (const LwEdit *edit, const guint8 *classes, const guint8 *origins, int x, Paint paint)
{
  if (classes[x] == paint.class_id && origins[x] == paint.origin)
    return FALSE;
  return !edit->guarded || (edit->may_change[classes[x]] && edit->may_take[origins[x]]);
}

/* x0 < x1, both in one tile. The ends that stay as they are are cut off first: a slow stroke paints the same pixels many times. */
static void
paint_in_tile (LwEdit *edit, int y, int x0, int x1, Paint paint)
{
  guint8 *classes = lw_label_map_row (edit->planes->plane[LW_PLANE_CLASS], y);
  guint8 *origins = lw_label_map_row (edit->planes->plane[LW_PLANE_ORIGIN], y);
  while (x0 < x1 && !would_change (edit, classes, origins, x0, paint))
    x0++;
  while (x0 < x1 && !would_change (edit, classes, origins, x1 - 1, paint))
    x1--;
  if (x0 == x1)
    return;

  save_tile (edit, y / LW_TILE_SIDE, x0 / LW_TILE_SIDE);
  edit->damage = lw_rect_union (edit->damage, (LwRect) { x0, y, x1 - x0, 1 });
  if (!edit->guarded)
    {
      memset (classes + x0, paint.class_id, (gsize) (x1 - x0));
      memset (origins + x0, paint.origin, (gsize) (x1 - x0));
      return;
    }
  for (int x = x0; x < x1; x++)
    if (would_change (edit, classes, origins, x, paint))
      {
        classes[x] = paint.class_id;
        origins[x] = paint.origin;
      }
}

void
lw_edit_span (LwEdit *edit, int y, int x0, int x1, guint8 class_id)
{
  const LwLabelMap *map = edit->planes->plane[LW_PLANE_CLASS];
  if (y < 0 || y >= map->height)
    return;
  x0 = MAX (x0, 0);
  x1 = MIN (x1, map->width);
  Paint paint = { class_id, class_id == LW_LABEL_NONE ? LW_LABEL_NONE : edit->origin };
  while (x0 < x1)
    {
      int end = MIN (x1, (x0 / LW_TILE_SIDE + 1) * LW_TILE_SIDE);
      paint_in_tile (edit, y, x0, end, paint);
      x0 = end;
    }
}

void
lw_edit_map (LwEdit *edit, const LwLabelMap *map)
{
  const LwLabelMap *now = edit->planes->plane[LW_PLANE_CLASS];
  g_return_if_fail (map->width == now->width && map->height == now->height);
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *to = lw_label_map_row (map, y), *from = lw_label_map_row (now, y);
      for (int x = 0; x < map->width;)
        {
          int end = x + 1;
          while (end < map->width && to[end] == to[x] && (to[end] == from[end]) == (to[x] == from[x]))
            end++;
          if (to[x] != from[x])
            lw_edit_span (edit, y, x, end, to[x]);
          x = end;
        }
    }
}

LwRect
lw_edit_take_damage (LwEdit *edit)
{
  LwRect damage = edit->damage;
  edit->damage = (LwRect) { 0 };
  return damage;
}

/* ---- the end ---- */

/* @before becomes before XOR now. Returns: whether anything differs */
static gboolean
xor_with_now (const LwLabelMap *map, int ty, int tx, guint8 before[LW_TILE_BYTES])
{
  guint8 now[LW_TILE_BYTES];
  lw_tile_read (map, ty, tx, now);
  guint8 any = 0;
  for (gsize i = 0; i < LW_TILE_BYTES; i++)
    {
      before[i] ^= now[i];
      any |= before[i];
    }
  return any != 0;
}

/* Turns the saved tiles into XORs. Returns: one flag a tile and plane, plane by plane: it changed */
static guint8 *
find_changed (LwEdit *edit, gsize *n_changed)
{
  gsize n = (gsize) edit->across * (gsize) edit->down;
  guint8 *changed = g_malloc0 (n * LW_N_PLANES);
  *n_changed = 0;
  for (gsize i = 0; i < n; i++)
    for (gsize p = 0; edit->saved[i] != NULL && p < LW_N_PLANES; p++)
      {
        if (xor_with_now (edit->planes->plane[p], (int) i / edit->across, (int) i % edit->across, edit->saved[i]->plane[p]))
          {
            changed[p * n + i] = TRUE;
            ++*n_changed;
          }
      }
  return changed;
}

LwDiff *
lw_edit_finish (LwEdit *edit)
{
  gsize n_changed, n = (gsize) edit->across * (gsize) edit->down;
  g_autofree guint8 *changed = find_changed (edit, &n_changed);
  LwDiff *diff = lw_diff_alloc (edit->planes->plane[0]->width, edit->planes->plane[0]->height, n_changed);
  gsize filled = 0;
  for (gsize p = 0; p < LW_N_PLANES; p++)
    for (gsize i = 0; i < n; i++)
      if (changed[p * n + i])
        {
          diff->tiles[filled] = (LwDiffTile) { (guint8) p, (guint16) (i / (gsize) edit->across),
                                              (guint16) (i % (gsize) edit->across) };
          memcpy (diff->xor + filled * LW_TILE_BYTES, edit->saved[i]->plane[p], LW_TILE_BYTES);
          filled++;
        }
  gboolean sound = lw_diff_measure (diff);
  g_assert (sound);
  edit_free (edit);
  return diff;
}

void
lw_edit_cancel (LwEdit *edit)
{
  for (int i = 0; i < edit->across * edit->down; i++)
    for (int p = 0; edit->saved[i] != NULL && p < LW_N_PLANES; p++)
      lw_tile_write (edit->planes->plane[p], i / edit->across, i % edit->across, edit->saved[i]->plane[p]);
  edit_free (edit);
}
