/* loader.h: pictures prepared on a thread of their own, a few ahead, so that the device never waits for them */
#pragma once
#include <glib.h>

typedef struct {
  guint item;
  guint8 *rgb, *labels;
  GError *error;               /* set: loading it failed, and nothing follows */
} LwLoaded;

/* Fills @rgb and @labels of item @item; on the loader's thread. */
typedef gboolean (*LwLoadFunc) (gpointer data, guint item, guint8 *rgb, guint8 *labels, GError **error);

typedef struct _LwLoader LwLoader;
/* Items @first … @end - 1, in order. @pixels: of the largest item. */
LwLoader *lw_loader_new (LwLoadFunc func, gpointer data, guint first, guint end, gsize pixels);
void lw_loader_free (LwLoader *loader);        /* waits for the item that is being loaded */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLoader, lw_loader_free)
LwLoaded *lw_loader_take (LwLoader *loader);   /* waits for the next one; it stays the loader's */
void lw_loader_give_back (LwLoader *loader, LwLoaded *loaded);
