/* test-canvas-compositor.c: every composed pixel against a slow reference that looks at one pixel at a time */
#include "config.h"
#include "editor/compositor.h"
#include <math.h>
#include <string.h>

static LwImage *
random_image (int width, int height)
{
  LwImage *image = lw_image_new (width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 pixel = 0xff000000 | (guint32) g_test_rand_int_range (0, 0x1000000);
        memcpy (image->pixels + (gsize) y * image->stride + (gsize) x * 4, &pixel, 4);
      }
  return image;
}

static LwLabelMap *
random_map (int width, int height, int n_labels)
{
  LwLabelMap *map = lw_label_map_new (width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        int label = g_test_rand_int_range (-1, n_labels);
        lw_label_map_row (map, y)[x] = (guint8) (label < 0 ? LW_LABEL_NONE : label);
      }
  return map;
}

static LwPalette *
make_palette (void)
{
  LwPalette *palette = lw_palette_new ("test");

  for (guint8 id = 0; id < 5; id++)
    lw_palette_add (palette, id, (char[]) { (char) ('A' + id), 0 }, (guint8[]) { (guint8) (id * 60), (guint8) (255 - id * 40), (guint8) (id * 13) });
  return palette;
}

typedef struct { LwScene scene; LwCompositor compositor; gboolean hidden[256]; double opacity; gboolean coarse; const LwPalette *palette; } Case;

static guint32
colour_of (const Case *c, guint8 id)
{
  const LwClass *class = lw_palette_find_id (c->palette, id);
  return class != NULL ? (guint32) (class->rgb[0] << 16 | class->rgb[1] << 8 | class->rgb[2]) : 0xff00ff;
}

static guint32
mix (guint32 background, guint32 colour, double alpha)
{
  int a = (int) floor (alpha * 256 + 0.5);
  guint32 out = 0xff000000;

  for (int shift = 0; shift < 24; shift += 8)
    out |= (guint32) ((int) (background >> shift & 255) * (256 - a) / 256 + (int) (colour >> shift & 255) * a / 256) << shift;
  return out;
}

static guint32
hatched (const Case *c, guint32 below, int x, int y, int content_x, int content_y)
{
  guint8 label = c->scene.labels != NULL ? lw_label_map_get (c->scene.labels, x, y) : LW_LABEL_NONE;
  guint8 proposed = lw_label_map_get (c->scene.proposal, x, y);
  int confidence = c->scene.confidence != NULL ? lw_label_map_get (c->scene.confidence, x / 4, y / 4) : 255;
  gboolean on_line = (content_x + content_y) / c->compositor.scale % 8 < 1 + confidence * 4 / 255;

  if (proposed == LW_LABEL_NONE || (c->scene.labels != NULL && proposed == label) || c->hidden[proposed] || c->opacity == 0)
    return below;
  return mix (below, colour_of (c, proposed), on_line ? 0.85 : 0.18);
}

static guint32
expected (const Case *c, int content_x, int content_y, guint32 picture)
{
  double zoom = c->compositor.zoom;
  int x = MIN ((int) floor ((content_x + 0.5) / zoom), c->scene.width - 1), y = MIN ((int) floor ((content_y + 0.5) / zoom), c->scene.height - 1);
  guint8 label = c->scene.labels != NULL ? lw_label_map_get (c->scene.labels, x, y) : LW_LABEL_NONE;
  guint32 out = 0xff808080;

  if (zoom < 1 && !c->coarse)
    out = picture;
  else if (c->scene.image != NULL)
    memcpy (&out, c->scene.image->pixels + (gsize) y * c->scene.image->stride + (gsize) x * 4, 4);
  if (label != LW_LABEL_NONE && !c->hidden[label])
    out = mix (out, colour_of (c, label), c->opacity);
  if (c->scene.proposal != NULL)
    out = hatched (c, out, x, y, content_x, content_y);
  if (c->compositor.grid)
    {
      gboolean left = content_x == 0 || MIN ((int) floor ((content_x - 0.5) / zoom), c->scene.width - 1) != x;
      gboolean top = content_y == 0 || MIN ((int) floor ((content_y - 0.5) / zoom), c->scene.height - 1) != y;
      if (left || top)
        out = mix (out, 0, 0.3);
    }
  return out;
}

static void
check (const Case *c, const LwRect *rect)
{
  gsize stride = (gsize) rect->width * 4 + 16;
  g_autofree guint8 *picture = g_malloc0 (stride * (gsize) rect->height), *out = g_malloc (stride * (gsize) rect->height);

  memset (out, 0x5a, stride * (gsize) rect->height);
  if (c->compositor.zoom < 1 && !c->coarse)
    lw_compositor_filter (&c->compositor, &c->scene, rect, picture, stride);
  lw_compositor_compose (&c->compositor, &c->scene, rect, c->coarse ? NULL : picture, stride, out, stride);
  for (int y = 0; y < rect->height; y++)
    {
      for (int x = 0; x < rect->width; x++)
        {
          guint32 got, below;
          memcpy (&got, out + (gsize) y * stride + (gsize) x * 4, 4);
          memcpy (&below, picture + (gsize) y * stride + (gsize) x * 4, 4);
          g_assert_cmphex (got, ==, expected (c, rect->x + x, rect->y + y, below));
        }
      for (gsize i = (gsize) rect->width * 4; i < stride; i++)
        g_assert_cmpint (out[(gsize) y * stride + i], ==, 0x5a);      /* nothing past the rectangle */
    }
}

