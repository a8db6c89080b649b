/* frame-cache.h: decoded frames by ordinal, the longest unused dropped first; private to core/media, locked by its user */
#pragma once

#include "media/image.h"

typedef struct _LwFrameCache LwFrameCache;

LwFrameCache *lw_frame_cache_new (gsize budget);              /* bytes of pixels; the newest frame is kept whatever it takes */
void lw_frame_cache_free (LwFrameCache *cache);
void lw_frame_cache_set_budget (LwFrameCache *cache, gsize budget);
gsize lw_frame_cache_get_budget (const LwFrameCache *cache);
LwImage *lw_frame_cache_get (LwFrameCache *cache, guint ordinal);     /* (transfer full), or NULL; counts as a use */
gboolean lw_frame_cache_has (LwFrameCache *cache, guint ordinal);     /* no use */
void lw_frame_cache_put (LwFrameCache *cache, guint ordinal, LwImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwFrameCache, lw_frame_cache_free)
