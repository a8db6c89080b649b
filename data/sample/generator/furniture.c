/* furniture.c: lamps, signs, traffic lights, bollards, fences, and the shadows on the ground */
#include "config.h"
#include "models.h"

static const Surface steel = { .colour = { 0.16f, 0.165f, 0.17f }, .mirrors = 0.1f, .class = POLE };

void
add_lamp (Scene *scene, const Place *place, float height, int side)
{
  float out = side ? -1 : 1;             /* over the road */
  scene_add_stick (scene, place_point (place, 0, 0, 0), place_point (place, 0, 1.2f, 0), 0.11f, 0.1f, &steel);
  scene_add_stick (scene, place_point (place, 0, 1.2f, 0), place_point (place, 0, height - 0.6f, 0), 0.075f, 0.055f, &steel);
  scene_add_stick (scene, place_point (place, 0, height - 0.6f, 0), place_point (place, out * 0.5f, height, 0), 0.05f, 0.045f, &steel);
  scene_add_stick (scene, place_point (place, out * 0.5f, height, 0), place_point (place, out * 1.3f, height + 0.08f, 0), 0.04f, 0.04f, &steel);
  Surface head = { .colour = grey (0.3), .class = POLE };
  scene_add_stick (scene, place_point (place, out * 1.2f, height + 0.05f, 0), place_point (place, out * 1.75f, height + 0.1f, 0), 0.1f, 0.07f, &head);
}

void
add_sign (Scene *scene, const Kit *kit, const Place *place, int design, float height)
{
  float half = design >= 4 ? 0.42f : 0.36f, tall = design == 5 ? 0.62f : half;
  Surface plate = { .texture = kit->signs[design], .colour = grey (1), .class = SIGN, .blends = TRUE };
  Surface back = { .colour = grey (0.2), .class = SIGN };
  float y = height + tall;
  scene_add_stick (scene, place_point (place, 0, 0, 0), place_point (place, 0, height + tall * 1.6f, 0), 0.035f, 0.035f, &steel);
  const Vec quad[4] = { place_point (place, half, y + tall, 0.05f), place_point (place, -half, y + tall, 0.05f),
                        place_point (place, -half, y - tall, 0.05f), place_point (place, half, y - tall, 0.05f) };
  scene_add_quad (scene, quad, place->forward, &plate);
  if (design >= 4)
    {
      const Vec rear[4] = { place_point (place, half, y + tall, -0.04f), place_point (place, -half, y + tall, -0.04f),
                            place_point (place, -half, y - tall, -0.04f), place_point (place, half, y - tall, -0.04f) };
      scene_add_quad (scene, rear, place_direction (place, 0, 0, -1), &back);
    }
}

void
add_traffic_light (Scene *scene, const Place *place, int lit)
{
  static const Vec lamps[3] = { { 1.6f, 0.1f, 0.06f }, { 1.5f, 0.7f, 0.05f }, { 0.1f, 1.3f, 0.55f } };
  Surface box = { .colour = grey (0.02), .class = SIGN };
  scene_add_stick (scene, place_point (place, 0, 0, 0), place_point (place, 0, 3.4f, 0), 0.06f, 0.06f, &steel);
  scene_add_box (scene, place, VEC (-0.19, 2.35, 0.02), VEC (0.19, 3.45, 0.3), &box);
  for (int i = 0; i < 3; i++)
    {
      gboolean on = i == lit;
      Surface lamp = { .colour = on ? lamps[i] : scale (lamps[i], 0.05f), .glows = on ? 0.8f : 0, .class = SIGN };
      Vec at = place_point (place, 0, 3.25f - 0.35f * (float) i, 0.27f);
      scene_add_stick (scene, at, at, 0.11f, 0.11f, &lamp);
    }
}

void
add_bollard (Scene *scene, const Place *place, Vec colour)
{
  Surface post = { .colour = colour, .class = POLE }, band = { .colour = grey (0.5), .class = POLE };
  scene_add_stick (scene, place_point (place, 0, 0, 0), place_point (place, 0, 0.95f, 0), 0.085f, 0.08f, &post);
  scene_add_stick (scene, place_point (place, 0, 0.75f, 0), place_point (place, 0, 0.82f, 0), 0.09f, 0.09f, &band);
}

