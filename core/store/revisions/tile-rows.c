/* tile-rows.c: packs the tiles of a revision into rows, and unpacks rows */
#include "config.h"
#include "store/revisions/tile-rows.h"

#include <openssl/evp.h>
#include <string.h>

#define NOISY_BYTES 1024      /* a tile that takes so much alone would spoil a pack */

gint64
lw_tile_place_key (LwTilePlace place)
{
  return (gint64) place.plane << 32 | (gint64) place.ty << 16 | place.tx;
}

/* ---- one tile ---- */

void
lw_revision_tile_clear (gpointer data)
{
  LwRevisionTile *tile = data;
  g_clear_pointer (&tile->data, g_bytes_unref);
  g_clear_pointer (&tile->labels, g_bytes_unref);
}

void
lw_revision_tile_free (gpointer data)
{
  lw_revision_tile_clear (data);
  g_free (data);
}

static GBytes *
list_labels (const guint8 *raw, gsize length)
{
  gboolean seen[256] = { FALSE };
  guint8 labels[256];
  gsize n = 0;
  for (gsize i = 0; i < length; i++)
    seen[raw[i]] = TRUE;
  for (int i = 0; i < 256; i++)
    if (seen[i])
      labels[n++] = (guint8) i;
  return g_bytes_new (labels, n);
}

/* Of LW_TILE_BYTES of one label: made once, as most tiles are such. */
static const guint8 *
hash_label (guint8 label)
{
  static guint8 hashes[256][LW_TILE_HASH_BYTES];
  static gsize made[256];
  if (g_once_init_enter (&made[label]))
    {
      guint8 raw[LW_TILE_BYTES];
      memset (raw, label, sizeof raw);
      EVP_Digest (raw, sizeof raw, hashes[label], NULL, EVP_sha256 (), NULL);
      g_once_init_leave (&made[label], 1);
    }
  return hashes[label];
}

static void
hash_tile (const guint8 raw[LW_TILE_BYTES], guint8 hash[LW_TILE_HASH_BYTES])
{
  if (memcmp (raw, raw + 1, LW_TILE_BYTES - 1) == 0)
    memcpy (hash, hash_label (raw[0]), LW_TILE_HASH_BYTES);
  else
    EVP_Digest (raw, LW_TILE_BYTES, hash, NULL, EVP_sha256 (), NULL);
}

gboolean
lw_revision_tile_is_empty (const LwRevisionTile *tile)
{
  return memcmp (tile->hash, hash_label (LW_LABEL_NONE), LW_TILE_HASH_BYTES) == 0;
}

LwRevisionTile *
lw_revision_tile_from_raw (LwTilePlace place, const guint8 raw[LW_TILE_BYTES], GBytes *data)
{
  LwRevisionTile *tile = g_new0 (LwRevisionTile, 1);
  tile->place = place;
  tile->data = data;
  tile->labels = list_labels (raw, LW_TILE_BYTES);
  hash_tile (raw, tile->hash);
  return tile;
}

LwRevisionTile *
lw_revision_tile_empty (LwTilePlace place)
{
  guint8 raw[LW_TILE_BYTES];
  memset (raw, LW_LABEL_NONE, sizeof raw);
  return lw_revision_tile_from_raw (place, raw, lw_tile_encode (raw));
}

/* "LWP1", and of each tile ty u8, tx u8 and the hash of its raw bytes. */
static void
hash_pack (const LwPackPlace *places, const guint8 (*hashes)[LW_TILE_HASH_BYTES], gsize n, guint8 hash[LW_TILE_HASH_BYTES])
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  EVP_DigestUpdate (context, "LWP1", 4);
  for (gsize i = 0; i < n; i++)
    {
      EVP_DigestUpdate (context, (guint8[]) { (guint8) places[i].ty, (guint8) places[i].tx }, 2);
      EVP_DigestUpdate (context, hashes[i], LW_TILE_HASH_BYTES);
    }
  EVP_DigestFinal_ex (context, hash, NULL);
  EVP_MD_CTX_free (context);
}

/* ---- what is in a row ---- */

LwTileRow *
lw_tile_row_new (void)
{
  LwTileRow *row = g_new0 (LwTileRow, 1);
  row->raw = g_malloc ((gsize) LW_PACK_MOST * LW_TILE_BYTES);
  return row;
}

void
lw_tile_row_free (LwTileRow *row)
{
  if (row == NULL)
    return;
  g_free (row->raw);
  g_free (row);
}

static gboolean
unpack (LwTileRow *self, const void *data, gsize length)
{
  self->id = 0;
  self->is_pack = lw_tile_pack_is (data, length);
  if (self->is_pack)
    self->n = lw_tile_pack_decode (data, length, self->places, self->raw, NULL);
  else
    self->n = lw_tile_decode (data, length, self->raw, NULL) ? 1 : 0;
  return self->n > 0;
}

