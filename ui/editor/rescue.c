/* rescue.c: refused strokes, painted again on top of what was there first */
#include "config.h"
#include "editor/rescue.h"
#include <string.h>

struct _Rescue
{
  LwPlanes *planes;        /* as the strokes left them */
  LwPlanes *changed;       /* not zero where they changed something */
};

static LwPlanes *
changes_of (const LwPlanes *planes, const GQueue *strokes)
{
  LwPlanes *changed = lw_planes_copy (planes);

  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int y = 0; y < changed->plane[plane]->height; y++)
      memset (lw_label_map_row (changed->plane[plane], y), 0, (gsize) changed->plane[plane]->width);
  for (const GList *link = strokes->head; link != NULL; link = link->next)
    lw_diff_apply (((const Stroke *) link->data)->diff, changed);
  return changed;
}

Rescue *
rescue_new (const LwPlanes *planes, const GQueue *strokes)
{
  Rescue *rescue = g_new (Rescue, 1);

  *rescue = (Rescue) { lw_planes_copy (planes), changes_of (planes, strokes) };
  return rescue;
}

void
rescue_free (Rescue *rescue)
{
  lw_planes_free (rescue->planes);
  lw_planes_free (rescue->changed);
  g_free (rescue);
}

static gboolean
is_changed (const Rescue *rescue, int x, int y)
{
  return lw_label_map_get (rescue->changed->plane[LW_PLANE_CLASS], x, y) != 0 || lw_label_map_get (rescue->changed->plane[LW_PLANE_ORIGIN], x, y) != 0;
}

static void
find_origins (const Rescue *rescue, gboolean found[256])
{
  const LwLabelMap *origin = rescue->planes->plane[LW_PLANE_ORIGIN];

  for (int y = 0; y < origin->height; y++)
    for (int x = 0; x < origin->width; x++)
      if (is_changed (rescue, x, y))
        found[lw_label_map_get (origin, x, y)] = TRUE;
}

/* Pixel by pixel: this happens hardly ever. */
static LwDiff *
paint (const Rescue *rescue, LwPlanes *planes, guint8 origin)
{
  LwEdit *edit = lw_edit_new (planes, origin, NULL);
  const LwLabelMap *origins = rescue->planes->plane[LW_PLANE_ORIGIN];

  for (int y = 0; y < origins->height; y++)
    for (int x = 0; x < origins->width; x++)
      if (lw_label_map_get (origins, x, y) == origin && is_changed (rescue, x, y))
        lw_edit_span (edit, y, x, x + 1, lw_label_map_get (rescue->planes->plane[LW_PLANE_CLASS], x, y));
  return lw_edit_finish (edit);
}

void
rescue_apply (const Rescue *rescue, LwPlanes *planes, RescueFunc done, gpointer data)
{
  gboolean found[256] = { FALSE };

  find_origins (rescue, found);
  for (int origin = 0; origin < 256; origin++)
    if (found[origin])
      {
        g_autoptr(LwDiff) diff = paint (rescue, planes, (guint8) origin);
        done ((guint8) origin, diff, data);
      }
}
