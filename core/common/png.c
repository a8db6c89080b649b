/* png.c: PNG files from and to plain buffers, exactly as stored
 *
 * libpng reports errors by longjmp: each file is handled by a Reader or Writer that owns everything, so that the one
 * function that calls setjmp() has nothing to free itself. */
#include "config.h"
#include "common/png.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <png.h>
#include <string.h>

#include "common/atomic-file.h"

G_DEFINE_QUARK (lw-png-error-quark, lw_png_error)

#define MAX_CHUNK_BYTES (8u << 20) /* of a palette's transparency, the only ancillary chunk that is read */

/* Skipped unread: libpng would ask for as much memory as an eXIf chunk says that it has, whatever follows of it. Five bytes a name. */
static const guint8 skipped_chunks[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";

static void
report_cb (png_structp png, png_const_charp message)
{
  char *text = png_get_error_ptr (png);
  g_strlcpy (text, message, 128);
  longjmp (png_jmpbuf (png), 1);
}

static void
ignore_cb (png_structp png, png_const_charp message)
{
}

static gboolean
fail (GError **error, LwPngError code, const char *path, const char *what)
{
  g_autofree char *name = g_filename_display_name (path);
  g_set_error (error, LW_PNG_ERROR, code, _("“%s” %s"), name, what);
  return FALSE;
}

/* ---- reading ---- */

typedef struct {
  FILE *stream;
  png_structp png;
  png_infop info;
  char message[128];
  guint8 *pixels;
  png_bytep *rows;
} Reader;

static void
reader_release (Reader *reader)
{
  if (reader->png != NULL)
    png_destroy_read_struct (&reader->png, &reader->info, NULL);
  if (reader->stream != NULL)
    fclose (reader->stream);
  g_free (reader->pixels);
  g_free (reader->rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_release)

static gboolean
reader_open (Reader *reader, const char *path, GError **error)
{
  guint8 signature[8];
  reader->stream = g_fopen (path, "rbe");
  if (reader->stream == NULL)
    {
      g_autofree char *what = g_strdup_printf (_("can’t be read: %s"), g_strerror (errno));
      return fail (error, LW_PNG_ERROR_IO, path, what);
    }
  if (fread (signature, 1, sizeof signature, reader->stream) != sizeof signature || png_sig_cmp (signature, 0, sizeof signature) != 0)
    return fail (error, LW_PNG_ERROR_FORMAT, path, _("is not a PNG file"));
  reader->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader->message, report_cb, ignore_cb);
  reader->info = png_create_info_struct (reader->png);
  png_init_io (reader->png, reader->stream);
  png_set_sig_bytes (reader->png, sizeof signature);
  png_set_user_limits (reader->png, LW_PNG_MAX_SIDE, LW_PNG_MAX_SIDE);
  png_set_chunk_malloc_max (reader->png, MAX_CHUNK_BYTES);
  png_set_keep_unknown_chunks (reader->png, PNG_HANDLE_CHUNK_NEVER, skipped_chunks, sizeof skipped_chunks / 5);
  return TRUE;
}

static gboolean
read_header (Reader *reader)
{
  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  png_read_info (reader->png, reader->info);
  return TRUE;
}

static void
fill_info (Reader *reader, LwPngInfo *info)
{
  png_colorp palette = NULL;
  *info = (LwPngInfo) {
    .width = (int) png_get_image_width (reader->png, reader->info),
    .height = (int) png_get_image_height (reader->png, reader->info),
    .bit_depth = png_get_bit_depth (reader->png, reader->info),
    .channels = png_get_channels (reader->png, reader->info),
    .indexed = png_get_color_type (reader->png, reader->info) == PNG_COLOR_TYPE_PALETTE,
  };
  if (info->indexed && png_get_PLTE (reader->png, reader->info, &palette, &info->n_palette) != 0)
    for (int i = 0; i < info->n_palette; i++)
      {
        info->palette[i][0] = palette[i].red;
        info->palette[i][1] = palette[i].green;
        info->palette[i][2] = palette[i].blue;
      }
}

static gboolean
reader_begin (Reader *reader, const char *path, LwPngInfo *info, GError **error)
{
  if (!reader_open (reader, path, error))
    return FALSE;
  if (!read_header (reader))
    {
      gboolean large = strstr (reader->message, "limit") != NULL;
      g_autofree char *what = g_strdup_printf (_("is a damaged PNG file (%s)"), reader->message);
      return large ? fail (error, LW_PNG_ERROR_TOO_LARGE, path, _("is larger than 32,768 pixels on a side"))
                   : fail (error, LW_PNG_ERROR_FORMAT, path, what);
    }
  fill_info (reader, info);
  if ((guint64) info->width * (guint64) info->height > LW_PNG_MAX_PIXELS)
    return fail (error, LW_PNG_ERROR_TOO_LARGE, path, _("has more than 268 million pixels"));
  return TRUE;
}

static gboolean
read_rows (Reader *reader)
{
  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  png_set_interlace_handling (reader->png);
  png_read_update_info (reader->png, reader->info);
  png_read_image (reader->png, reader->rows);
  png_read_end (reader->png, NULL);
  return TRUE;
}

/* @channels: bytes a pixel after the transformations that the caller has set. */
static guint8 *
reader_finish (Reader *reader, const char *path, const LwPngInfo *info, int channels, GError **error)
{
  gsize stride = (gsize) info->width * (gsize) channels;
  reader->pixels = g_try_malloc (stride * (gsize) info->height);
  reader->rows = g_try_new (png_bytep, (gsize) info->height);
  if (reader->pixels == NULL || reader->rows == NULL)
    {
      fail (error, LW_PNG_ERROR_TOO_LARGE, path, _("does not fit in memory"));
      return NULL;
    }
  for (int y = 0; y < info->height; y++)
    reader->rows[y] = reader->pixels + (gsize) y * stride;
  if (read_rows (reader))
    return g_steal_pointer (&reader->pixels);
  g_autofree char *what = g_strdup_printf (_("is a damaged PNG file (%s)"), reader->message);
  fail (error, LW_PNG_ERROR_FORMAT, path, what);
  return NULL;
}

gboolean
lw_png_read_info (const char *path, LwPngInfo *info, GError **error)
{
  g_auto (Reader) reader = { 0 };
  return reader_begin (&reader, path, info, error);
}

guint8 *
lw_png_read_index (const char *path, LwPngInfo *info, GError **error)
{
  LwPngInfo found;
  g_auto (Reader) reader = { 0 };
  if (!reader_begin (&reader, path, &found, error))
    return NULL;
  if (found.channels != 1 || found.bit_depth > 8)
    {
      fail (error, LW_PNG_ERROR_FORMAT, path, _("holds colours, not one 8-bit index a pixel"));
      return NULL;
    }
  png_set_packing (reader.png); /* 1, 2 and 4 bits: one value a byte, not scaled */
  if (info != NULL)
    *info = found;
  return reader_finish (&reader, path, &found, 1, error);
}

guint8 *
lw_png_read_rgb (const char *path, int *width, int *height, GError **error)
{
  LwPngInfo found;
  g_auto (Reader) reader = { 0 };
  if (!reader_begin (&reader, path, &found, error))
    return NULL;
  png_set_expand (reader.png);
  png_set_strip_16 (reader.png);
  png_set_strip_alpha (reader.png);
  png_set_gray_to_rgb (reader.png);
  *width = found.width;
  *height = found.height;
  return reader_finish (&reader, path, &found, 3, error);
}

/* ---- writing ---- */

typedef struct {
  LwAtomicFile file;
  png_structp png;
  png_infop info;
  char message[128];
} Writer;

static void
writer_release (Writer *writer)
{
  if (writer->png != NULL)
    png_destroy_write_struct (&writer->png, &writer->info);
  lw_atomic_file_release (&writer->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writer, writer_release)

typedef struct {
  const guint8 *pixels;
  int width, height, color_type;
  gsize stride;
  const guint8 (*palette)[3];
  int n_palette;
  gboolean unsynced;
} Picture;

static void
set_palette (Writer *writer, const Picture *picture)
{
  png_color colors[256];
  for (int i = 0; i < picture->n_palette; i++)
    colors[i] = (png_color) { picture->palette[i][0], picture->palette[i][1], picture->palette[i][2] };
  png_set_PLTE (writer->png, writer->info, colors, picture->n_palette);
}

static gboolean
write_rows (Writer *writer, const Picture *picture)
{
  if (setjmp (png_jmpbuf (writer->png)))
    return FALSE;
  png_init_io (writer->png, writer->file.stream);
  png_set_IHDR (writer->png, writer->info, (png_uint_32) picture->width, (png_uint_32) picture->height, 8, picture->color_type,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->palette != NULL)
    set_palette (writer, picture);
  /* Numbers are long runs: they are smallest without a filter. In colours one fixed filter and a fast level take half the time of
   * libpng's choice of a filter for each row, a third for label maps, for a twentieth more bytes. */
  gboolean rgb = picture->color_type == PNG_COLOR_TYPE_RGB;
  png_set_filter (writer->png, PNG_FILTER_TYPE_BASE, rgb ? PNG_FILTER_UP : PNG_FILTER_NONE);
  png_set_compression_level (writer->png, rgb ? 2 : 6);
  png_write_info (writer->png, writer->info);
  for (int y = 0; y < picture->height; y++)
    png_write_row (writer->png, picture->pixels + (gsize) y * picture->stride);
  png_write_end (writer->png, writer->info);
  return TRUE;
}

static gboolean
write_picture (const char *path, const Picture *picture, GError **error)
{
  g_auto (Writer) writer = { 0 };
  g_autoptr (GError) cause = NULL;
  if (!lw_atomic_file_open (&writer.file, path, &cause))
    {
      g_set_error_literal (error, LW_PNG_ERROR, LW_PNG_ERROR_IO, cause->message);
      return FALSE;
    }
  writer.file.unsynced = picture->unsynced;
  writer.png = png_create_write_struct (PNG_LIBPNG_VER_STRING, writer.message, report_cb, ignore_cb);
  writer.info = png_create_info_struct (writer.png);
  png_set_user_limits (writer.png, LW_PNG_MAX_SIDE, LW_PNG_MAX_SIDE);
  if (!write_rows (&writer, picture))
    {
      g_autofree char *what = g_strdup_printf (_("can’t be written: %s"), writer.message);
      return fail (error, LW_PNG_ERROR_IO, path, what);
    }
  if (lw_atomic_file_commit (&writer.file, &cause))
    return TRUE;
  g_set_error_literal (error, LW_PNG_ERROR, LW_PNG_ERROR_IO, cause->message);
  return FALSE;
}

static gboolean
write_index (const char *path, const guint8 *values, int width, int height, gsize stride, const guint8 (*palette)[3],
             int n_palette, gboolean unsynced, GError **error)
{
  g_return_val_if_fail (palette == NULL || (n_palette > 0 && n_palette <= 256), FALSE);
  Picture picture = { values, width, height, palette != NULL ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_GRAY, stride, palette, n_palette, unsynced };
  return write_picture (path, &picture, error);
}

gboolean
lw_png_write_index (const char *path, const guint8 *values, int width, int height, gsize stride, const guint8 (*palette)[3],
                    int n_palette, GError **error)
{
  return write_index (path, values, width, height, stride, palette, n_palette, FALSE, error);
}

gboolean
lw_png_write_index_unsynced (const char *path, const guint8 *values, int width, int height, gsize stride, const guint8 (*palette)[3],
                             int n_palette, GError **error)
{
  return write_index (path, values, width, height, stride, palette, n_palette, TRUE, error);
}

gboolean
lw_png_write_rgb (const char *path, const guint8 *rgb, int width, int height, gsize stride, GError **error)
{
  Picture picture = { rgb, width, height, PNG_COLOR_TYPE_RGB, stride, NULL, 0, FALSE };
  return write_picture (path, &picture, error);
}

gboolean
lw_png_write_rgb_unsynced (const char *path, const guint8 *rgb, int width, int height, gsize stride, GError **error)
{
  Picture picture = { rgb, width, height, PNG_COLOR_TYPE_RGB, stride, NULL, 0, TRUE };
  return write_picture (path, &picture, error);
}
