/* tiles.c: 256-pixel tiles of the composed content, each a persistent render node */
#include "config.h"
#include "editor/tiles.h"

#define TILE 256                 /* device pixels */
#define TILE_STRIDE (TILE * 4)

typedef struct {
  gint64 key;
  LwRect content;                /* what it covers: less than TILE at the right and bottom edges */
  cairo_surface_t *surface;
  guint8 *picture;               /* below 100 %: what lw_compositor_filter() made; NULL: not yet */
  LwRect dirty;                  /* content pixels to compose again */
  GskRenderNode *node;           /* NULL: to be made */
  int node_x, node_y, node_scale;   /* where @node was placed, in device pixels of the viewport */
} Tile;

struct _LwTiles { GHashTable *by_key; };

static inline gint64
key_of (int column, int row)
{
  return (gint64) row << 32 | column;
}

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_clear_pointer (&tile->node, gsk_render_node_unref);
  cairo_surface_destroy (tile->surface);
  g_free (tile->picture);
  g_free (tile);
}

LwTiles *
lw_tiles_new (void)
{
  LwTiles *tiles = g_new (LwTiles, 1);

  tiles->by_key = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, tile_free);
  return tiles;
}

void
lw_tiles_free (LwTiles *tiles)
{
  g_hash_table_unref (tiles->by_key);
  g_free (tiles);
}

void
lw_tiles_reset (LwTiles *tiles)
{
  g_hash_table_remove_all (tiles->by_key);
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

static Tile *
tile_new (const LwView *view, int column, int row)
{
  Tile *tile = g_new0 (Tile, 1);
  LwRect whole = { 0, 0, lw_view_content_width (view), lw_view_content_height (view) };

  tile->key = key_of (column, row);
  tile->content = lw_rect_intersect ((LwRect) { column * TILE, row * TILE, TILE, TILE }, whole);
  tile->dirty = tile->content;
  tile->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, TILE, TILE);
  return tile;
}

static void
compose (Tile *tile, const LwCompositor *compositor, const LwScene *scene)
{
  int x = tile->dirty.x - tile->content.x, y = tile->dirty.y - tile->content.y;
  gsize offset = (gsize) y * TILE_STRIDE + (gsize) x * 4;

  if (compositor->zoom < 1 && tile->picture == NULL)
    {
      tile->picture = g_malloc ((gsize) TILE * TILE_STRIDE);
      lw_compositor_filter (compositor, scene, &tile->content, tile->picture, TILE_STRIDE);
    }
  /* The flush gives the node that still shows the surface a copy of its own, so that nodes never change. */
  cairo_surface_flush (tile->surface);
  lw_compositor_compose (compositor, scene, &tile->dirty, tile->picture != NULL ? tile->picture + offset : NULL, TILE_STRIDE,
                         cairo_image_surface_get_data (tile->surface) + offset, (gsize) cairo_image_surface_get_stride (tile->surface));
  cairo_surface_mark_dirty_rectangle (tile->surface, x, y, tile->dirty.width, tile->dirty.height);
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
snapshot_tile (Tile *tile, const LwCompositor *compositor, const LwScene *scene, const LwView *view, int scale, GtkSnapshot *snapshot)
{
  int x = tile->content.x - view->x, y = tile->content.y - view->y;

  if (scene != NULL && !lw_rect_is_empty (&tile->dirty))
    compose (tile, compositor, scene);
  if (tile->node == NULL || tile->node_x != x || tile->node_y != y || tile->node_scale != scale)
    make_node (tile, x, y, scale);
  gtk_snapshot_append_node (snapshot, tile->node);
}

static gboolean
out_of_view (gpointer key, gpointer value, gpointer data)
{
  LwRect common = lw_rect_intersect (((Tile *) value)->content, *(LwRect *) data);
  return lw_rect_is_empty (&common);
}

void
lw_tiles_snapshot (LwTiles *tiles, const LwCompositor *compositor, const LwScene *scene, const LwView *view, int scale, GtkSnapshot *snapshot)
{
  LwRect visible = lw_view_visible_content (view);

  g_hash_table_foreach_remove (tiles->by_key, out_of_view, &visible);
  if (lw_rect_is_empty (&visible))
    return;
  for (int row = visible.y / TILE; row <= (visible.y + visible.height - 1) / TILE; row++)
    for (int column = visible.x / TILE; column <= (visible.x + visible.width - 1) / TILE; column++)
      {
        gint64 key = key_of (column, row);
        Tile *tile = g_hash_table_lookup (tiles->by_key, &key);
        if (tile == NULL && scene != NULL)
          {
            tile = tile_new (view, column, row);
            g_hash_table_insert (tiles->by_key, &tile->key, tile);
          }
        if (tile != NULL)
          snapshot_tile (tile, compositor, scene, view, scale, snapshot);
      }
}
