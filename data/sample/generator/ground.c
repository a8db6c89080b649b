/* ground.c: road, kerbs, pavements, side streets and grass */
#include "config.h"
#include "ground.h"

#define ASPHALT_METRES 6.0f            /* one tile of each texture covers so much */
#define SLABS_METRES 3.6f
#define GRASS_METRES 5.0f
#define STAINS_METRES 37.0f
#define KERB_WIDTH 0.16f
#define CORNER_RADIUS 3.5f             /* of a kerb at a side street */
#define SIDE_STREET_LENGTH 90.0f

/* ---- textures ---- */

static Texture *
paint_asphalt (guint32 seed)
{
  Texture *texture = texture_new (512, 512, TRUE);
  Random random = random_new (seed);
  for (int y = 0; y < 512; y++)
    for (int x = 0; x < 512; x++)
      {
        float grain = random_normal (&random) * 0.022f, lump = noise2 ((float) x / 32, (float) y / 32, seed) - 0.5f;
        float edge = fminf (fminf ((float) x, 511 - (float) x), fminf ((float) y, 511 - (float) y)) / 64;
        paint_texel (texture, x, y, grey (0.185f + grain + 0.03f * lump * fminf (edge, 1)), 1);
      }
  for (int i = 0; i < 1800; i++)
    {
      float light = random_range (&random, 0.12f, 0.33f);
      paint_disc (texture, random_range (&random, 0, 512), random_range (&random, 0, 512), random_range (&random, 0.4f, 1.2f), grey (light), 1);
    }
  texture_finish (texture);
  return texture;
}

static Texture *
paint_slabs (guint32 seed, gboolean bricks)
{
  Texture *texture = texture_new (512, 512, TRUE);
  Random random = random_new (seed);
  int rows = bricks ? 24 : 6, columns = bricks ? 12 : 4;
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++)
      {
        Vec tint = bricks ? VEC (0.24, 0.17, 0.14) : VEC (0.235, 0.225, 0.21);
        tint = scale (tint, random_range (&random, 0.78f, 1.18f));
        float x0 = (float) (column * 512 / columns) + (row % 2 ? 256.0f / (float) columns : 0), y0 = (float) (row * 512 / rows);
        for (int y = (int) y0 + 1; y < (int) y0 + 512 / rows; y++)
          for (int x = (int) x0 + 1; x < (int) x0 + 512 / columns; x++)
            paint_texel (texture, x, y, scale (tint, 0.88f + 0.24f * random_unit (&random)), 1);
        for (int x = (int) x0; x <= (int) x0 + 512 / columns; x++)
          paint_texel (texture, x, (int) y0, grey (0.09), 1);
        for (int y = (int) y0; y <= (int) y0 + 512 / rows; y++)
          paint_texel (texture, (int) x0, y, grey (0.09), 1);
      }
  texture_finish (texture);
  return texture;
}

static Texture *
paint_grass (guint32 seed)
{
  Texture *texture = texture_new (256, 256, TRUE);
  Random random = random_new (seed);
  paint_rect (texture, 0, 0, 256, 256, VEC (0.07, 0.11, 0.03), 1);
  for (int i = 0; i < 14000; i++)
    {
      float x = random_range (&random, 0, 256), y = random_range (&random, 0, 256), light = random_range (&random, 0.5f, 1.5f);
      Vec blade = random_chance (&random, 0.12f) ? VEC (0.2, 0.16, 0.07) : VEC (0.085, 0.145, 0.035);
      paint_line (texture, x, y, x + random_range (&random, -3, 3), y - 4, 1.3f, 0.6f, scale (blade, light));
    }
  texture_finish (texture);
  return texture;
}

