/* image-file.c: one image file, through GdkPixbuf */
#include "config.h"
#include "media/image-file.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include "label/label-map.h"
#include "media/frame-source.h"
#include "media/orientation.h"

#define CHUNK_BYTES 65536      /* the loader sees no more than this before its size was checked */

/* A loader under way, and what it said of the file's size. */
typedef struct {
  const char *name;
  int width, height;           /* as stored; 0 until known */
  int max_side;                /* 0: all of it */
  gint64 n_rows;               /* rows of the pixbuf that were filled */
  gboolean probe_only;
  gboolean refused;            /* too large, or a vector graphic */
  GError *error;
} Load;

static gboolean
is_vector (GdkPixbufFormat *format)
{
  return format != NULL && gdk_pixbuf_format_is_scalable (format);
}

static void
refuse (Load *load, GError *error)
{
  load->refused = TRUE;
  if (load->error == NULL)
    load->error = error;
  else
    g_error_free (error);
}

/* A loader that is told a size of 0 by 0 allocates nothing. */
static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Load *load = data;
  load->width = width;
  load->height = height;
  if (is_vector (gdk_pixbuf_loader_get_format (loader)))
    refuse (load, g_error_new (LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” is a vector graphic, not an image of pixels"), load->name));
  else if (width < 1 || height < 1)
    refuse (load, g_error_new (LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” says that it is %d by %d pixels large"), load->name, width, height));
  else if (width > LW_MAX_SIDE || height > LW_MAX_SIDE || (gint64) width * height > LW_MAX_PIXELS)
    refuse (load, g_error_new (LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("“%s” is %d by %d pixels large; the most are %d a side and %d in all"),
                               load->name, width, height, LW_MAX_SIDE, LW_MAX_PIXELS));

  if (load->refused || load->probe_only)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (load->max_side > 0 && MAX (width, height) > 2 * load->max_side)
    {
      /* Twice what is wanted, where the format can decode to less than all: our own filter does the rest. */
      double scale = 2.0 * load->max_side / MAX (width, height);
      gdk_pixbuf_loader_set_size (loader, MAX ((int) (width * scale), 1), MAX ((int) (height * scale), 1));
    }
}

static void
area_updated_cb (GdkPixbufLoader *loader, int x, int y, int width, int height, gpointer data)
{
  Load *load = data;
  load->n_rows += height;
}

static gboolean
feed (GdkPixbufLoader *loader, Load *load, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const guint8 *at = g_bytes_get_data (bytes, &size);
  while (size > 0 && !load->refused && !(load->probe_only && load->width > 0))
    {
      gsize n = MIN (size, CHUNK_BYTES);
      if (!gdk_pixbuf_loader_write (loader, at, n, error))
        return FALSE;
      at += n;
      size -= n;
    }
  return !load->refused;
}

/* GdkPixbuf takes a file that ends too early for a finished one. These two are told by their structure, as they may come in several passes;
 * of the others the rows that were filled tell it. */
static gboolean
png_is_complete (const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 8; n_bytes >= 12 && at <= n_bytes - 12;)
    {
      gsize length = (gsize) bytes[at] << 24 | (gsize) bytes[at + 1] << 16 | (gsize) bytes[at + 2] << 8 | bytes[at + 3];
      if (memcmp (bytes + at + 4, "IEND", 4) == 0)
        return TRUE;
      at += 12 + length;
    }
  return FALSE;
}

static gboolean
jpeg_is_complete (const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = n_bytes; at > 3 && !(bytes[at - 2] == 0xff && bytes[at - 1] == 0xda); at--)    /* not before the last scan */
    if (bytes[at - 2] == 0xff && bytes[at - 1] == 0xd9)
      return TRUE;
  return FALSE;
}

static gboolean
is_complete (const Load *load, GdkPixbuf *pixbuf, GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  if (size > 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0)
    return png_is_complete (data, size);
  if (size > 3 && data[0] == 0xff && data[1] == 0xd8)
    return jpeg_is_complete (data, size);
  return load->n_rows >= gdk_pixbuf_get_height (pixbuf);
}

/* Makes one message of what the loader said and what we know. */
static void
set_load_error (Load *load, GError *loader_error, gsize n_bytes, GError **error)
{
  gboolean unknown = g_error_matches (loader_error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE);
  if (load->error != NULL)
    g_propagate_error (error, g_steal_pointer (&load->error));
  else if (n_bytes == 0)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” is empty"), load->name);
  else if (unknown)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” is not an image of a kind that can be read here"), load->name);
  else
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” is damaged or incomplete: %s"), load->name,
                 loader_error != NULL ? loader_error->message : _("it ends too early"));
  g_clear_error (&loader_error);
}