/* Runs of a texture that covers 2 metres. */
static void
add_run (Scene *scene, Vec from, Vec to, float height, const Surface *surface)
{
  Vec along = sub (to, from);
  int n = MAX ((int) (length (along) / 2 + 0.5f), 1);
  Vec normal = unit (cross (along, VEC (0, 1, 0)));
  for (int i = 0; i < n; i++)
    {
      Vec a = add (from, scale (along, (float) i / (float) n)), b = add (from, scale (along, (float) (i + 1) / (float) n));
      const Vec quad[4] = { add (a, VEC (0, height, 0)), add (b, VEC (0, height, 0)), b, a };
      scene_add_quad (scene, quad, normal, surface);
    }
}

void
add_railing (Scene *scene, const Kit *kit, Vec from, Vec to, float height)
{
  Surface bars = { .texture = kit->railing, .colour = grey (1), .class = FENCE, .blends = TRUE, .lit_from_behind = 0.3f };
  Surface post = { .colour = grey (0.03), .class = FENCE };
  Vec along = sub (to, from);
  int n = MAX ((int) (length (along) / 2 + 0.5f), 1);
  add_run (scene, from, to, height, &bars);
  for (int i = 0; i <= n; i++)
    {
      Vec foot = add (from, scale (along, (float) i / (float) n));
      scene_add_stick (scene, foot, add (foot, VEC (0, height + 0.05f, 0)), 0.035f, 0.03f, &post);
    }
}

void
add_planks (Scene *scene, const Kit *kit, Vec from, Vec to, float height, Vec tint)
{
  Surface boards = { .texture = kit->planks, .colour = tint, .class = FENCE };
  add_run (scene, from, to, height, &boards);
}

void
add_ground_shadow (Scene *scene, const Kit *kit, const Place *place, float width, float size, float height, const Light *light)
{
  Place low = *place;
  low.origin.y += 0.015f;
  float w = width * 0.62f, l = size * 0.6f;
  const Vec under[4] = { place_point (&low, -w, 0, l), place_point (&low, w, 0, l), place_point (&low, w, 0, -l), place_point (&low, -w, 0, -l) };
  scene_add_shadow (scene, under, kit->blob, 0.8f, FALSE);

  Vec sun = light->sun_direction;
  float share = light->sun.x / (light->sun.x + light->sky.x), reach = height * sqrtf (fmaxf (1 - sun.y * sun.y, 0)) / fmaxf (sun.y, 0.25f);
  Vec away = unit (VEC (-sun.x, 0, -sun.z)), beside = VEC (away.z, 0, -away.x);
  float half = 0.55f * (fabsf (dot (beside, place->right)) * width + fabsf (dot (beside, place->forward)) * size);
  float back = 0.5f * (fabsf (dot (away, place->right)) * width + fabsf (dot (away, place->forward)) * size);
  Vec near = sub (low.origin, scale (away, back)), far = add (low.origin, scale (away, back + reach));
  const Vec thrown[4] = { sub (near, scale (beside, half)), add (near, scale (beside, half)), add (far, scale (beside, half)), sub (far, scale (beside, half)) };
  scene_add_shadow (scene, thrown, kit->blob, share * 0.9f, TRUE);
}

/* ---- textures ---- */

/* Clear all around, so that the small levels keep their colour. */
static Texture *
clear_texture (int side, Vec colour)
{
  Texture *texture = texture_new (side, side, FALSE);
  paint_rect (texture, 0, 0, (float) side, (float) side, colour, 0);
  return texture;
}

static Texture *
paint_shadow (gboolean leafy, guint32 seed)
{
  Texture *texture = texture_new (128, 128, FALSE);
  for (int y = 0; y < 128; y++)
    for (int x = 0; x < 128; x++)
      {
        float dx = ((float) x - 63.5f) / 64, dy = ((float) y - 63.5f) / 64;
        float out = leafy ? sqrtf (dx * dx + dy * dy) : powf (dx * dx * dx * dx + dy * dy * dy * dy, 0.25f);
        float dark = ramp (1, leafy ? 0.5f : 0.62f, out + (leafy ? 0.5f * (fractal2 ((float) x / 14, (float) y / 14, 4, seed) - 0.5f) : 0));
        if (leafy)
          dark *= 0.35f + 0.65f * ramp (0.38f, 0.55f, fractal2 ((float) x / 6, (float) y / 6, 3, seed + 3));
        paint_texel (texture, x, y, grey (0), dark);
      }
  texture_finish (texture);
  return texture;
}

static void
paint_triangle (Texture *texture, float size, Vec colour)
{
  for (float y = 0; y < 2 * size; y++)
    paint_rect (texture, 64 - y * 0.56f, 64 - size * 1.05f + y, 64 + y * 0.56f, 64 - size * 1.05f + y + 1, colour, 1);
}