/* Worn and mended places: a factor, stored as a grey of half of it. */
static Texture *
paint_stains (guint32 seed)
{
  Texture *texture = texture_new (512, 512, TRUE);
  Random random = random_new (seed);
  for (int y = 0; y < 512; y++)
    for (int x = 0; x < 512; x++)
      {
        float edge = ramp (0, 80, fminf (fminf ((float) x, 511 - (float) x), fminf ((float) y, 511 - (float) y)));
        float value = 1 + edge * 0.5f * (fractal2 ((float) x / 60, (float) y / 60, 5, seed) - 0.5f);
        paint_texel (texture, x, y, grey (value / 2), 1);
      }
  for (int i = 0; i < 9; i++)            /* patches of newer asphalt */
    {
      float x = random_range (&random, 0, 460), y = random_range (&random, 0, 440), value = random_range (&random, 0.32f, 0.56f);
      paint_rect (texture, x, y, x + random_range (&random, 8, 26), y + random_range (&random, 12, 70), grey (value), 1);
    }
  for (int i = 0; i < 26; i++)           /* cracks */
    {
      float x = random_range (&random, 0, 512), y = random_range (&random, 0, 512), turn = random_range (&random, 0, 6.3f);
      for (int k = 0; k < 22; k++)
        {
          float u = x + 3 * cosf (turn), v = y + 3 * sinf (turn);
          paint_line (texture, x, y, u, v, 0.7f, 0.6f, grey (0.3));
          x = u, y = v;
          turn += random_range (&random, -0.6f, 0.6f);
        }
    }
  texture_finish (texture);
  return texture;
}

void
ground_init (Ground *ground, const Course *course, Random *random)
{
  ground->course = course;
  ground->seed = (guint32) random_below (random, 1 << 20);
  ground->asphalt = paint_asphalt (ground->seed);
  ground->slabs = paint_slabs (ground->seed + 1, random_chance (random, 0.3f));
  ground->grass = paint_grass (ground->seed + 2);
  ground->stains = paint_stains (ground->seed + 3);
  ground->yellow_lines = random_chance (random, 0.6f);
  ground->hatched = random_chance (random, 0.5f);
  ground->wetness = random_chance (random, 0.25f) ? random_range (random, 0.2f, 0.8f) : 0;
}

void
ground_release (Ground *ground)
{
  texture_free (ground->asphalt);
  texture_free (ground->slabs);
  texture_free (ground->grass);
  texture_free (ground->stains);
}

/* ---- where what is ---- */

/* Metres from the nearest kerb: negative on the road, side streets and their rounded corners included. */
static float
kerb_distance (const Ground *ground, float along, float across)
{
  int side = across > 0;
  float out = fabsf (across), distance = out - ground->kerb[side];
  for (int i = 0; distance > 0 && i < ground->n_side_streets; i++)
    {
      const Stretch *street = &ground->side_streets[i];
      if (street->side != side || along < street->from - CORNER_RADIUS || along > street->to + CORNER_RADIUS
          || out > ground->kerb[side] + SIDE_STREET_LENGTH)
        continue;
      float beside = fmaxf (street->from - along, along - street->to);        /* negative inside the side street */
      if (distance < CORNER_RADIUS && beside > 0)
        {
          float dx = CORNER_RADIUS - distance, dy = CORNER_RADIUS - beside;
          beside = CORNER_RADIUS - sqrtf (dx * dx + dy * dy);
        }
      distance = fminf (distance, beside);
    }
  return distance;
}

gboolean
ground_is_pavement (const Ground *ground, float along, float across)
{
  return kerb_distance (ground, along, across) > 0;
}

static gboolean
in_park (const Ground *ground, float along, float across)
{
  int side = across > 0;
  if (fabsf (across) < ground->house_line[side])
    return FALSE;
  for (int i = 0; i < ground->n_parks; i++)
    if (ground->parks[i].side == side && along > ground->parks[i].from && along < ground->parks[i].to)
      return TRUE;
  return FALSE;
}

/* ---- paint on the road ---- */

/* How much of a pixel lies in the stripe of @width around 0. */
static float
stripe (float distance, float width, float blur)
{
  return ramp (width / 2 + blur, width / 2 - blur, fabsf (distance));
}

/* 1 where @at is within the painted part of a line that repeats every @period metres. */
static float
dashes (float at, float period, float painted, float blur)
{
  float phase = at - floorf (at / period) * period;
  return stripe (phase - painted / 2, painted, blur);
}

static gboolean
at_side_street (const Ground *ground, int side, float along)
{
  for (int i = 0; i < ground->n_side_streets; i++)
    if (ground->side_streets[i].side == side && along > ground->side_streets[i].from - CORNER_RADIUS
        && along < ground->side_streets[i].to + CORNER_RADIUS)
      return TRUE;
  return FALSE;
}

