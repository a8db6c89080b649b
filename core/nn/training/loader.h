/* loader.h: batches prepared on threads of their own, some ahead, so that the device never waits for them */
#pragma once
#include <glib.h>

typedef struct {
  guint item;
  guint8 *rgb, *labels;
  GError *error;               /* set: loading it failed, and nothing follows */
} LwLoaded;

typedef struct {
  /* Parts that an item is made of, at least one; called on several threads at a time, as is @load. NULL: one each. */
  guint (*parts) (gpointer data, guint item);
  /* Fills part @part of item @item in its @rgb and @labels. */
  gboolean (*load) (gpointer data, guint item, guint part, guint8 *rgb, guint8 *labels, GError **error);
  gpointer data;
} LwLoaderSource;

typedef struct _LwLoader LwLoader;
/* Items @first … @end - 1, in order, whichever thread made what. @pixels: of the largest item. @threads: 0: as many as are worth it here. */
LwLoader *lw_loader_new (const LwLoaderSource *source, guint first, guint end, gsize pixels, guint threads);
void lw_loader_free (LwLoader *loader);        /* waits for the parts that are being loaded */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLoader, lw_loader_free)
LwLoaded *lw_loader_take (LwLoader *loader);   /* waits for the next one; it stays the loader's */
void lw_loader_give_back (LwLoader *loader, LwLoaded *loaded);        /* in the order in which they were taken */
