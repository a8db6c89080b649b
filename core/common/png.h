/* png.h: PNG files from and to plain buffers, exactly as stored (libpng, no colour management) */
#pragma once

#include <glib.h>

#define LW_PNG_ERROR (lw_png_error_quark ())
typedef enum {
  LW_PNG_ERROR_FORMAT,    /* not a PNG, truncated, damaged, or a kind that the caller did not ask for */
  LW_PNG_ERROR_TOO_LARGE, /* a side above LW_PNG_MAX_SIDE, or more pixels than LW_PNG_MAX_PIXELS */
  LW_PNG_ERROR_IO,
} LwPngError;
GQuark lw_png_error_quark (void);

#define LW_PNG_MAX_SIDE 32768
#define LW_PNG_MAX_PIXELS (1u << 28)

/* What a PNG holds, before it is decoded. */
typedef struct {
  int width, height;
  int bit_depth;      /* 1, 2, 4, 8, 16 */
  int channels;       /* 1 grey or palette index, 2 grey+alpha, 3 RGB, 4 RGBA */
  gboolean indexed;   /* colour type 3: a value is an index into @palette */
  guint8 palette[256][3];
  int n_palette;
} LwPngInfo;

gboolean lw_png_read_info (const char *path, LwPngInfo *info, GError **error);

/**
 * lw_png_read_index:
 * @info: (out) (optional): what the file holds
 *
 * Reads a grey (8 bit or less, not scaled up) or palette PNG as one value a pixel; RGB is refused with LW_PNG_ERROR_FORMAT.
 * Returns: (transfer full): width * height bytes, packed, or NULL
 */
guint8 *lw_png_read_index (const char *path, LwPngInfo *info, GError **error);

/* Any PNG as packed 8-bit RGB (16 bit is reduced by its high byte, alpha is dropped, grey and palette are expanded).
 * Returns: (transfer full): width * height * 3 bytes, or NULL */
guint8 *lw_png_read_rgb (const char *path, int *width, int *height, GError **error);

/* Written to a temporary name beside @path, synced and renamed, so that @path is never half-written.
 * @stride: bytes from row to row. @palette: NULL writes 8-bit grey, else a palette image of @n_palette RGB entries. */
gboolean lw_png_write_index (const char *path, const guint8 *values, int width, int height, gsize stride,
                             const guint8 (*palette)[3], int n_palette, GError **error);
gboolean lw_png_write_rgb (const char *path, const guint8 *rgb, int width, int height, gsize stride, GError **error);

/* The same without the wait for the disk: for many files of one folder, after which the caller calls lw_sync_folder() (atomic-file.h) once. */
gboolean lw_png_write_index_unsynced (const char *path, const guint8 *values, int width, int height, gsize stride,
                                      const guint8 (*palette)[3], int n_palette, GError **error);
gboolean lw_png_write_rgb_unsynced (const char *path, const guint8 *rgb, int width, int height, gsize stride, GError **error);