static Vec
painted (const Ground *ground, Vec road, float along, float across, float blur)
{
  float white = stripe (across - ground->lane_middle, 0.12f, blur) * dashes (along, 6, 3.4f, blur * 2), yellow = 0;
  int side = across > 0;
  float from_kerb = ground->kerb[side] - fabsf (across);
  gboolean open = at_side_street (ground, side, along);

  if (open)
    white = fmaxf (white, stripe (from_kerb - 0.05f, 0.22f, blur) * dashes (along, 1.2f, 0.7f, blur * 2));
  else if (ground->yellow_lines && from_kerb > 0)
    yellow = fmaxf (stripe (from_kerb - 0.28f, 0.1f, blur), stripe (from_kerb - 0.52f, 0.1f, blur));
  for (int i = 0; i < ground->n_crossings; i++)
    {
      float before = along - ground->crossings[i];
      if (from_kerb < 0 || fabsf (before) > 9)
        continue;
      float clear = stripe (before, 9, 0.1f);
      yellow *= 1 - clear, white *= 1 - clear;
      white = fmaxf (white, stripe (before, 3, blur) * dashes (across + 20.25f, 1.1f, 0.55f, blur));
      white = fmaxf (white, stripe (before + 3.6f, 0.3f, blur) * dashes (across, 0.9f, 0.5f, blur) * (across < 0));
      white = fmaxf (white, stripe (before - 3.6f, 0.3f, blur) * dashes (across, 0.9f, 0.5f, blur) * (across > 0));
    }
  float worn = 0.9f - 0.55f * ramp (0.5f, 0.85f, noise2 (along * 1.3f, across * 2.1f, ground->seed + 9));
  road = mix (road, grey (0.62), white * worn);
  return mix (road, VEC (0.5, 0.36, 0.07), yellow * worn * 0.8f);
}

/* ---- drawing ---- */

typedef struct {
  Vec at;
  float along, across, beside;         /* beside: kerb_distance() */
  float lod;                           /* log2 of metres a pixel */
  float blur;                          /* half of the metres a pixel, across */
} Spot;

static Vec
road_colour (const Ground *ground, const Spot *spot)
{
  float u = spot->across / ASPHALT_METRES, v = spot->along / ASPHALT_METRES;
  Vec colour = texture_sample (ground->asphalt, u, v, spot->lod + log2f (512 / ASPHALT_METRES)).colour;
  float stain = 2 * texture_sample (ground->stains, (spot->across + 9) / STAINS_METRES, spot->along / STAINS_METRES,
                                    spot->lod + log2f (512 / STAINS_METRES)).colour.x;
  float lane = fabsf (spot->across - ground->lane_middle) - 1.65f;
  float tracks = stripe (fabsf (lane) - 0.72f, 0.5f, 0.3f);                   /* where wheels run it is smoother and darker */
  colour = scale (colour, stain * (1 - 0.1f * tracks) * (1 - 0.3f * ground->wetness));
  float gutter = ground->kerb[spot->across > 0] - fabsf (spot->across);
  colour = scale (colour, 1 - 0.25f * ramp (0.5f, 0, fabsf (gutter)));
  return painted (ground, colour, spot->along, spot->across, spot->blur);
}

static Vec
pavement_colour (const Ground *ground, const Spot *spot)
{
  if (spot->beside < KERB_WIDTH)
    return scale (grey (0.3), 0.85f + 0.3f * noise2 (spot->along * 1.1f, 3, ground->seed));
  float u = spot->across / SLABS_METRES, v = spot->along / SLABS_METRES;
  Vec colour = texture_sample (ground->slabs, u, v, spot->lod + log2f (512 / SLABS_METRES)).colour;
  float stain = texture_sample (ground->stains, u / 7 + 0.3f, v / 7, spot->lod + log2f (512 / SLABS_METRES / 7)).colour.x;
  return scale (colour, 0.35f + 1.3f * stain);
}

static Vec
grass_colour (const Ground *ground, const Spot *spot)
{
  float u = spot->across / GRASS_METRES, v = spot->along / GRASS_METRES;
  Vec colour = texture_sample (ground->grass, u, v, spot->lod + log2f (256 / GRASS_METRES)).colour;
  return scale (colour, 0.7f + 0.6f * noise2 (spot->along * 0.4f, spot->across * 0.4f, ground->seed));
}

