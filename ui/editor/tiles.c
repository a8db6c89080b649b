/* tiles.c: 128-pixel tiles of the composed content, each a persistent render node */
#include "config.h"
#include "editor/tiles.h"
#include <string.h>

#define TILE 128                 /* device pixels */
#define TILE_STRIDE (TILE * 4)
#define TILE_BYTES ((gsize) TILE * TILE_STRIDE)
#define BURIED_FRAMES 4          /* how many frames of another window let go of what lw_tiles_bury() kept */
#define STOCK_AT_ONCE 2          /* buffers made every STOCK_MS: no frame is to be late for them */
#define STOCK_MS 20
#define SPARE 16                 /* buffers kept beside one for each visible tile */

typedef struct {
  gint64 key;
  LwRect content;                /* what it covers: less than TILE at the right and bottom edges */
  cairo_surface_t *surface;      /* NULL: not composed yet */
  guint8 *picture;               /* below 100 %: what lw_compositor_filter() made; NULL: not yet */
  LwRect dirty;                  /* content pixels to compose again */
  GskRenderNode *node;           /* NULL: to be made */
  int node_x, node_y, node_scale;   /* where @node was placed, in device pixels of the viewport */
} Tile;

/* A surface whose node was replaced, and the last frame that showed it. The renderer holds that node until it has drawn the next frame; writing into the surface
 * before would make cairo copy it for the node first. */
typedef struct { cairo_surface_t *surface; guint64 shown; } Spare;

struct _LwTiles {
  GHashTable *by_key;
  GQueue surfaces;               /* of Spare, oldest first */
  GPtrArray *pictures;           /* buffers to be used again: fresh ones cost their page faults */
  guint64 frame;                 /* counts the snapshots */
  gboolean coarse;
  gboolean composing;            /* a snapshot is being made: what is let go of was shown by the one before */
  guint stock_id;                /* timeout */
};

static inline gint64
key_of (int column, int row)
{
  return (gint64) row << 32 | column;
}

/* ---- buffers ---- */

static void
spare_free (gpointer data)
{
  Spare *spare = data;

  cairo_surface_destroy (spare->surface);
  g_free (spare);
}

static void
retire_surface (LwTiles *tiles, cairo_surface_t *surface)
{
  Spare *spare = g_new (Spare, 1);

  *spare = (Spare) { surface, tiles->composing ? tiles->frame - 1 : tiles->frame };
  g_queue_push_tail (&tiles->surfaces, spare);
}

static cairo_surface_t *
take_surface (LwTiles *tiles)
{
  Spare *oldest = g_queue_peek_head (&tiles->surfaces);

  if (oldest == NULL || tiles->frame < oldest->shown + 2)
    return cairo_image_surface_create (CAIRO_FORMAT_RGB24, TILE, TILE);
  g_queue_pop_head (&tiles->surfaces);
  cairo_surface_t *surface = oldest->surface;
  g_free (oldest);
  cairo_surface_flush (surface);      /* should anybody hold its node still, that one gets a copy now */
  return surface;
}

/* As many as are on show: whoever changes all tiles at once (undo of a long stroke) doesn't wait for the page faults of new ones. */
static gboolean
stock_cb (gpointer data)
{
  LwTiles *tiles = data;

  if (g_queue_get_length (&tiles->surfaces) >= g_hash_table_size (tiles->by_key))
    {
      tiles->stock_id = 0;
      return G_SOURCE_REMOVE;
    }
  for (int i = 0; i < STOCK_AT_ONCE; i++)
    {
      Spare *spare = g_new (Spare, 1);
      *spare = (Spare) { cairo_image_surface_create (CAIRO_FORMAT_RGB24, TILE, TILE), 0 };
      memset (cairo_image_surface_get_data (spare->surface), 0, TILE_BYTES);
      g_queue_push_head (&tiles->surfaces, spare);
    }
  return G_SOURCE_CONTINUE;
}

static void
stock_up (LwTiles *tiles)
{
  if (tiles->stock_id == 0 && g_queue_get_length (&tiles->surfaces) < g_hash_table_size (tiles->by_key))
    tiles->stock_id = g_timeout_add_full (G_PRIORITY_LOW, STOCK_MS, stock_cb, tiles, NULL);
}

