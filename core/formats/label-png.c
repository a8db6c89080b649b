/* label-png.c: reads one label map of a label set, and counts what has no class */
#include "config.h"
#include "formats/class-map.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/png.h"

#define MAX_UNKNOWN 1000      /* distinct ones that are counted apart: a photograph taken for a label map has a million */

/* ---- the tally ---- */

void
lw_tally_init (LwTally *tally)
{
  memset (tally, 0, sizeof *tally);
  tally->unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
lw_tally_clear (LwTally *tally)
{
  g_clear_pointer (&tally->unknown, g_hash_table_unref);
}

static void
count_unknown (LwTally *tally, const char *key, guint64 pixels)
{
  gpointer known;
  if (!g_hash_table_lookup_extended (tally->unknown, key, NULL, &known))
    {
      known = NULL;
      if (g_hash_table_size (tally->unknown) >= MAX_UNKNOWN)
        {
          key = _("others");
          known = g_hash_table_lookup (tally->unknown, key);
        }
    }
  guint64 sum = MIN (GPOINTER_TO_UINT (known) + pixels, G_MAXUINT);
  g_hash_table_insert (tally->unknown, g_strdup (key), GUINT_TO_POINTER ((guint) sum));
}

void
lw_tally_add (LwTally *into, const LwTally *from)
{
  for (int i = 0; i < 256; i++)
    into->missing[i] += from->missing[i];
  GHashTableIter iter;
  gpointer key, pixels;
  g_hash_table_iter_init (&iter, from->unknown);
  while (g_hash_table_iter_next (&iter, &key, &pixels))
    count_unknown (into, key, GPOINTER_TO_UINT (pixels));
}

/* Returns: the label for @n pixels of the table's entry @index, or a negative number where the table has none */
static int
place (const LwClassMap *map, int index, guint64 n, LwTally *tally)
{
  int target = map->target[index];
  if (target != LW_CLASS_MISSING)
    return target;
  tally->missing[index] += n;
  return LW_LABEL_NONE;
}

/* ---- pixels ---- */

static void
place_indices (const LwClassMap *map, LwLabelMap *labels, LwTally *tally)
{
  guint64 counts[256];
  guint8 table[256];
  lw_label_map_count (labels, counts);
  for (int i = 0; i < 256; i++)
    {
      int label = counts[i] > 0 ? place (map, i, counts[i], tally) : LW_LABEL_NONE;
      table[i] = label < 0 ? LW_LABEL_NONE : (guint8) label;
      if (label >= 0)
        continue;
      g_autofree char *key = g_strdup_printf ("%d", i);
      count_unknown (tally, key, counts[i]);
    }
  lw_label_map_remap (labels, table);
}

static guint8
place_color (const LwClassMap *map, const guint8 *rgb, guint64 n, LwTally *tally)
{
  int index = lw_label_colors_find_rgb (map->colors, rgb), label = index < 0 ? -1 : place (map, index, n, tally);
  if (label >= 0)
    return (guint8) label;
  g_autofree char *key = g_strdup_printf ("%d,%d,%d", rgb[0], rgb[1], rgb[2]);
  count_unknown (tally, key, n);
  return LW_LABEL_NONE;
}

/* Run by run: a label map is made of few, and a colour is looked up once a run. */
static void
place_colors (const LwClassMap *map, const guint8 *rgb, LwLabelMap *labels, LwTally *tally)
{
  gsize n = (gsize) labels->width * (gsize) labels->height;
  for (gsize from = 0, to; from < n; from = to)
    {
      const guint8 *color = rgb + 3 * from;
      for (to = from + 1; to < n && memcmp (rgb + 3 * to, color, 3) == 0; to++)
        ;
      memset (labels->labels + from, place_color (map, color, to - from, tally), to - from);
    }
}

/* ---- files ---- */

/* Gives the PNG's own error, which it takes, our domain. Returns: NULL */
static gpointer
fail_damaged (GError *why, GError **error)
{
  g_set_error_literal (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, why->message);
  g_error_free (why);
  return NULL;
}

/* Whether the layout says what such a PNG holds; if so, whether that is colours. */
static gboolean
check_kind (LwCamvidLayout layout, const char *path, const LwPngInfo *info, gboolean *colors, GError **error)
{
  gboolean plain = info->channels == 1 && !info->indexed;
  *colors = layout != LW_CAMVID_SEGNET && !plain;
  if (layout == LW_CAMVID_CAMBRIDGE && plain)
    g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                 _("“%s” holds numbers where this layout has colours: try the layout “segnet”"), path);
  else if (layout == LW_CAMVID_SEGNET && info->channels != 1)
    g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                 _("“%s” holds colours where this layout has numbers: try the layout “datumaro” or “cambridge”"), path);
  else if (info->channels == 2)
    g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                 _("“%s” is grey with transparency, which no label map is: save it as RGB or as plain grey"), path);
  else
    return TRUE;
  return FALSE;
}

LwLabelMap *
lw_class_map_read (const LwClassMap *map, LwCamvidLayout layout, const char *path, int width, int height, LwTally *tally,
                   GError **error)
{
  GError *why = NULL;
  LwPngInfo info;
  gboolean colors;
  if (!lw_png_read_info (path, &info, &why))
    return fail_damaged (why, error);
  if (!check_kind (layout, path, &info, &colors, error))
    return NULL;
  if (info.width != width || info.height != height)
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_SIZE,
                   _("“%s” has %d × %d pixels, but its frame has %d × %d: a label map must have the size of its frame"), path,
                   info.width, info.height, width, height);
      return NULL;
    }
  int read_width = info.width, read_height = info.height;
  g_autofree guint8 *pixels = colors ? lw_png_read_rgb (path, &read_width, &read_height, &why)
                                     : lw_png_read_index (path, &info, &why);
  if (pixels == NULL)
    return fail_damaged (why, error);
  if ((colors ? read_width : info.width) != width || (colors ? read_height : info.height) != height)
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("“%s” changed while it was read"), path);
      return NULL;
    }
  g_autoptr(LwLabelMap) labels = lw_label_map_new (width, height);
  if (colors)
    place_colors (map, pixels, labels, tally);
  else
    {
      memcpy (labels->labels, pixels, (gsize) width * (gsize) height);
      place_indices (map, labels, tally);
    }
  return g_steal_pointer (&labels);
}