static Spot
spot_at (const Ground *ground, const View *view, Vec ray, float height)
{
  Spot spot;
  float distance = (height - view->eye.y) / ray.y;
  spot.at = add (view->eye, scale (ray, distance));
  spot.along = spot.at.z;
  spot.across = spot.at.x - course_x (ground->course, spot.along);
  spot.beside = kerb_distance (ground, spot.along, spot.across);
  float wide = distance / view->focal, deep = wide * distance / fmaxf (view->eye.y - height, 0.3f);
  spot.lod = 0.5f * rough_log2 (wide * deep) - 0.6f;
  spot.blur = fminf (wide * 0.5f, 0.5f);
  return spot;
}

typedef enum { ON_ROAD, ON_PAVEMENT, ON_GRASS, ON_KERB_FACE } Footing;

/* The pavement is a step higher than the road, so a ray is tried against it first; between the two it meets the kerb's face. */
static Footing
meet (const Ground *ground, const View *view, Vec ray, Spot *spot)
{
  *spot = spot_at (ground, view, ray, KERB_HEIGHT);
  if (spot->beside > 0)
    return in_park (ground, spot->along, spot->across) ? ON_GRASS : ON_PAVEMENT;
  Spot low = spot_at (ground, view, ray, 0);
  if (low.beside > 0)
    return ON_KERB_FACE;
  *spot = low;
  return ON_ROAD;
}

static Vec
ground_colour (const Light *light, const Ground *ground, const Spot *spot, Footing footing, Vec ray, float distance)
{
  Vec colour = footing == ON_KERB_FACE ? grey (0.17) : footing == ON_GRASS ? grass_colour (ground, spot)
               : footing == ON_PAVEMENT ? pavement_colour (ground, spot) : road_colour (ground, spot);
  colour = mul (colour, light_on (light, spot->at, VEC (0, 1, 0), light_sun_at (light, spot->at)));
  if (footing == ON_ROAD)
    {
      float slant = 1 - fminf (-ray.y / length (ray), 1), square = slant * slant;
      colour = add (colour, scale (light->horizon, (0.02f + 0.15f * ground->wetness) * square * square * slant));
    }
  return light_through_haze (light, colour, distance);
}

static const guint8 footing_class[] = { [ON_ROAD] = ROAD, [ON_PAVEMENT] = PAVEMENT, [ON_GRASS] = TREE, [ON_KERB_FACE] = PAVEMENT };

/* @split by @split samples from (x, y) on, all alike. */
static void
draw_ground_part (Target *target, const View *view, const Light *light, const Ground *ground, int x, int y, int split)
{
  Spot spot;
  float half = 0.5f * (float) split;
  Vec ray = view_ray (view, target, (float) x + half, (float) y + half);
  if (ray.y >= -0.003f)
    return;
  Footing footing = meet (ground, view, ray, &spot);
  if (split == 2 && fabsf (spot.beside) < 4 * spot.blur)       /* a kerb runs through: each sample for itself */
    {
      for (int i = 0; i < 4; i++)
        draw_ground_part (target, view, light, ground, x + i % 2, y + i / 2, 1);
      return;
    }
  float distance = (spot.at.y - view->eye.y) / ray.y, nearness = 1 / distance;
  Vec colour = { 0 };
  gboolean shaded = FALSE;
  for (int i = 0; i < split * split; i++)
    {
      gsize at = target_at (target, x + i % split, y + i / split);
      if (nearness <= target->nearness[at])
        continue;
      if (!shaded && target->colours != NULL)
        colour = ground_colour (light, ground, &spot, footing, ray, distance);
      shaded = TRUE;
      target->nearness[at] = nearness;
      target->is_ground[at] = 1;
      if (target->colours != NULL)
        target->colours[at] = colour;
      else
        target->classes[at] = footing_class[footing];
    }
}

/* FALSE where something stands nearer than the ground can be on every sample of the pixel. */
static gboolean
may_show (const Target *target, const View *view, int x, int y)
{
  float down = -view_ray (view, target, (float) x + 1, (float) y + (float) target->split).y;
  float nearness = down / (view->eye.y - KERB_HEIGHT);
  for (int i = 0; i < target->split * target->split; i++)
    if (target->nearness[target_at (target, x + i % target->split, y + i / target->split)] < nearness)
      return TRUE;
  return FALSE;
}

void
draw_ground (Target *target, const View *view, const Light *light, const Ground *ground)
{
  for (int y = 0; y < target->height; y += target->split)
    for (int x = 0; x < target->width; x += target->split)
      if (may_show (target, view, x, y))
        draw_ground_part (target, view, light, ground, x, y, target->split);
}