static guint8 *
take_picture (LwTiles *tiles)
{
  return tiles->pictures->len > 0 ? g_ptr_array_steal_index_fast (tiles->pictures, tiles->pictures->len - 1) : g_malloc (TILE_BYTES);
}

static void
trim (LwTiles *tiles)
{
  guint keep = g_hash_table_size (tiles->by_key) + SPARE;

  while (g_queue_get_length (&tiles->surfaces) > 2 * keep)
    spare_free (g_queue_pop_head (&tiles->surfaces));
  if (tiles->pictures->len > keep)
    g_ptr_array_set_size (tiles->pictures, (int) keep);
}

/* ---- the set of tiles ---- */

static void
tile_free (LwTiles *tiles, Tile *tile)
{
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  if (tile->surface != NULL)
    retire_surface (tiles, tile->surface);
  if (tile->picture != NULL)
    g_ptr_array_add (tiles->pictures, tile->picture);
  g_free (tile);
}

/* Frees the tiles that lie outside of @visible; all of them if that is NULL. */
static void
drop_tiles (LwTiles *tiles, const LwRect *visible)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, tiles->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      LwRect shown = visible != NULL ? lw_rect_intersect (((Tile *) value)->content, *visible) : (LwRect) { 0 };
      if (!lw_rect_is_empty (&shown))
        continue;
      g_hash_table_iter_remove (&iter);
      tile_free (tiles, value);
    }
}

LwTiles *
lw_tiles_new (void)
{
  LwTiles *tiles = g_new0 (LwTiles, 1);

  tiles->by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
  tiles->pictures = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&tiles->surfaces);
  return tiles;
}

void
lw_tiles_free (LwTiles *tiles)
{
  g_clear_handle_id (&tiles->stock_id, g_source_remove);
  drop_tiles (tiles, NULL);
  g_hash_table_unref (tiles->by_key);
  g_queue_clear_full (&tiles->surfaces, spare_free);
  g_ptr_array_unref (tiles->pictures);
  g_free (tiles);
}

void
lw_tiles_reset (LwTiles *tiles)
{
  drop_tiles (tiles, NULL);
}

static GPtrArray *buried;        /* of GskRenderNode; main thread */

void
lw_tiles_bury (LwTiles *tiles)
{
  GHashTableIter iter;
  gpointer value;

  if (buried == NULL)
    buried = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_render_node_unref);
  g_hash_table_iter_init (&iter, tiles->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Tile *) value)->node != NULL)
      g_ptr_array_add (buried, g_steal_pointer (&((Tile *) value)->node));
}

void
lw_tiles_damage (LwTiles *tiles, const LwRect *content)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, tiles->by_key);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Tile *tile = value;
      tile->dirty = lw_rect_union (tile->dirty, lw_rect_intersect (tile->content, *content));
    }
}

void
lw_tiles_damage_all (LwTiles *tiles)
{
  lw_tiles_damage (tiles, &(LwRect) { 0, 0, G_MAXINT, G_MAXINT });
}

void
lw_tiles_set_coarse (LwTiles *tiles, gboolean coarse)
{
  GHashTableIter iter;
  gpointer value;

  if (tiles->coarse == coarse)
    return;
  tiles->coarse = coarse;
  g_hash_table_iter_init (&iter, tiles->by_key);
  while (!coarse && g_hash_table_iter_next (&iter, NULL, &value))
    if (((Tile *) value)->picture == NULL)
      ((Tile *) value)->dirty = ((Tile *) value)->content;
}

/* ---- one tile ---- */

static Tile *
tile_new (const LwView *view, int column, int row)
{
  Tile *tile = g_new0 (Tile, 1);
  LwRect whole = { 0, 0, lw_view_content_width (view), lw_view_content_height (view) };

  tile->key = key_of (column, row);
  tile->content = lw_rect_intersect ((LwRect) { column * TILE, row * TILE, TILE, TILE }, whole);
  tile->dirty = tile->content;
  return tile;
}

