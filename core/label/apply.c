/* apply.c: takes a proposal, or a part of it, into the planes of a frame */
#include "config.h"
#include "label/apply.h"

#include "label/raster.h"

typedef struct {
  LwEdit *edit;
  const LwLabelMap *map, *confidence;      /* @confidence: NULL takes every pixel */
  gboolean wanted[256];
  guint8 min_confidence;
} Apply;

/* In one span the label is constant, and the confidence in steps of four pixels: so a run is extended step by step. */
static void
apply_run (Apply *apply, int y, int x0, int x1, guint8 label)
{
  if (apply->confidence == NULL)
    return lw_edit_span (apply->edit, y, x0, x1, label);
  const guint8 *sure = lw_label_map_row (apply->confidence, y / 4);
  int from = x0;
  for (int x = x0; x < x1;)
    {
      int end = MIN (x1, (x / 4 + 1) * 4);
      if (sure[x / 4] < apply->min_confidence)
        {
          lw_edit_span (apply->edit, y, from, x, label);
          from = end;
        }
      x = end;
    }
  lw_edit_span (apply->edit, y, from, x1, label);
}

static void
apply_span_cb (int y, int x0, int x1, gpointer data)
{
  Apply *apply = data;
  const guint8 *row = lw_label_map_row (apply->map, y);
  while (x0 < x1)
    {
      int end = x0 + 1;
      while (end < x1 && row[end] == row[x0])
        end++;
      if (apply->wanted[row[x0]])
        apply_run (apply, y, x0, end, row[x0]);
      x0 = end;
    }
}

void
lw_apply_proposal (LwEdit *edit, const LwLabelMap *map, const LwLabelMap *confidence, const LwApplySelection *selection)
{
  g_return_if_fail (confidence == NULL
                    || (confidence->width == (map->width + 3) / 4 && confidence->height == (map->height + 3) / 4));

  Apply apply = { edit, map, selection->min_confidence > 0 ? confidence : NULL, { FALSE }, selection->min_confidence };
  for (int i = 0; i < LW_LABEL_NONE; i++)
    apply.wanted[i] = selection->classes == NULL || selection->classes[i];
  if (selection->one_region)
    lw_raster_region (map, selection->x, selection->y, apply_span_cb, &apply);
  else
    for (int y = 0; y < map->height; y++)
      apply_span_cb (y, 0, map->width, &apply);
}

void
lw_apply_span (LwEdit *edit, const LwLabelMap *map, const gboolean *classes, int y, int x0, int x1)
{
  const guint8 *row = lw_label_map_row (map, y);
  while (x0 < x1)
    {
      int end = x0 + 1;
      while (end < x1 && row[end] == row[x0])
        end++;
      if (row[x0] != LW_LABEL_NONE && (classes == NULL || classes[row[x0]]))
        lw_edit_span (edit, y, x0, end, row[x0]);
      x0 = end;
    }
}
