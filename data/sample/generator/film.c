/* film.c: from light to a picture as a small camera takes it */
#include "config.h"
#include "film.h"

#define CURVE_CELLS 4096
#define CURVE_TOP 8.0f         /* the curve is flat above */

Film
film_new (Random *random)
{
  float warm = random_range (random, -0.04f, 0.04f), key = random_range (random, 0.65f, 1.35f);
  if (random_chance (random, 0.15f))
    key = random_range (random, 0.15f, 0.4f);         /* dusk, as in one of CamVid's drives */
  return (Film) { .key = key, .contrast = random_range (random, 1.0f, 1.25f), .vignette = random_range (random, 0.05f, 0.25f),
                  .grain = random_range (random, 0.006f, 0.018f), .saturation = random_range (random, 0.75f, 1.05f),
                  .balance = VEC (1 + warm, 1, 1 - warm) };
}

static float
luminance (Vec colour)
{
  return 0.2126f * colour.x + 0.7152f * colour.y + 0.0722f * colour.z;
}

/* Exposes for the lower two thirds, and slowly, so that the sky burns out as it does in a car's camera. */
static void
expose (Film *film, const Target *target)
{
  float sum = 0;
  int n = 0;
  for (int y = target->height / 3; y < target->height; y += 7)
    for (int x = 0; x < target->width; x += 7, n++)
      sum += logf (luminance (target->colours[target_at (target, x, y)]) + 1e-3f);
  float wanted = film->key * 0.085f / expf (sum / (float) MAX (n, 1));
  film->exposure = film->exposure > 0 ? mixf (film->exposure, wanted, 0.06f) : wanted;
}

static void
make_curve (const Film *film, float *curve)
{
  for (int i = 0; i < CURVE_CELLS; i++)
    {
      float light = (float) i / CURVE_CELLS;
      light = light * light * CURVE_TOP;             /* finer steps in the dark */
      float toned = powf (1.04f * (1 - expf (-1.5f * light)), 1 / 2.2f);
      curve[i] = clampf (toned + (film->contrast - 1) * (toned - 0.5f) * 0.6f, 0, 1);
    }
}

static inline float
through_curve (const float *curve, float light)
{
  int cell = (int) (sqrtf (fmaxf (light, 0) / CURVE_TOP) * CURVE_CELLS);
  return curve[MIN (cell, CURVE_CELLS - 1)];
}

/* One pixel from the four samples in it and, faintly, those around: the softness of a lens. */
static Vec
gather (const Target *target, int x, int y)
{
  static const float weight[4] = { 0.07f, 0.43f, 0.43f, 0.07f };
  Vec sum = { 0 };
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++)
      {
        int u = CLAMP (2 * x - 1 + i, 0, target->width - 1), v = CLAMP (2 * y - 1 + j, 0, target->height - 1);
        Vec colour = target->colours[target_at (target, u, v)];
        colour = VEC (fminf (colour.x, 4), fminf (colour.y, 4), fminf (colour.z, 4));
        sum = add (sum, scale (colour, weight[i] * weight[j]));
      }
  return sum;
}

#define GRAIN_CELLS (1 << 15)

/* Chance is slow by the million: each row starts somewhere else in one table. */
static const float *
grain_table (void)
{
  static float table[GRAIN_CELLS];
  Random random = random_new (1);
  for (int i = 0; table[GRAIN_CELLS - 1] == 0 && i < GRAIN_CELLS; i++)
    table[i] = random_normal (&random) + 1e-6f;
  return table;
}

void
film_develop (Film *film, const Target *target, Random *random, guint8 *rgb)
{
  float curve[CURVE_CELLS];
  int width = target->width / 2, height = target->height / 2;
  const float *table = grain_table ();
  expose (film, target);
  make_curve (film, curve);
  for (int y = 0; y < height; y++)
    for (int x = 0, cell = random_below (random, GRAIN_CELLS); x < width; x++, rgb += 3)
      {
        float dx = ((float) x + 0.5f) / (float) width - 0.5f, dy = ((float) y + 0.5f) / (float) height - 0.5f;
        Vec colour = gather (target, x, y);
        colour = mix (grey (luminance (colour)), colour, film->saturation);
        colour = scale (mul (colour, film->balance), film->exposure * (1 - film->vignette * 2 * (dx * dx + dy * dy)));
        float grain = table[cell++ % GRAIN_CELLS] * film->grain;
        const float channels[3] = { colour.x, colour.y, colour.z };
        for (int c = 0; c < 3; c++)
          {
            float value = through_curve (curve, channels[c]), square = value * value;
            value += (grain + table[cell++ % GRAIN_CELLS] * film->grain * 0.6f) * (1 - square * square);      /* what is burnt out has no grain */
            rgb[c] = (guint8) (clampf (value, 0, 1) * 255 + 0.5f);
          }
      }
}