/* A node must not change once it was shown, so the new state goes into another surface. */
static void
renew_surface (LwTiles *tiles, Tile *tile)
{
  cairo_surface_t *before = tile->surface;
  gboolean all = tile->dirty.width == tile->content.width && tile->dirty.height == tile->content.height;

  tile->surface = take_surface (tiles);
  if (before == NULL)
    return;
  if (!all)
    memcpy (cairo_image_surface_get_data (tile->surface), cairo_image_surface_get_data (before), TILE_BYTES);
  retire_surface (tiles, before);
}

static void
compose (LwTiles *tiles, Tile *tile, const LwCompositor *compositor, const LwScene *scene)
{
  gsize offset = (gsize) (tile->dirty.y - tile->content.y) * TILE_STRIDE + (gsize) (tile->dirty.x - tile->content.x) * 4;

  if (compositor->zoom < 1 && tile->picture == NULL && !tiles->coarse)
    {
      tile->picture = take_picture (tiles);
      lw_compositor_filter (compositor, scene, &tile->content, tile->picture, TILE_STRIDE);
    }
  renew_surface (tiles, tile);
  lw_compositor_compose (compositor, scene, &tile->dirty, tile->picture != NULL ? tile->picture + offset : NULL, TILE_STRIDE,
                         cairo_image_surface_get_data (tile->surface) + offset, TILE_STRIDE);
  cairo_surface_mark_dirty (tile->surface);
  tile->dirty = (LwRect) { 0 };
  g_clear_pointer (&tile->node, gsk_render_node_unref);
}

static void
make_node (Tile *tile, int x, int y, int scale)
{
  float left = (float) x / (float) scale, top = (float) y / (float) scale;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (left, top, (float) tile->content.width / (float) scale, (float) tile->content.height / (float) scale);

  cairo_surface_set_device_scale (tile->surface, scale, scale);
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  tile->node = gsk_cairo_node_new (&bounds);
  cairo_t *cr = gsk_cairo_node_get_draw_context (tile->node);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_surface (cr, tile->surface, left, top);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, left, top, bounds.size.width, bounds.size.height);
  cairo_fill (cr);
  cairo_destroy (cr);
  tile->node_x = x;
  tile->node_y = y;
  tile->node_scale = scale;
}

static void
snapshot_tile (LwTiles *tiles, Tile *tile, const LwCompositor *compositor, const LwScene *scene, const LwView *view, int scale, GtkSnapshot *snapshot)
{
  int x = tile->content.x - view->x, y = tile->content.y - view->y;

  if (scene != NULL && !lw_rect_is_empty (&tile->dirty))
    compose (tiles, tile, compositor, scene);
  if (tile->surface == NULL)
    return;
  if (tile->node == NULL || tile->node_x != x || tile->node_y != y || tile->node_scale != scale)
    make_node (tile, x, y, scale);
  gtk_snapshot_append_node (snapshot, tile->node);
}

static Tile *
find_tile (LwTiles *tiles, const LwView *view, int column, int row)
{
  gint64 key = key_of (column, row);
  Tile *tile = g_hash_table_lookup (tiles->by_key, &key);

  if (tile == NULL)
    {
      tile = tile_new (view, column, row);
      g_hash_table_insert (tiles->by_key, &tile->key, tile);
    }
  return tile;
}

void
lw_tiles_snapshot (LwTiles *tiles, const LwCompositor *compositor, const LwScene *scene, const LwView *view, const LwRect *part, int scale,
                   GtkSnapshot *snapshot)
{
  LwRect visible = lw_rect_intersect (lw_view_visible_content (view), (LwRect) { part->x + view->x, part->y + view->y, part->width, part->height });

  if (++tiles->frame == BURIED_FRAMES)
    g_clear_pointer (&buried, g_ptr_array_unref);
  tiles->composing = TRUE;
  drop_tiles (tiles, &visible);
  for (int row = visible.y / TILE; !lw_rect_is_empty (&visible) && row <= (visible.y + visible.height - 1) / TILE; row++)
    for (int column = visible.x / TILE; column <= (visible.x + visible.width - 1) / TILE; column++)
      snapshot_tile (tiles, find_tile (tiles, view, column, row), compositor, scene, view, scale, snapshot);
  tiles->composing = FALSE;
  trim (tiles);
  stock_up (tiles);
}
