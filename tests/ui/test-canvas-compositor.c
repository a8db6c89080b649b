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

typedef struct { LwScene scene; LwCompositor compositor; LwAdjustment adjustment; gboolean hidden[256]; double opacity; gboolean coarse; const LwPalette *palette; } Case;

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

/* Brightness and contrast around the middle; the contrast 1 is four times as steep. */
static guint32
adjusted (const LwAdjustment *a, guint32 pixel)
{
  guint32 out = 0xff000000;

  for (int shift = 16; shift >= 0; shift -= 8)
    {
      int from = a->channel == LW_CHANNEL_ALL ? shift : 24 - 8 * (int) a->channel;
      double value = (pixel >> from & 255) / 255.0;
      value = (value - 0.5) * pow (4, a->contrast) + 0.5 + a->brightness / 2;
      out |= (guint32) lround (255 * CLAMP (value, 0, 1)) << shift;
    }
  return out;
}

/* The image pixel that a content pixel shows, which may lie beyond the edge of the picture. */
static int
image_pixel (const Case *c, int content, int size)
{
  int pixel = (int) floor ((MAX (content, 0) + 0.5) / c->compositor.zoom);
  return MIN (pixel, size - 1);
}

static gboolean
on_border (const Case *c, int content_x, int content_y)
{
  static const int directions[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
  int x = image_pixel (c, content_x, c->scene.width), y = image_pixel (c, content_y, c->scene.height);

  for (int i = 0; i < 4; i++)
    for (int distance = 1; distance <= 2 * c->compositor.scale; distance++)
      {
        int there_x = image_pixel (c, content_x + directions[i][0] * distance, c->scene.width);
        int there_y = image_pixel (c, content_y + directions[i][1] * distance, c->scene.height);
        if (lw_label_map_get (c->scene.labels, there_x, there_y) != lw_label_map_get (c->scene.labels, x, y))
          return TRUE;
      }
  return FALSE;
}

/* The heat's colours are the compositor's; where they are shown, and how strong they may be, is looked at here. */
static guint32
heated (const Case *c, guint32 below, int x, int y)
{
  LwBlend heat = c->compositor.heat[lw_label_map_get (c->scene.confidence, x / 4, y / 4)];
  guint32 out = 0xff000000;

  if (c->scene.labels != NULL && c->scene.origins != NULL && lw_label_map_get (c->scene.labels, x, y) != LW_LABEL_NONE &&
      c->compositor.sure[lw_label_map_get (c->scene.origins, x, y)])
    return below;
  for (int shift = 0; shift < 24; shift += 8)
    out |= ((below >> shift & 255) * heat.keep / 256 + (heat.add >> shift & 255)) << shift;
  return out;
}

static gboolean
has_ink (const Case *c, guint8 id, int content_x, int content_y)
{
  guint n = 0;

  while (((const LwClass *) c->palette->classes->pdata[n])->id != id)
    n++;
  return lw_pattern_has_ink (n, content_x / c->compositor.scale % 8, content_y / c->compositor.scale % 8);
}

static guint32
labelled (const Case *c, guint32 out, int content_x, int content_y)
{
  int x = image_pixel (c, content_x, c->scene.width), y = image_pixel (c, content_y, c->scene.height);
  guint8 label = lw_label_map_get (c->scene.labels, x, y);
  gboolean heat = c->compositor.unsure && c->scene.confidence != NULL;

  if (label == LW_LABEL_NONE || c->hidden[label])
    return out;
  if (heat || c->compositor.style == LW_STYLE_OUTLINES)
    return on_border (c, content_x, content_y) ? mix (out, colour_of (c, label), MIN (1, 2 * c->opacity)) : out;
  out = mix (out, colour_of (c, label), c->opacity);
  if (c->compositor.style == LW_STYLE_PATTERNS && lw_palette_find_id (c->palette, label) != NULL && has_ink (c, label, content_x, content_y))
    out = mix (out, lw_pattern_ink (colour_of (c, label)), c->opacity * 0.8);
  return out;
}

static guint32
expected (const Case *c, int content_x, int content_y, guint32 picture)
{
  double zoom = c->compositor.zoom;
  int x = image_pixel (c, content_x, c->scene.width), y = image_pixel (c, content_y, c->scene.height);
  gboolean heat = c->compositor.unsure && c->scene.confidence != NULL;
  guint32 out = 0xff808080;

  if (zoom < 1 && !c->coarse)
    out = picture;
  else if (c->scene.image != NULL)
    memcpy (&out, c->scene.image->pixels + (gsize) y * c->scene.image->stride + (gsize) x * 4, 4);
  if (c->scene.image != NULL)
    out = adjusted (&c->adjustment, out);
  if (heat)
    out = heated (c, out, x, y);
  if (c->scene.labels != NULL)
    out = labelled (c, out, content_x, content_y);
  if (c->scene.proposal != NULL && !heat)
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

/* As it is, in half of the cases. */
static LwAdjustment
random_adjustment (void)
{
  if (g_test_rand_bit ())
    return (LwAdjustment) { 0 };
  return (LwAdjustment) { .brightness = g_test_rand_int_range (-4, 5) / 4.0, .contrast = g_test_rand_int_range (-4, 5) / 4.0,
                          .channel = (LwChannel) g_test_rand_int_range (0, 4) };
}

/* In every style, with and without heat, with the picture as it is and adjusted. */
static void
test_compose (void)
{
  g_autoptr(LwPalette) palette = make_palette ();
  static const double zooms[] = { 1, 2, 3, 1.5, 0.5, 0.417, 0.1, 0.01, 7.3, 16, 31.7, 64 };

  for (int i = 0; i < 600; i++)
    {
      Case c = { .palette = palette, .opacity = g_test_rand_int_range (0, 5) / 4.0, .coarse = g_test_rand_bit () };
      int width = g_test_rand_int_range (1, 200), height = g_test_rand_int_range (1, 100);
      g_autoptr(LwImage) image = random_image (width, height);
      g_autoptr(LwLabelMap) labels = random_map (width, height, 7);      /* 5 and 6 are not in the palette */
      g_autoptr(LwLabelMap) proposal = random_map (width, height, 6);
      g_autoptr(LwLabelMap) confidence = random_map ((width + 3) / 4, (height + 3) / 4, 255);
      g_autoptr(LwLabelMap) origins = random_map (width, height, 4);
      int which = g_test_rand_int_range (0, 32);

      c.scene = (LwScene) { width, height, which & 1 ? image : NULL, which & 2 ? labels : NULL, which & 4 ? proposal : NULL, which & 8 ? confidence : NULL,
                            which & 16 ? origins : NULL };
      c.adjustment = random_adjustment ();
      lw_curves_set (&c.compositor.curves, &c.adjustment, c.scene.image);
      c.compositor.style = (LwLabelStyle) g_test_rand_int_range (0, LW_N_STYLES);
      c.compositor.unsure = g_test_rand_int_range (0, 4) == 0;
      c.compositor.sure[2] = TRUE;
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
      LwScene scene = { width, height, image };
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
      LwScene scene = { 1000, 70, image };
      LwRect rect = random_rect (MAX (1, (int) lround (1000 * compositor.zoom)), MAX (1, (int) lround (70 * compositor.zoom)));
      g_autofree guint8 *out = g_malloc0 ((gsize) rect.width * 4 * (gsize) rect.height);

      lw_compositor_filter (&compositor, &scene, &rect, out, (gsize) rect.width * 4);
      for (int byte = 0; byte < rect.width * 4 * rect.height; byte++)
        g_assert_cmpint (out[byte], ==, 0xff);
    }
}

/* Less confidence, more heat; none where the model is sure. The darker colour is the hotter one, for who sees no colours. */
static void
test_heat (void)
{
  g_autoptr(LwPalette) palette = make_palette ();
  LwCompositor compositor = { 0 };

  lw_compositor_set_colours (&compositor, palette, NULL, 0.5);
  g_assert_cmpint (compositor.heat[255].keep, ==, 256);
  for (int confidence = 1; confidence < 256; confidence++)
    g_assert_cmpint (compositor.heat[confidence - 1].keep, <=, compositor.heat[confidence].keep);
  g_assert_cmpint (compositor.heat[0].keep, ==, 64);
}

/* A picture of dark values spreads over the whole range, in order; a flat one stays flat; the values of one channel alone count for it. */
static void
test_equalise (void)
{
  g_autoptr(LwImage) image = lw_image_new (640, 480);
  LwAdjustment adjustment = { .equalise = TRUE };
  LwCurves curves;

  for (int y = 0; y < 480; y++)
    for (int x = 0; x < 640; x++)
      ((guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride))[x] = 0xff000000 | (guint32) (20 + x / 16) << 16 | 0x001000u | (guint32) (x / 8);
  adjustment.channel = LW_CHANNEL_RED;
  lw_curves_set (&curves, &adjustment, image);
  guint32 darkest = lw_curves_apply (&curves, 0xff140000), brightest = lw_curves_apply (&curves, 0xff3b0000);
  g_assert_cmpint (darkest & 255, <, 10);
  g_assert_cmpint (brightest & 255, >, 245);
  for (guint32 red = 20; red < 59; red++)
    g_assert_cmpint (lw_curves_apply (&curves, red << 16) & 255, <=, lw_curves_apply (&curves, (red + 1) << 16) & 255);
  g_assert_cmphex (darkest, ==, 0xff000000 | (darkest & 255) * 0x010101);       /* a channel alone is grey */

  adjustment.channel = LW_CHANNEL_GREEN;                                          /* has one value everywhere */
  lw_curves_set (&curves, &adjustment, image);
  g_assert_cmphex (lw_curves_apply (&curves, 0xff3a1042), ==, lw_curves_apply (&curves, 0xff001000));
  lw_curves_set (&curves, &adjustment, NULL);                                     /* no picture, nothing to count */
  g_assert_cmphex (lw_curves_apply (&curves, 0xff3a1042), ==, 0xff101010);
}

/* Every class of the largest palette has a design of its own, and none of them is the proposal's hatch. */
static void
test_patterns (void)
{
  guint64 designs[2 * LW_N_PATTERNS] = { 0 };

  for (guint n = 0; n < G_N_ELEMENTS (designs); n++)
    {
      for (int i = 0; i < 64; i++)
        designs[n] |= (guint64) lw_pattern_has_ink (n, i % 8, i / 8) << i;
      for (guint other = 0; other < n; other++)
        g_assert_cmphex (designs[n], !=, designs[other]);
      gboolean same_along_hatch = TRUE;
      for (int i = 0; i < 64; i++)
        same_along_hatch = same_along_hatch && lw_pattern_has_ink (n, i % 8, i / 8) == lw_pattern_has_ink (n, (i + 1) % 8, (i / 8 + 7) % 8);
      g_assert_false (same_along_hatch);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/compositor/compose", test_compose);
  g_test_add_func ("/canvas/compositor/filter", test_filter);
  g_test_add_func ("/canvas/compositor/filter-flat", test_filter_flat);
  g_test_add_func ("/canvas/compositor/heat", test_heat);
  g_test_add_func ("/canvas/compositor/equalise", test_equalise);
  g_test_add_func ("/canvas/compositor/patterns", test_patterns);
  return g_test_run ();
}