static Texture *
paint_sign (int design, Random *random)
{
  Vec red = VEC (0.5, 0.02, 0.02), white = grey (0.72), blue = VEC (0.02, 0.08, 0.36), black = grey (0.02);
  Texture *texture = clear_texture (128, design == 1 || design >= 4 ? blue : red);
  switch (design)
    {
    case 0:                              /* a speed limit */
      paint_disc (texture, 64, 64, 62, red, 1);
      paint_disc (texture, 64, 64, 47, white, 1);
      paint_rect (texture, 38, 42, 60, 48, black, 1), paint_rect (texture, 54, 42, 60, 88, black, 1);
      paint_rect (texture, 38, 82, 60, 88, black, 1), paint_rect (texture, 40, 62, 60, 68, black, 1);
      paint_rect (texture, 68, 42, 90, 88, black, 1), paint_rect (texture, 75, 50, 83, 80, white, 1);
      break;
    case 1:                              /* keep left */
      paint_disc (texture, 64, 64, 62, blue, 1);
      paint_line (texture, 88, 38, 44, 84, 14, 14, white);
      paint_line (texture, 40, 56, 40, 90, 12, 12, white), paint_line (texture, 40, 88, 72, 88, 12, 12, white);
      break;
    case 2:                              /* no entry */
      paint_disc (texture, 64, 64, 62, red, 1);
      paint_rect (texture, 20, 54, 108, 74, white, 1);
      break;
    case 3:                              /* a warning */
      paint_triangle (texture, 60, red);
      paint_triangle (texture, 40, white);
      paint_rect (texture, 59, 50, 69, 82, black, 1), paint_disc (texture, 64, 92, 6, black, 1);
      break;
    case 4:                              /* parking */
      paint_rect (texture, 2, 2, 126, 126, blue, 1);
      paint_rect (texture, 44, 24, 58, 106, white, 1), paint_disc (texture, 70, 46, 24, white, 1), paint_disc (texture, 70, 46, 10, blue, 1);
      break;
    default:                             /* the way to somewhere */
      {
        Vec board = random_chance (random, 0.5f) ? VEC (0.02, 0.16, 0.08) : white, ink = board.x > 0.5f ? black : white;
        paint_rect (texture, 2, 2, 126, 126, ink, 1), paint_rect (texture, 6, 6, 122, 122, board, 1);
        for (float y = 18; y < 110; y += 24)
          for (float x = 14; x < 100; x += 12)
            if (random_chance (random, 0.8f))
              paint_rect (texture, x, y, x + 8, y + 12, ink, 1);
      }
    }
  texture_finish (texture);
  return texture;
}

static Texture *
paint_railing (void)
{
  Vec black = grey (0.028);
  Texture *texture = clear_texture (256, black);
  texture->repeats = TRUE;
  for (float x = 8; x < 256; x += 15)
    paint_rect (texture, x, 8, x + 4, 250, black, 1);
  paint_rect (texture, 0, 14, 256, 24, black, 1);
  paint_rect (texture, 0, 222, 256, 232, black, 1);
  texture_finish (texture);
  return texture;
}

static Texture *
paint_planks (Random *random)
{
  Texture *texture = texture_new (128, 128, TRUE);
  for (int plank = 0; plank < 12; plank++)
    {
      float light = random_range (random, 0.75f, 1.2f);
      for (int y = 0; y < 128; y++)
        for (int x = plank * 128 / 12; x < (plank + 1) * 128 / 12; x++)
          {
            float grain = noise2 ((float) x * 0.9f, (float) y * 0.06f, (guint32) plank), gap = x == plank * 128 / 12 ? 0.3f : 1;
            paint_texel (texture, x, y, scale (VEC (0.26, 0.185, 0.11), light * gap * (0.75f + 0.5f * grain)), 1);
          }
    }
  paint_rect (texture, 0, 0, 128, 5, VEC (0.2, 0.14, 0.09), 1);
  texture_finish (texture);
  return texture;
}

void
furniture_paint_kit (Kit *kit, Random *random)
{
  kit->blob = paint_shadow (FALSE, 0);
  kit->crown = paint_shadow (TRUE, (guint32) random_below (random, 1 << 20));
  kit->railing = paint_railing ();
  kit->planks = paint_planks (random);
  for (int i = 0; i < 6; i++)
    kit->signs[i] = paint_sign (i, random);
}
