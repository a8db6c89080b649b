/* frame-cache.c: decoded frames by ordinal, the longest unused dropped first */
#include "config.h"
#include "media/frame-cache.h"

typedef struct {
  GList link;                 /* in @used; its data is the entry */
  guint ordinal;
  LwImage *image;
} Entry;

struct _LwFrameCache {
  GHashTable *entries;        /* ordinal → Entry, owned */
  GQueue used;                /* newest use first */
  gsize size, budget;         /* bytes */
};

static gsize
image_size (const LwImage *image)
{
  return image->stride * (gsize) image->height;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  lw_image_unref (entry->image);
  g_free (entry);
}

LwFrameCache *
lw_frame_cache_new (gsize budget)
{
  LwFrameCache *cache = g_new0 (LwFrameCache, 1);
  cache->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  cache->budget = budget;
  return cache;
}

void
lw_frame_cache_free (LwFrameCache *cache)
{
  if (cache == NULL)
    return;
  g_hash_table_unref (cache->entries);
  g_free (cache);
}

static void
drop (LwFrameCache *cache, Entry *entry)
{
  cache->size -= image_size (entry->image);
  g_queue_unlink (&cache->used, &entry->link);
  g_hash_table_remove (cache->entries, GUINT_TO_POINTER (entry->ordinal));
}

static void
shrink (LwFrameCache *cache)
{
  while (cache->size > cache->budget && cache->used.length > 1)
    drop (cache, cache->used.tail->data);
}

void
lw_frame_cache_set_budget (LwFrameCache *cache, gsize budget)
{
  cache->budget = budget;
  shrink (cache);
}

gsize
lw_frame_cache_get_budget (const LwFrameCache *cache)
{
  return cache->budget;
}

LwImage *
lw_frame_cache_get (LwFrameCache *cache, guint ordinal)
{
  Entry *entry = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (ordinal));
  if (entry == NULL)
    return NULL;
  g_queue_unlink (&cache->used, &entry->link);
  g_queue_push_head_link (&cache->used, &entry->link);
  return lw_image_ref (entry->image);
}

gboolean
lw_frame_cache_has (LwFrameCache *cache, guint ordinal)
{
  return g_hash_table_contains (cache->entries, GUINT_TO_POINTER (ordinal));
}

void
lw_frame_cache_put (LwFrameCache *cache, guint ordinal, LwImage *image)
{
  Entry *old = g_hash_table_lookup (cache->entries, GUINT_TO_POINTER (ordinal));
  if (old != NULL)
    drop (cache, old);

  Entry *entry = g_new0 (Entry, 1);
  entry->link.data = entry;
  entry->ordinal = ordinal;
  entry->image = lw_image_ref (image);
  g_hash_table_insert (cache->entries, GUINT_TO_POINTER (ordinal), entry);
  g_queue_push_head_link (&cache->used, &entry->link);
  cache->size += image_size (image);
  shrink (cache);
}
