/* camvid-coding.c: how an export writes the labels of a frame: its table, its values, its PNG */
#include "config.h"
#include "formats/camvid-coding.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/png.h"

void
lw_camvid_coding_free (LwCamvidCoding *coding)
{
  if (coding == NULL)
    return;
  lw_label_colors_free (coding->table);
  g_free (coding);
}

/* ---- the table ---- */

static gboolean
is_black (const LwClass *class)
{
  return class->rgb[0] == 0 && class->rgb[1] == 0 && class->rgb[2] == 0;
}

static gboolean
add_class (LwCamvidCoding *coding, const LwClass *class, GError **error)
{
  g_autofree char *name = lw_label_colors_fit_name (class->name);
  for (guint i = 0; i < coding->table->colors->len; i++)
    if (strcmp (lw_label_colors_get (coding->table, i)->name, name) == 0)
      {
        g_set_error (
            error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
            _("Two classes would both be called “%s”, since spaces become underscores in a CamVid label set: rename one"), name);
        return FALSE;
      }
  coding->index[class->id] = (int) coding->table->colors->len;
  lw_label_colors_add (coding->table, name, class->rgb);
  return TRUE;
}

/* First (0) or second (1) in the order of the layout: datumaro wants the black class at index 0, SegNet its void behind the
 * others. */
static int
rank (LwCamvidLayout layout, const LwClass *class)
{
  if (layout == LW_CAMVID_DATUMARO)
    return !is_black (class);
  return layout == LW_CAMVID_SEGNET && class->ignored;
}

static gboolean
fill_table (LwCamvidCoding *coding, const LwPalette *palette, GError **error)
{
  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < palette->classes->len; i++)
      {
        const LwClass *class = palette->classes->pdata[i];
        if (rank (coding->layout, class) == pass && !add_class (coding, class, error))
          return FALSE;
      }
  return TRUE;
}

/* ---- what unlabelled pixels become ---- */

static gboolean
fail_unlabelled (const char *why, GError **error)
{
  g_set_error_literal (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_UNLABELLED, why);
  return FALSE;
}

static gboolean
use_value (LwCamvidCoding *coding, guint8 value, GError **error)
{
  if (coding->layout != LW_CAMVID_SEGNET)
    return fail_unlabelled (
        _("This layout writes colours and has no number for unlabelled pixels: write them as void, or use the layout “segnet”"),
        error);
  const LwLabelColor *class = lw_label_colors_get (coding->table, value);
  coding->index[LW_LABEL_NONE] = value;
  if (class == NULL)
    return TRUE;
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_UNLABELLED,
               _("The number %d for unlabelled pixels is that of class “%s”: choose one from %u to 255"), value, class->name,
               coding->table->colors->len);
  return FALSE;
}

/* The first ignored class; without one, datumaro's background, where black and that name are free. */
static gboolean
use_void (LwCamvidCoding *coding, const LwPalette *palette, GError **error)
{
  static const guint8 black[3] = { 0, 0, 0 };
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = palette->classes->pdata[i];
      if (class->ignored)
        {
          coding->index[LW_LABEL_NONE] = coding->index[class->id];
          return TRUE;
        }
    }
  if (coding->layout != LW_CAMVID_DATUMARO || lw_label_colors_find_rgb (coding->table, black) >= 0
      || lw_palette_find_name (palette, "background") != NULL)
    return fail_unlabelled (
        _("No class of the project is ignored, so that unlabelled pixels can’t become void: mark a class as ignored"), error);
  lw_label_colors_put_black_first (coding->table);
  for (int i = 0; i < LW_LABEL_NONE; i++)
    if (coding->index[i] >= 0)
      coding->index[i]++;
  coding->index[LW_LABEL_NONE] = 0;
  return TRUE;
}

