/* orientation.c: turning pictures upright */
#include "config.h"
#include "media/orientation.h"

#include <math.h>
#include <string.h>

#define TAG_ORIENTATION 0x0112

/* Where a shown pixel is stored: first @swap (the sides), then mirror each axis of the stored picture. */
static const struct { gboolean swap, mirror_x, mirror_y; } ways[9] = {
  [1] = { FALSE, FALSE, FALSE }, [2] = { FALSE, TRUE, FALSE }, [3] = { FALSE, TRUE, TRUE }, [4] = { FALSE, FALSE, TRUE },
  [5] = { TRUE, FALSE, FALSE }, [6] = { TRUE, FALSE, TRUE }, [7] = { TRUE, TRUE, TRUE }, [8] = { TRUE, TRUE, FALSE },
};

LwImage *
lw_image_orient (LwImage *image, int orientation)
{
  if (orientation <= LW_UPRIGHT || orientation > 8)
    return lw_image_ref (image);

  gboolean swap = ways[orientation].swap;
  LwImage *shown = lw_image_new (swap ? image->height : image->width, swap ? image->width : image->height);
  for (int y = 0; shown != NULL && y < shown->height; y++)
    {
      guint32 *out = (guint32 *) (gpointer) (shown->pixels + (gsize) y * shown->stride);
      for (int x = 0; x < shown->width; x++)
        {
          int u = swap ? y : x, v = swap ? x : y;
          u = ways[orientation].mirror_x ? image->width - 1 - u : u;
          v = ways[orientation].mirror_y ? image->height - 1 - v : v;
          out[x] = ((const guint32 *) (gconstpointer) (image->pixels + (gsize) v * image->stride))[u];
        }
    }
  return shown;
}

int
lw_orientation_from_matrix (double a, double b, double c, double d)
{
  if (fabs (a) + fabs (d) >= fabs (b) + fabs (c))
    return a >= 0 ? (d >= 0 ? 1 : 4) : (d >= 0 ? 2 : 3);
  return b >= 0 ? (c >= 0 ? 5 : 6) : (c >= 0 ? 8 : 7);
}

/* A TIFF structure: the whole of a TIFF file, or what an EXIF segment holds. */
typedef struct {
  const guint8 *bytes;
  gsize n_bytes;
  gboolean big_endian;
} Tiff;

static guint32
tiff_get (const Tiff *tiff, gsize at, guint n)
{
  guint32 value = 0;
  if (at > tiff->n_bytes || n > tiff->n_bytes - at)
    return 0;
  for (guint i = 0; i < n; i++)
    value |= (guint32) tiff->bytes[at + i] << 8 * (tiff->big_endian ? n - 1 - i : i);
  return value;
}

static int
tiff_orientation (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes < 8 || (memcmp (bytes, "II*\0", 4) != 0 && memcmp (bytes, "MM\0*", 4) != 0))
    return LW_UPRIGHT;
  Tiff tiff = { bytes, n_bytes, bytes[0] == 'M' };
  gsize directory = tiff_get (&tiff, 4, 4);
  guint n_entries = tiff_get (&tiff, directory, 2);
  for (guint i = 0; i < n_entries; i++)
    if (tiff_get (&tiff, directory + 2 + 12 * i, 2) == TAG_ORIENTATION)
      {
        guint32 value = tiff_get (&tiff, directory + 2 + 12 * i + 8, 2);
        return value >= 1 && value <= 8 ? (int) value : LW_UPRIGHT;
      }
  return LW_UPRIGHT;
}

/* Walks a JPEG's segments up to the first scan. */
static int
jpeg_orientation (const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 2; at + 4 <= n_bytes && bytes[at] == 0xff && bytes[at + 1] != 0xda;)
    {
      gsize length = (gsize) (bytes[at + 2] << 8 | bytes[at + 3]);
      if (length < 2 || length > n_bytes - at - 2)
        break;
      if (bytes[at + 1] == 0xe1 && length > 8 && memcmp (bytes + at + 4, "Exif\0", 6) == 0)
        return tiff_orientation (bytes + at + 10, length - 8);
      at += 2 + length;
    }
  return LW_UPRIGHT;
}

int
lw_orientation_from_file (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8)
    return jpeg_orientation (bytes, n_bytes);
  return tiff_orientation (bytes, n_bytes);
}
