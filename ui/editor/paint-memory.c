/* paint-memory.c: keeps the memory that a window's frames are painted in from frame to frame
 *
 * Each frame GDK asks for a picture as large as what it changes, and cairo for as much that it shares with the X server. Fresh pages for both of a view of 1600 x 900 take 8 ms.
 * Cairo takes what it shares from pools, and gives a pool back as soon as nothing lies in it: a few pixels that stay there keep it. */
#include "config.h"
#include "editor/paint-memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define OWN_PAGES_BYTES (6 << 20)      /* from here on an allocation has pages of its own, which go back when it is freed: a plane of a 4K video, not the picture of a window */
#define KEPT_BYTES (12 << 20)          /* free at the end of a heap */
#define MOST_HEAPS 4

/* By itself glibc raises the first up to 32 MiB as large blocks are freed, the second to twice that, and gives up to sixteen threads a heap of their own. Decoders' frames then live in
 * heaps that keep what is freed: 95 MiB of a 4K video. With 1 MiB instead of 6, each frame's picture had fresh pages: 3 ms of 6 for a view of 1600 x 900. */
void
lw_paint_memory_set_limits (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, OWN_PAGES_BYTES);
  mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
  mallopt (M_ARENA_MAX, MOST_HEAPS);
#endif
}

#ifdef HAVE_X11
#include <cairo-xlib.h>
#include <gdk/x11/gdkx.h>

#define MOST_BYTES (64 << 20)      /* a window that needs more (8K) takes its time */
#define KEEPER_SIZE 16             /* pixels a side: less would not come from the pool */

typedef struct { cairo_surface_t *keeper; gsize bytes; } Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_clear_pointer (&kept->keeper, cairo_surface_destroy);
  g_free (kept);
}

/* One pool for all windows: they are painted one after the other. */
static Kept *
kept_of (GdkDisplay *display)
{
  Kept *kept = g_object_get_data (G_OBJECT (display), "lw-paint-memory");

  if (kept == NULL)
    {
      kept = g_new0 (Kept, 1);
      g_object_set_data_full (G_OBJECT (display), "lw-paint-memory", kept, kept_free);
    }
  return kept;
}

/* The first picture makes a pool that has room for it; the keeper finds room beside it, and stays. */
static cairo_surface_t *
make_pool (Display *display, int width, int height)
{
  cairo_surface_t *root = cairo_xlib_surface_create (display, DefaultRootWindow (display), DefaultVisual (display, DefaultScreen (display)), 1, 1);
  cairo_surface_t *whole = cairo_surface_create_similar_image (root, CAIRO_FORMAT_RGB24, width, height);
  cairo_surface_t *keeper = cairo_surface_create_similar_image (root, CAIRO_FORMAT_RGB24, KEEPER_SIZE, KEEPER_SIZE);

  cairo_surface_destroy (whole);
  cairo_surface_destroy (root);
  return keeper;
}

void
lw_paint_memory_keep (GdkSurface *surface)
{
  int scale = gdk_surface_get_scale_factor (surface), width = gdk_surface_get_width (surface) * scale, height = gdk_surface_get_height (surface) * scale;
  gsize bytes = (gsize) width * (gsize) height * 4;

  if (!GDK_IS_X11_SURFACE (surface) || g_strcmp0 (g_getenv ("GSK_RENDERER"), "cairo") != 0 || bytes > MOST_BYTES)
    return;
  Kept *kept = kept_of (gdk_surface_get_display (surface));
  if (bytes <= kept->bytes)
    return;
  g_clear_pointer (&kept->keeper, cairo_surface_destroy);
  kept->keeper = make_pool (gdk_x11_display_get_xdisplay (gdk_surface_get_display (surface)), width, height);
  kept->bytes = bytes;
}

#else
void
lw_paint_memory_keep (GdkSurface *surface)
{
}
#endif