/* Returns: (transfer full): the loader after all (or, for a probe, enough) of @bytes, or NULL. */
static GdkPixbufLoader *
run_loader (Load *load, GBytes *bytes, GError **error)
{
  GError *problem = NULL;
  g_autoptr(GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), load);
  g_signal_connect (loader, "area-updated", G_CALLBACK (area_updated_cb), load);
  gboolean fed = feed (loader, load, bytes, &problem);
  gboolean closed = gdk_pixbuf_loader_close (loader, problem == NULL ? &problem : NULL);   /* always, or it complains when freed */

  gboolean enough = load->probe_only ? load->width > 0 : fed && closed;
  if (!enough || load->refused)
    {
      set_load_error (load, problem, g_bytes_get_size (bytes), error);
      return NULL;
    }
  g_clear_error (&problem);
  return g_steal_pointer (&loader);
}

gboolean
lw_image_file_probe (GBytes *bytes, const char *name, int *width, int *height, GError **error)
{
  Load load = { .name = name, .probe_only = TRUE };
  g_autoptr(GdkPixbufLoader) loader = run_loader (&load, bytes, error);
  if (loader == NULL)
    return FALSE;
  gboolean sideways = lw_orientation_from_file (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) >= 5;
  *width = sideways ? load.height : load.width;
  *height = sideways ? load.width : load.height;
  return TRUE;
}

static LwImage *
image_from_pixbuf (GdkPixbuf *pixbuf)
{
  LwImage *image = lw_image_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf));
  int n_channels = gdk_pixbuf_get_n_channels (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  for (int y = 0; image != NULL && y < image->height; y++)
    {
      const guint8 *in = pixels + (gsize) y * stride;
      guint32 *out = (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride);
      for (int x = 0; x < image->width; x++, in += n_channels)
        out[x] = 0xff000000 | (guint32) in[0] << 16 | (guint32) in[1] << 8 | in[2];
    }
  return image;
}

/* GdkPixbuf turns TIFF halfway and says by this option what is left to do; a JPEG's tag we read ourselves, as the probe does. */
static int
orientation_left (GdkPixbuf *pixbuf, GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  if (size >= 2 && data[0] == 0xff && data[1] == 0xd8)
    return lw_orientation_from_file (data, size);
  const char *option = gdk_pixbuf_get_option (pixbuf, "orientation");
  return option != NULL ? (int) g_ascii_strtoll (option, NULL, 10) : LW_UPRIGHT;
}

static LwImage *
finish_image (GdkPixbuf *pixbuf, GBytes *bytes, int max_side)
{
  g_autoptr(LwImage) stored = image_from_pixbuf (pixbuf);
  if (stored == NULL)
    return NULL;
  g_autoptr(LwImage) small = max_side > 0 ? lw_image_scale_down (stored, max_side, max_side) : lw_image_ref (stored);
  return small != NULL ? lw_image_orient (small, orientation_left (pixbuf, bytes)) : NULL;
}

LwImage *
lw_image_file_decode (GBytes *bytes, const char *name, int max_side, GError **error)
{
  Load load = { .name = name, .max_side = max_side };
  g_autoptr(GdkPixbufLoader) loader = run_loader (&load, bytes, error);
  if (loader == NULL)
    return NULL;
  GdkPixbuf *pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (pixbuf == NULL || (max_side == 0 && (gdk_pixbuf_get_width (pixbuf) != load.width || gdk_pixbuf_get_height (pixbuf) != load.height)))
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” does not hold the picture that its header announces"), name);
      return NULL;
    }
  if (!is_complete (&load, pixbuf, bytes))
    {
      set_load_error (&load, NULL, g_bytes_get_size (bytes), error);
      return NULL;
    }
  LwImage *image = finish_image (pixbuf, bytes, max_side);
  if (image == NULL)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("There is not enough memory for “%s” (%d by %d pixels)"), name, load.width, load.height);
  return image;
}

static gboolean
has_suffix (GdkPixbufFormat *format, const char *suffix)
{
  g_auto(GStrv) suffixes = gdk_pixbuf_format_get_extensions (format);
  for (char **known = suffixes; *known != NULL; known++)
    if (g_ascii_strcasecmp (*known, suffix) == 0)
      return TRUE;
  return FALSE;
}

gboolean
lw_image_file_is_image_name (const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autoptr(GSList) formats = gdk_pixbuf_get_formats ();
  for (GSList *at = formats; dot != NULL && at != NULL; at = at->next)
    if (!is_vector (at->data) && !gdk_pixbuf_format_is_disabled (at->data) && has_suffix (at->data, dot + 1))
      return TRUE;
  return FALSE;
}