static LwRect
random_rect (int width, int height)
{
  int x = g_test_rand_int_range (0, width), y = g_test_rand_int_range (0, height);
  return (LwRect) { x, y, g_test_rand_int_range (1, MIN (width - x, 300) + 1), g_test_rand_int_range (1, MIN (height - y, 40) + 1) };
}

static void
test_compose (void)
{
  g_autoptr(LwPalette) palette = make_palette ();
  static const double zooms[] = { 1, 2, 3, 1.5, 0.5, 0.417, 0.1, 0.01, 7.3, 16, 31.7, 64 };

  for (int i = 0; i < 300; i++)
    {
      Case c = { .palette = palette, .opacity = g_test_rand_int_range (0, 5) / 4.0, .coarse = g_test_rand_bit () };
      int width = g_test_rand_int_range (1, 200), height = g_test_rand_int_range (1, 100);
      g_autoptr(LwImage) image = random_image (width, height);
      g_autoptr(LwLabelMap) labels = random_map (width, height, 7);      /* 5 and 6 are not in the palette */
      g_autoptr(LwLabelMap) proposal = random_map (width, height, 6);
      g_autoptr(LwLabelMap) confidence = random_map ((width + 3) / 4, (height + 3) / 4, 255);
      int which = g_test_rand_int_range (0, 16);

      c.scene = (LwScene) { width, height, which & 1 ? image : NULL, which & 2 ? labels : NULL, which & 4 ? proposal : NULL, which & 8 ? confidence : NULL };
      c.hidden[g_test_rand_int_range (0, 6)] = TRUE;
      lw_compositor_set_colours (&c.compositor, palette, c.hidden, c.opacity);
      c.compositor.zoom = i % 2 ? zooms[g_test_rand_int_range (0, G_N_ELEMENTS (zooms))] : exp2 (g_test_rand_double_range (-6, 6));
      c.compositor.scale = g_test_rand_int_range (1, 4);
      c.compositor.grid = c.compositor.zoom >= 4;
      LwRect rect = random_rect (MAX (1, (int) (width * c.compositor.zoom)), MAX (1, (int) (height * c.compositor.zoom)));
      check (&c, &rect);
    }
}

/* The mean over the area of a content pixel, in floating point. */
static double
area_mean (const LwImage *image, double zoom, int content_x, int content_y, int channel)
{
  double x0 = content_x / zoom, x1 = MIN ((content_x + 1) / zoom, image->width), y0 = content_y / zoom, y1 = MIN ((content_y + 1) / zoom, image->height);
  double sum = 0, weight = 0;

  for (int y = (int) y0; y < MIN ((int) ceil (y1), image->height); y++)
    for (int x = (int) x0; x < MIN ((int) ceil (x1), image->width); x++)
      {
        double cover = (MIN (x1, x + 1) - MAX (x0, x)) * (MIN (y1, y + 1) - MAX (y0, y));
        sum += cover * image->pixels[(gsize) y * image->stride + (gsize) x * 4 + (gsize) channel];
        weight += cover;
      }
  return sum / weight;
}

static void
test_filter (void)
{
  for (int i = 0; i < 60; i++)
    {
      int width = g_test_rand_int_range (20, 400), height = g_test_rand_int_range (20, 100);
      g_autoptr(LwImage) image = random_image (width, height);
      LwScene scene = { width, height, image, NULL, NULL, NULL };
      LwCompositor compositor = { .zoom = g_test_rand_double_range (0.15, 0.999) };
      LwRect rect = { 0, 0, (int) (width * compositor.zoom), (int) (height * compositor.zoom) };
      g_autofree guint8 *out = g_malloc ((gsize) rect.width * 4 * (gsize) rect.height);

      lw_compositor_filter (&compositor, &scene, &rect, out, (gsize) rect.width * 4);
      for (int y = 0; y < rect.height; y++)
        for (int x = 0; x < rect.width; x++)
          for (int channel = 0; channel < 3; channel++)
            g_assert_cmpfloat_with_epsilon (out[(y * rect.width + x) * 4 + channel], area_mean (image, compositor.zoom, x, y, channel), 5);
    }
}

/* Weights add up exactly, at any zoom: what is flat stays as it is. */
static void
test_filter_flat (void)
{
  g_autoptr(LwImage) image = lw_image_new (1000, 70);

  for (int y = 0; y < 70; y++)
    memset (image->pixels + (gsize) y * image->stride, 0xff, 4000);
  for (int i = 0; i < 100; i++)
    {
      LwCompositor compositor = { .zoom = g_test_rand_double_range (0.01, 1) };
      LwScene scene = { 1000, 70, image, NULL, NULL, NULL };
      LwRect rect = random_rect (MAX (1, (int) lround (1000 * compositor.zoom)), MAX (1, (int) lround (70 * compositor.zoom)));
      g_autofree guint8 *out = g_malloc0 ((gsize) rect.width * 4 * (gsize) rect.height);

      lw_compositor_filter (&compositor, &scene, &rect, out, (gsize) rect.width * 4);
      for (int byte = 0; byte < rect.width * 4 * rect.height; byte++)
        g_assert_cmpint (out[byte], ==, 0xff);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/compositor/compose", test_compose);
  g_test_add_func ("/canvas/compositor/filter", test_filter);
  g_test_add_func ("/canvas/compositor/filter-flat", test_filter_flat);
  return g_test_run ();
}