LwCamvidCoding *
lw_camvid_coding_new (const LwPalette *palette, const LwCamvidExport *what, GError **error)
{
  g_autoptr(LwCamvidCoding) coding = g_new0 (LwCamvidCoding, 1);
  coding->layout = what->layout;
  coding->table = lw_label_colors_new ();
  for (int i = 0; i < 256; i++)
    coding->index[i] = -1;
  if (!fill_table (coding, palette, error))
    return NULL;
  if (what->unlabelled == LW_UNLABELLED_VALUE && !use_value (coding, what->unlabelled_value, error))
    return NULL;
  if (what->unlabelled == LW_UNLABELLED_VOID && !use_void (coding, palette, error))
    return NULL;
  return g_steal_pointer (&coding);
}

/* ---- pixels ---- */

guint64
lw_camvid_coding_count_unlabelled (const LwLabelMap *map)
{
  guint64 counts[256];
  lw_label_map_count (map, counts);
  return counts[LW_LABEL_NONE];
}

static gboolean
check_classes (const LwCamvidCoding *coding, const LwLabelMap *map, const char *frame, GError **error)
{
  guint64 counts[256];
  lw_label_map_count (map, counts);
  for (int id = 0; id < 256; id++)
    if (counts[id] > 0 && coding->index[id] < 0)
      {
        g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                     _("Frame “%s” has %llu pixels of class number %d, which the project does not have"), frame,
                     (unsigned long long) counts[id], id);
        return FALSE;
      }
  return TRUE;
}

/* Packed values, one byte a pixel. */
static guint8 *
make_indices (const LwCamvidCoding *coding, const LwLabelMap *map)
{
  guint8 *values = g_malloc ((gsize) map->width * (gsize) map->height), *at = values;
  guint8 table[256];
  for (int i = 0; i < 256; i++)
    table[i] = (guint8) coding->index[i];
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *row = lw_label_map_row (map, y);
      for (int x = 0; x < map->width; x++)
        *at++ = table[row[x]];
    }
  return values;
}

/* Packed colours, three bytes a pixel. */
static guint8 *
make_colors (const LwCamvidCoding *coding, const LwLabelMap *map)
{
  guint8 *rgb = g_malloc (3 * (gsize) map->width * (gsize) map->height), *at = rgb;
  guint8 table[256][3] = { { 0 } };
  for (int i = 0; i < 256; i++)
    if (coding->index[i] >= 0)
      memcpy (table[i], lw_label_colors_get (coding->table, (guint) coding->index[i])->rgb, 3);
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *row = lw_label_map_row (map, y);
      for (int x = 0; x < map->width; x++, at += 3)
        memcpy (at, table[row[x]], 3);
    }
  return rgb;
}

/* ---- the file ---- */

static gboolean
read_back (const LwCamvidCoding *coding, const guint8 *written, const char *path, int width, int height, GError **error)
{
  gboolean indices = coding->layout == LW_CAMVID_SEGNET;
  LwPngInfo info = { 0 };
  g_autofree guint8 *read = indices ? lw_png_read_index (path, &info, error)
                                    : lw_png_read_rgb (path, &info.width, &info.height, error);
  if (read == NULL)
    return FALSE;
  gsize bytes = (gsize) width * (gsize) height * (indices ? 1 : 3);
  if (info.width == width && info.height == height && memcmp (read, written, bytes) == 0)
    return TRUE;
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_MISMATCH,
               _("“%s” reads back otherwise than it was written: check the disk"), path);
  return FALSE;
}

gboolean
lw_camvid_coding_write (const LwCamvidCoding *coding, const LwLabelMap *map, const char *frame, const char *path, gboolean verify,
                        GError **error)
{
  gboolean indices = coding->layout == LW_CAMVID_SEGNET;
  gsize width = (gsize) map->width;
  if (!check_classes (coding, map, frame, error))
    return FALSE;
  g_autofree guint8 *pixels = (indices ? make_indices : make_colors) (coding, map);
  gboolean written = indices ? lw_png_write_index_unsynced (path, pixels, map->width, map->height, width, NULL, 0, error)
                             : lw_png_write_rgb_unsynced (path, pixels, map->width, map->height, 3 * width, error);
  return written && (!verify || read_back (coding, pixels, path, map->width, map->height, error));
}
