/* fuzz-label-png.c: label maps: PNG files of indices and of colours */
#include "fuzz.h"
#include <string.h>
#include "common/png.h"

#define MAX_PIXELS (1 << 20)    /* a larger picture is allowed, and takes its time */

/* Every pixel is looked at, so that one that was not written is found. */
static guint64
sum_of (const guint8 *pixels, gsize n)
{
  guint64 sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += pixels[i];
  return sum;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *path = fuzz_file (data, size);
  g_autoptr(GError) error = NULL, rgb_error = NULL;
  LwPngInfo info, read;
  int width, height;

  if (!lw_png_read_info (path, &info, &error))
    {
      FUZZ_ASSERT (error != NULL);
      return 0;
    }
  FUZZ_ASSERT (info.width > 0 && info.width <= LW_PNG_MAX_SIDE && info.height > 0 && info.height <= LW_PNG_MAX_SIDE && info.n_palette <= 256);
  if ((gint64) info.width * info.height > MAX_PIXELS)
    return 0;
  g_autofree guint8 *index = lw_png_read_index (path, &read, &error), *rgb = lw_png_read_rgb (path, &width, &height, &rgb_error);
  gsize n = (gsize) info.width * (gsize) info.height;

  FUZZ_ASSERT ((index == NULL) == (error != NULL) && (rgb == NULL) == (rgb_error != NULL));
  if (index != NULL)
    FUZZ_ASSERT (sum_of (index, n) <= 255 * n && read.width == info.width && read.height == info.height);
  if (rgb != NULL)
    FUZZ_ASSERT (sum_of (rgb, n * 3) <= 255 * n * 3 && width == info.width && height == info.height);
  return 0;
}

/* Each chunk is its length, its kind, its data and a check sum of the last two. */
static void
mend_check_sums (guint8 *data, gsize size)
{
  for (gsize at = 8; at + 12 <= size;)
    {
      guint32 length, sum = 0xffffffff;

      memcpy (&length, data + at, sizeof length);
      length = GUINT32_FROM_BE (length);
      if (length > size - at - 12)
        return;
      for (gsize i = at + 4; i < at + 8 + length; i++)
        {
          sum ^= data[i];
          for (int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320 : 0);
        }
      sum = GUINT32_TO_BE (~sum);
      memcpy (data + at + 8 + length, &sum, sizeof sum);
      at += 12 + length;
    }
}

gsize
LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned int seed)
{
  size = LLVMFuzzerMutate (data, size, max);
  if (seed % 4 != 0)
    mend_check_sums (data, size);
  return size;
}