gboolean
lw_tile_row_check (LwTileRow *self, const void *data, gsize length, const void *hash, gsize hash_length)
{
  guint8 found[LW_TILE_HASH_BYTES];
  if (data == NULL || hash_length != LW_TILE_HASH_BYTES || !unpack (self, data, length))
    return FALSE;
  for (gsize i = 0; i < self->n; i++)
    hash_tile (self->raw + i * LW_TILE_BYTES, self->hashes[i]);
  if (self->is_pack)
    hash_pack (self->places, self->hashes, self->n, found);
  return memcmp (self->is_pack ? found : self->hashes[0], hash, LW_TILE_HASH_BYTES) == 0;
}

const guint8 *
lw_tile_row_read (LwTileRow *self, LwDb *db, const LwRevisionTile *tile, GError **error)
{
  if (self->id != tile->tile)
    {
      g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT data FROM tile WHERE id = ?", "I", tile->tile);
      int got = lw_query_step (query, error);
      const void *data = got > 0 ? sqlite3_column_blob (query, 0) : NULL;
      if (got < 0)
        return NULL;
      if (data == NULL || !unpack (self, data, (gsize) sqlite3_column_bytes (query, 0)))
        {
          lw_db_damaged (db, error, got == 0 ? "a revision with a tile that is gone" : "a tile that does not unpack");
          return NULL;
        }
      self->id = tile->tile;
    }
  if (tile->at < self->n)
    return self->raw + tile->at * LW_TILE_BYTES;
  lw_db_damaged (db, error, "a revision with a tile that is gone");
  return NULL;
}

/* ---- from tiles to rows ---- */

GArray *
lw_tile_rows_new (void)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (LwRevisionTile));
  g_array_set_clear_func (rows, lw_revision_tile_clear);
  return rows;
}

/* Tiles of one plane that may become one row. */
typedef struct {
  GArray *rows;
  LwRevisionTile *tiles[LW_PACK_MOST];
  gsize n;
  guint8 *raw;
} Packing;

static void
move_alone (Packing *self, LwRevisionTile *tile)
{
  g_array_append_val (self->rows, *tile);
  tile->data = tile->labels = NULL;
}

static GBytes *
encode (const Packing *self, const LwPackPlace *places)
{
  for (gsize i = 0; i < self->n; i++)
    {
      gsize length;
      const void *data = g_bytes_get_data (self->tiles[i]->data, &length);
      if (!lw_tile_decode (data, length, self->raw + i * LW_TILE_BYTES, NULL))
        return NULL;
    }
  return lw_tile_pack_encode (places, self->n, self->raw);
}

static void
end_pack (Packing *self)
{
  LwPackPlace places[LW_PACK_MOST];
  guint8 hashes[LW_PACK_MOST][LW_TILE_HASH_BYTES];
  for (gsize i = 0; i < self->n; i++)
    {
      places[i] = (LwPackPlace) { self->tiles[i]->place.ty, self->tiles[i]->place.tx };
      memcpy (hashes[i], self->tiles[i]->hash, LW_TILE_HASH_BYTES);
    }
  GBytes *data = self->n > 1 ? encode (self, places) : NULL;
  if (data != NULL)
    {
      LwRevisionTile row = { .place = self->tiles[0]->place, .data = data, .labels = list_labels (self->raw, self->n * LW_TILE_BYTES) };
      hash_pack (places, hashes, self->n, row.hash);
      g_array_append_val (self->rows, row);
    }
  for (gsize i = 0; data == NULL && i < self->n; i++)
    move_alone (self, self->tiles[i]);
  self->n = 0;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  gint64 x = lw_tile_place_key (((const LwRevisionTile *) a)->place), y = lw_tile_place_key (((const LwRevisionTile *) b)->place);
  return (x > y) - (x < y);
}

void
lw_tile_rows_pack (GArray **tiles)
{
  g_autofree guint8 *raw = g_malloc ((gsize) LW_PACK_MOST * LW_TILE_BYTES);
  Packing packing = { .rows = lw_tile_rows_new (), .raw = raw };
  g_array_sort (*tiles, compare_places);
  for (guint i = 0; i < (*tiles)->len; i++)
    {
      LwRevisionTile *tile = &g_array_index (*tiles, LwRevisionTile, i);
      if (packing.n == LW_PACK_MOST || (packing.n > 0 && packing.tiles[0]->place.plane != tile->place.plane))
        end_pack (&packing);
      if (g_bytes_get_size (tile->data) > NOISY_BYTES)
        move_alone (&packing, tile);
      else
        packing.tiles[packing.n++] = tile;
    }
  end_pack (&packing);
  g_array_unref (*tiles);
  *tiles = packing.rows;
}

gboolean
lw_tile_row_write (LwDb *db, gint64 revision, const LwRevisionTile *row, GError **error)
{
  gint64 id;
  if (!lw_db_run (db, error, "INSERT INTO tile (sha256, labels, data) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING", "xbb", row->hash,
                  (gsize) LW_TILE_HASH_BYTES, row->labels, row->data)
      || lw_db_get (db, &id, error, "SELECT id FROM tile WHERE sha256 = ?", "x", row->hash, (gsize) LW_TILE_HASH_BYTES) < 0)
    return FALSE;
  return lw_db_run (db, error, "INSERT INTO revision_tile (revision, plane, ty, tx, tile) VALUES (?, ?, ?, ?, ?)", "IiiiI", revision, row->place.plane,
                    row->place.ty, row->place.tx, id);
}
