/* spread.c: labels that spread over the pixels near them: growing and shrinking
 *
 * First every pixel learns how far up or down in its own column the nearest source is; then each row looks left and right for the column whose
 * distance, with its own, is least. It stops where no column further on could be nearer. */
#include "config.h"
#include "label/operations-private.h"

#include <stdlib.h>

#define NO_SOURCE G_MAXINT16

typedef struct {
  int width, height, reach;
  double limit;              /* square of the radius */
  gint16 *rise;              /* a pixel: rows to the nearest source in its column, negative upwards; NO_SOURCE: none within reach */
} Spread;

/* Downwards for the sources above, then upwards for those below; of two equally near ones the upper stays. */
static void
search_columns (Spread *s, const LwLabelMap *map, const gboolean from[256])
{
  gsize width = (gsize) s->width;
  for (int y = 0; y < s->height; y++)
    {
      const guint8 *labels = lw_label_map_row (map, y);
      gint16 *row = s->rise + (gsize) y * width;
      for (gsize x = 0; x < width; x++)
        {
          gint16 above = y > 0 ? row[(gssize) x - (gssize) width] : NO_SOURCE;
          row[x] = from[labels[x]] ? 0 : above == NO_SOURCE || above <= -s->reach ? NO_SOURCE : (gint16) (above - 1);
        }
    }
  for (int y = s->height - 2; y >= 0; y--)
    {
      gint16 *row = s->rise + (gsize) y * width;
      for (gsize x = 0; x < width; x++)
        {
          gint16 below = row[x + width];
          if (below != NO_SOURCE && below >= 0 && below < s->reach && (row[x] == NO_SOURCE || below + 1 < -row[x]))
            row[x] = (gint16) (below + 1);
        }
    }
}

/* Returns: the column of the nearest source, -1: none within the radius */
static int
search_row (const Spread *s, const gint16 *row, int x)
{
  gint64 best = row[x] != NO_SOURCE ? (gint64) row[x] * row[x] : G_MAXINT64;
  int column = row[x] != NO_SOURCE ? x : -1;
  for (int d = 1; d <= s->reach && (gint64) d * d <= best; d++)
    {
      gint64 left = x - d >= 0 && row[x - d] != NO_SOURCE ? (gint64) d * d + (gint64) row[x - d] * row[x - d] : G_MAXINT64;
      gint64 right = x + d < s->width && row[x + d] != NO_SOURCE ? (gint64) d * d + (gint64) row[x + d] * row[x + d] : G_MAXINT64;
      if (left <= best && left != G_MAXINT64)
        {
          best = left;
          column = x - d;
        }
      if (right < best)
        {
          best = right;
          column = x + d;
        }
    }
  return (double) best <= s->limit ? column : -1;
}

static inline int
has_source (const Spread *s, const gint16 *row, int x)
{
  return x >= 0 && x < s->width && row[x] != NO_SOURCE;
}

static void
spread_row (const Spread *s, const LwLabelMap *map, LwLabelMap *result, int y, const gboolean into[256])
{
  const guint8 *labels = lw_label_map_row (map, y);
  const gint16 *row = s->rise + (gsize) y * (gsize) s->width;
  int near = 0;              /* columns within reach that have a source */
  for (int x = 0; x < s->reach; x++)
    near += has_source (s, row, x);
  for (int x = 0; x < s->width; x++)
    {
      near += has_source (s, row, x + s->reach) - has_source (s, row, x - s->reach - 1);
      int column = near > 0 && into[labels[x]] ? search_row (s, row, x) : -1;
      if (column >= 0)
        lw_label_map_row (result, y)[x] = lw_label_map_get (map, column, y + row[column]);
    }
}

void
lw_label_operation_spread (LwLabelMap *map, const gboolean from[256], const gboolean into[256], double radius)
{
  g_autoptr(LwLabelMap) before = lw_label_map_copy (map);
  g_autofree gint16 *rise = g_new (gint16, (gsize) map->width * (gsize) map->height);
  Spread spread = { map->width, map->height, (int) radius, radius * radius, rise };
  search_columns (&spread, before, from);
  for (int y = 0; y < map->height; y++)
    spread_row (&spread, before, map, y, into);
}
