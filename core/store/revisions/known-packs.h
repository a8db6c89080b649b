/* known-packs.h: what is in the packs that a check has found right, so that it unpacks and hashes each once, on whatever thread it meets it (private to core/store) */
#pragma once

#include "store/revisions/tile-rows.h"

typedef struct _LwKnownPacks LwKnownPacks;
/* (transfer full): knows none. Locked by itself: any thread may use it. */
LwKnownPacks *lw_known_packs_new (void);
void lw_known_packs_free (LwKnownPacks *self);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwKnownPacks, lw_known_packs_free)

/* After lw_tile_row_check() of row @id, which has the hash @hash. */
void lw_known_packs_add (LwKnownPacks *self, gint64 id, const guint8 hash[LW_TILE_HASH_BYTES], const LwTileRow *row);
/* Fills all of @row but the raw bytes. FALSE: it is not known, or no longer: only so many are kept */
gboolean lw_known_packs_get (LwKnownPacks *self, gint64 id, const guint8 hash[LW_TILE_HASH_BYTES], LwTileRow *row);
/* Whether it was ever added. FALSE is possible where it was. */
gboolean lw_known_packs_saw (LwKnownPacks *self, gint64 id);
