/* known-packs.c: a table of packs by the last bits of their ids, where a newer one takes the place of an older one, and the set of all ids */
#include "config.h"
#include "store/revisions/known-packs.h"

#include <string.h>

#define PLACES 4096            /* 9 MiB at most; a pack that many frames share comes back at once after it had to give way */
#define MOST_IDS 4000000       /* 64 MiB; what comes after these is checked twice */

typedef struct {
  gint64 id;
  guint8 hash[LW_TILE_HASH_BYTES];
  gsize n;
  LwPackPlace places[LW_PACK_MOST];
  guint8 hashes[][LW_TILE_HASH_BYTES];
} Pack;

struct _LwKnownPacks {
  GMutex lock;
  Pack *packs[PLACES];
  GHashTable *ids;
};

G_STATIC_ASSERT (sizeof (gpointer) >= sizeof (gint64));

LwKnownPacks *
lw_known_packs_new (void)
{
  LwKnownPacks *self = g_new0 (LwKnownPacks, 1);
  g_mutex_init (&self->lock);
  self->ids = g_hash_table_new (NULL, NULL);
  return self;
}

void
lw_known_packs_free (LwKnownPacks *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < PLACES; i++)
    g_free (self->packs[i]);
  g_hash_table_unref (self->ids);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Pack **
place_of (LwKnownPacks *self, gint64 id)
{
  return &self->packs[(guint64) id % PLACES];
}

static Pack *
new_pack (gint64 id, const guint8 hash[LW_TILE_HASH_BYTES], const LwTileRow *row)
{
  Pack *pack = g_malloc (sizeof *pack + row->n * LW_TILE_HASH_BYTES);
  pack->id = id;
  pack->n = row->n;
  memcpy (pack->hash, hash, LW_TILE_HASH_BYTES);
  memcpy (pack->places, row->places, row->n * sizeof row->places[0]);
  memcpy (pack->hashes, row->hashes, row->n * LW_TILE_HASH_BYTES);
  return pack;
}

void
lw_known_packs_add (LwKnownPacks *self, gint64 id, const guint8 hash[LW_TILE_HASH_BYTES], const LwTileRow *row)
{
  Pack *pack = new_pack (id, hash, row), **place = place_of (self, id);
  g_mutex_lock (&self->lock);
  Pack *before = *place;
  *place = pack;
  if (g_hash_table_size (self->ids) < MOST_IDS)
    g_hash_table_add (self->ids, (gpointer) id);
  g_mutex_unlock (&self->lock);
  g_free (before);
}

/* The hash, too: each thread's view of the file begins at a moment of its own. */
gboolean
lw_known_packs_get (LwKnownPacks *self, gint64 id, const guint8 hash[LW_TILE_HASH_BYTES], LwTileRow *row)
{
  g_mutex_lock (&self->lock);
  const Pack *pack = *place_of (self, id);
  gboolean known = pack != NULL && pack->id == id && memcmp (pack->hash, hash, LW_TILE_HASH_BYTES) == 0;
  if (known)
    {
      row->id = 0;
      row->is_pack = TRUE;
      row->n = pack->n;
      memcpy (row->places, pack->places, pack->n * sizeof pack->places[0]);
      memcpy (row->hashes, pack->hashes, pack->n * LW_TILE_HASH_BYTES);
    }
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
lw_known_packs_saw (LwKnownPacks *self, gint64 id)
{
  g_mutex_lock (&self->lock);
  gboolean saw = g_hash_table_contains (self->ids, (gpointer) id);
  g_mutex_unlock (&self->lock);
  return saw;
}
