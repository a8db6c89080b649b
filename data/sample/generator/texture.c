/* texture.c: painted pictures with smaller copies of themselves for the distance */
#include "config.h"
#include "texture.h"

#include <string.h>

static float linear[256];                  /* of a stored byte */

static void
init_table (void)
{
  for (int i = 0; linear[255] == 0 && i < 256; i++)
    linear[i] = (float) (i * i) / (255 * 255);
}

static int
power_of_two (int n)
{
  int power = 1;
  while (power < n)
    power *= 2;
  return power;
}

Texture *
texture_new (int width, int height, gboolean repeats)
{
  init_table ();
  Texture *texture = g_new0 (Texture, 1);
  texture->width = CLAMP (power_of_two (width), 2, 1024);
  texture->height = CLAMP (power_of_two (height), 2, 1024);
  texture->repeats = repeats;
  texture->n_levels = 1;
  texture->levels[0] = g_new0 (guint8, 4 * texture->width * texture->height);
  for (int i = 0; i < texture->width * texture->height; i++)
    texture->levels[0][4 * i + 3] = 255;
  return texture;
}

void
texture_free (Texture *texture)
{
  if (texture == NULL)
    return;
  for (int i = 0; i < texture->n_levels; i++)
    g_free (texture->levels[i]);
  g_free (texture);
}

static guint8
store (float value)
{
  return (guint8) (sqrtf (clampf (value, 0, 1)) * 255 + 0.5f);
}

/* One texel of a smaller level: colours weigh as much as they are opaque. */
static void
average (const guint8 *in, int stride, guint8 *out)
{
  const guint8 *texels[4] = { in, in + 4, in + stride, in + stride + 4 };
  float sum[3] = { 0 }, weight = 0, alpha = 0;
  for (int i = 0; i < 4; i++)
    {
      float w = (float) texels[i][3] + 0.5f;
      for (int c = 0; c < 3; c++)
        sum[c] += w * linear[texels[i][c]];
      weight += w;
      alpha += texels[i][3];
    }
  for (int c = 0; c < 3; c++)
    out[c] = store (sum[c] / weight);
  out[3] = (guint8) (alpha / 4 + 0.5f);
}

void
texture_finish (Texture *texture)
{
  int width = texture->width, height = texture->height;
  while (width >= 2 && height >= 2 && texture->n_levels < TEXTURE_LEVELS)
    {
      const guint8 *in = texture->levels[texture->n_levels - 1];
      guint8 *out = g_new (guint8, width * height);
      for (int y = 0; y < height / 2; y++)
        for (int x = 0; x < width / 2; x++)
          average (in + 4 * (2 * y * width + 2 * x), 4 * width, out + 4 * (y * (width / 2) + x));
      texture->levels[texture->n_levels++] = out;
      width /= 2, height /= 2;
    }
}

static inline int
wrap (int i, int n, gboolean repeats)
{
  return repeats ? i & (n - 1) : i < 0 ? 0 : i >= n ? n - 1 : i;
}

Texel
texture_sample (const Texture *texture, float u, float v, float lod)
{
  int level = (int) clampf (lod + 0.5f, 0, (float) (texture->n_levels - 1));
  int width = texture->width >> level, height = texture->height >> level;
  float x = u * (float) width - 0.5f, y = v * (float) height - 0.5f;
  float fx = floorf (x), fy = floorf (y), a = x - fx, b = y - fy;
  int x0 = wrap ((int) fx, width, texture->repeats), x1 = wrap ((int) fx + 1, width, texture->repeats);
  int y0 = wrap ((int) fy, height, texture->repeats), y1 = wrap ((int) fy + 1, height, texture->repeats);

  const guint8 *texels = texture->levels[level];
  const guint8 *corner[4] = { texels + 4 * (y0 * width + x0), texels + 4 * (y0 * width + x1),
                              texels + 4 * (y1 * width + x0), texels + 4 * (y1 * width + x1) };
  float weight[4] = { (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b };
  Texel out = { 0 };
  for (int i = 0; i < 4; i++)
    {
      out.colour.x += weight[i] * linear[corner[i][0]];
      out.colour.y += weight[i] * linear[corner[i][1]];
      out.colour.z += weight[i] * linear[corner[i][2]];
      out.alpha += weight[i] * corner[i][3];
    }
  out.alpha /= 255;
  return out;
}

void
paint_texel (Texture *texture, int x, int y, Vec colour, float alpha)
{
  if (!texture->repeats && (x < 0 || y < 0 || x >= texture->width || y >= texture->height))
    return;
  x = wrap (x, texture->width, texture->repeats);
  y = wrap (y, texture->height, texture->repeats);
  guint8 *texel = texture->levels[0] + 4 * (y * texture->width + x);
  texel[0] = store (colour.x);
  texel[1] = store (colour.y);
  texel[2] = store (colour.z);
  texel[3] = (guint8) (alpha * 255 + 0.5f);
}

void
paint_rect (Texture *texture, float x0, float y0, float x1, float y1, Vec colour, float alpha)
{
  for (int y = (int) floorf (y0 + 0.5f); y < (int) floorf (y1 + 0.5f); y++)
    for (int x = (int) floorf (x0 + 0.5f); x < (int) floorf (x1 + 0.5f); x++)
      paint_texel (texture, x, y, colour, alpha);
}

void
paint_disc (Texture *texture, float x, float y, float radius, Vec colour, float alpha)
{
  for (int v = (int) floorf (y - radius); v <= (int) ceilf (y + radius); v++)
    for (int u = (int) floorf (x - radius); u <= (int) ceilf (x + radius); u++)
      {
        float dx = (float) u + 0.5f - x, dy = (float) v + 0.5f - y;
        if (dx * dx + dy * dy <= radius * radius)
          paint_texel (texture, u, v, colour, alpha);
      }
}

void
paint_line (Texture *texture, float x0, float y0, float x1, float y1, float width0, float width1, Vec colour)
{
  float dx = x1 - x0, dy = y1 - y0, wide = fmaxf (width0, width1) / 2 + 1;
  float square = fmaxf (dx * dx + dy * dy, 1e-6f);
  for (int y = (int) floorf (fminf (y0, y1) - wide); y <= (int) ceilf (fmaxf (y0, y1) + wide); y++)
    for (int x = (int) floorf (fminf (x0, x1) - wide); x <= (int) ceilf (fmaxf (x0, x1) + wide); x++)
      {
        float px = (float) x + 0.5f - x0, py = (float) y + 0.5f - y0;
        float t = clampf ((px * dx + py * dy) / square, 0, 1);
        float ex = px - t * dx, ey = py - t * dy;
        if (sqrtf (ex * ex + ey * ey) <= mixf (width0, width1, t) / 2)
          paint_texel (texture, x, y, colour, 1);
      }
}
