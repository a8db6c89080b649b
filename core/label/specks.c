/* specks.c: small regions that go over into what is around them, and holes that are filled */
#include "config.h"
#include "label/operations-private.h"

#include "label/regions.h"

/* A stretch of border between a small region and another one; after merging one a pair. */
typedef struct { guint32 region, neighbour, length; } Border;

typedef struct {
  GArray *regions;           /* of LwRegion */
  guint32 *ids;
  guint8 *small;             /* a flag a region */
  guint8 *open;              /* a flag a region: it is small and has no new label yet */
  guint8 *label;             /* a region: what it is to be */
  GArray *borders;           /* of Border, by region, then neighbour */
  guint32 *first;            /* a region: its first border; one more at the end */
} Specks;

/* ---- borders ---- */

static void
add_border (Specks *s, guint32 region, guint32 neighbour)
{
  if (!s->small[region])
    return;
  if (s->borders->len > 0)
    {
      Border *last = &g_array_index (s->borders, Border, s->borders->len - 1);
      if (last->region == region && last->neighbour == neighbour)
        {
          last->length++;
          return;
        }
    }
  Border border = { region, neighbour, 1 };
  g_array_append_val (s->borders, border);
}

static int
compare_borders (gconstpointer a, gconstpointer b)
{
  const Border *left = a, *right = b;
  int order = (left->region > right->region) - (left->region < right->region);
  return order != 0 ? order : (left->neighbour > right->neighbour) - (left->neighbour < right->neighbour);
}

static void
merge_borders (Specks *s)
{
  guint n = 0;
  Border *borders = (Border *) (gpointer) s->borders->data;
  g_array_sort (s->borders, compare_borders);
  for (guint i = 0; i < s->borders->len; i++)
    if (n > 0 && compare_borders (&borders[n - 1], &borders[i]) == 0)
      borders[n - 1].length += borders[i].length;
    else
      borders[n++] = borders[i];
  g_array_set_size (s->borders, n);
  guint at = 0;
  for (guint r = 0; r <= s->regions->len; r++)
    {
      while (at < n && borders[at].region < r)
        at++;
      s->first[r] = at;
    }
}

static void
find_borders (Specks *s, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint32 *id = s->ids + (gsize) y * (gsize) width + (gsize) x;
        const guint32 *next[2] = { x + 1 < width ? id + 1 : id, y + 1 < height ? id + width : id };
        for (int i = 0; i < 2; i++)
          if (*next[i] != *id)
            {
              add_border (s, *id, *next[i]);
              add_border (s, *next[i], *id);
            }
      }
  merge_borders (s);
}

/* ---- rounds ---- */

/* Of the neighbours that have their label: the one with the longest border. Returns: FALSE: there is none yet */
static gboolean
choose_label (const Specks *s, guint32 region, guint8 *label)
{
  guint32 length[256] = { 0 }, best = 0;
  for (guint32 i = s->first[region]; i < s->first[region + 1]; i++)
    {
      const Border *border = &g_array_index (s->borders, Border, i);
      if (!s->open[border->neighbour])
        length[s->label[border->neighbour]] += border->length;
    }
  for (int i = 0; i < 256; i++)
    if (length[i] > best)
      {
        best = length[i];
        *label = (guint8) i;
      }
  return best > 0;
}

/* Those of @round that can be decided get their label at once, so that their order doesn't matter. Returns: (transfer full): their open neighbours */
static GArray *
run_round (Specks *s, const GArray *round, guint *n_changed)
{
  GArray *decided = g_array_new (FALSE, FALSE, sizeof (guint32)), *next = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < round->len; i++)
    {
      guint32 region = g_array_index (round, guint32, i);
      if (s->open[region] && choose_label (s, region, &s->label[region]))
        g_array_append_val (decided, region);
    }
  for (guint i = 0; i < decided->len; i++)
    {
      guint32 region = g_array_index (decided, guint32, i);
      *n_changed += s->open[region];
      s->open[region] = FALSE;
    }
  for (guint i = 0; i < decided->len; i++)
    {
      guint32 region = g_array_index (decided, guint32, i);
      for (guint32 b = s->first[region]; b < s->first[region + 1]; b++)
        if (s->open[g_array_index (s->borders, Border, b).neighbour])
          g_array_append_val (next, g_array_index (s->borders, Border, b).neighbour);
    }
  g_array_unref (decided);
  return next;
}

static guint
run_rounds (Specks *s)
{
  guint n_changed = 0;
  GArray *round = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < s->regions->len; i++)
    if (s->open[i])
      g_array_append_val (round, i);
  while (round->len > 0)
    {
      GArray *next = run_round (s, round, &n_changed);
      g_array_unref (round);
      round = next;
    }
  g_array_unref (round);
  return n_changed;
}

static void
write_labels (LwLabelMap *map, const Specks *s)
{
  const guint32 *id = s->ids;
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, id++)
      if (s->small[*id])
        lw_label_map_row (map, y)[x] = s->label[*id];
}

guint
lw_label_operation_absorb (LwLabelMap *map, const gboolean small[256], guint32 size)
{
  g_autofree guint32 *ids = g_new (guint32, (gsize) map->width * (gsize) map->height);
  g_autoptr(GArray) regions = lw_regions_find (map, ids);
  g_autoptr(GArray) borders = g_array_new (FALSE, FALSE, sizeof (Border));
  g_autofree guint8 *is_small = g_new (guint8, regions->len), *open = g_new (guint8, regions->len), *label = g_new (guint8, regions->len);
  g_autofree guint32 *first = g_new (guint32, (gsize) regions->len + 1);
  Specks specks = { regions, ids, is_small, open, label, borders, first };
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      is_small[i] = open[i] = small[region->class_id] && region->pixels < size;
      label[i] = region->class_id;
    }
  find_borders (&specks, map->width, map->height);
  guint n = run_rounds (&specks);
  write_labels (map, &specks);
  return n;
}

/* ---- holes ---- */

guint
lw_label_operation_fill_holes (LwLabelMap *map, guint8 class_id, guint32 size)
{
  g_autoptr(LwLabelMap) sides = lw_label_map_copy (map);
  g_autofree guint32 *ids = g_new (guint32, (gsize) map->width * (gsize) map->height);
  guint8 table[256];
  for (int i = 0; i < 256; i++)
    table[i] = i != class_id;
  lw_label_map_remap (sides, table);
  g_autoptr(GArray) regions = lw_regions_find (sides, ids);
  g_autofree guint8 *is_hole = g_new (guint8, regions->len);
  guint n = 0;
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *r = &g_array_index (regions, LwRegion, i);
      is_hole[i] = r->class_id == 1 && r->pixels < size && r->bbox.x > 0 && r->bbox.y > 0 && r->bbox.x + r->bbox.width < map->width &&
                   r->bbox.y + r->bbox.height < map->height;
      n += is_hole[i];
    }
  const guint32 *id = ids;
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, id++)
      if (is_hole[*id])
        lw_label_map_row (map, y)[x] = class_id;
  return n;
}
