/* tree.c: trunks and branches that grow by chance, with sprites of leaves or twigs at their ends */
#include "config.h"
#include "models.h"

#define SPRITE_TEXELS 128

typedef struct {
  Scene *scene;
  const Kit *kit;
  TreeKind kind;
  Vec middle;                  /* of the crown: leaves face away from it */
  Vec tint;
  float crown;                 /* its radius */
  Surface bark;
  Random *random;
} Growth;

static void
add_leaves (const Growth *growth, Vec at, float size)
{
  const Kit *kit = growth->kit;
  int which = random_below (growth->random, 3);
  const Texture *texture = growth->kind == TREE_BARE ? kit->twigs[which] : growth->kind == TREE_CONIFER ? kit->needles : kit->leaves[which];
  Vec out = sub (at, growth->middle);
  float depth = clampf (length (out) / fmaxf (growth->crown, 0.1f), 0, 1);
  float light = (0.5f + 0.5f * depth) * random_range (growth->random, 0.75f, 1.2f);        /* it is dark inside */
  Surface leaves = { .texture = texture, .colour = scale (growth->tint, light), .class = TREE, .blends = TRUE, .lit_from_behind = 0.35f };
  scene_add_sprite (growth->scene, at, size, unit (add (unit (out), VEC (0, 0.35, 0))), &leaves);
}

static void
grow (Growth *growth, Vec from, Vec direction, float size, float radius, int depth)
{
  Random *random = growth->random;
  Vec to = add (from, scale (direction, size));
  scene_add_stick (growth->scene, from, to, radius, radius * 0.72f, &growth->bark);
  if (depth == 0)
    {
      add_leaves (growth, to, random_range (random, 0.75f, 1.25f) * growth->crown * 0.36f);
      return;
    }
  if (depth <= 1)
    add_leaves (growth, mix (from, to, 0.6f), random_range (random, 0.6f, 1) * growth->crown * 0.34f);
  int n = depth >= 3 ? 3 + random_below (random, 2) : 2 + random_below (random, 2);
  float turn = random_range (random, 0, 6.28f);
  for (int i = 0; i < n; i++)
    {
      float angle = turn + 6.28f * (float) i / (float) n + random_range (random, -0.4f, 0.4f), spread = random_range (random, 0.45f, 0.95f);
      Vec side = VEC (cosf (angle), random_range (random, -0.1f, 0.35f), sinf (angle));
      grow (growth, to, unit (add (scale (direction, 1 - spread * 0.5f), scale (side, spread))), size * random_range (random, 0.58f, 0.8f),
            radius * 0.62f, depth - 1);
    }
}

static void
add_conifer (Growth *growth, Vec foot, float height)
{
  scene_add_stick (growth->scene, foot, add (foot, VEC (0, height, 0)), height * 0.022f, 0.03f, &growth->bark);
  for (float y = height * 0.15f; y < height; y += height * 0.06f)
    {
      float wide = (1 - y / height) * height * 0.24f + 0.15f;
      for (int i = 0; i < 5; i++)
        {
          float angle = random_range (growth->random, 0, 6.28f);
          add_leaves (growth, add (foot, VEC (cosf (angle) * wide * 0.7f, y, sinf (angle) * wide * 0.7f)), fmaxf (wide * 0.8f, 0.4f));
        }
    }
}

static void
add_bush (Growth *growth, Vec foot, float height)
{
  for (int i = 0; i < 12; i++)
    {
      Vec at = VEC (random_range (growth->random, -0.8f, 0.8f) * height, random_range (growth->random, 0.15f, 0.75f) * height,
                    random_range (growth->random, -0.8f, 0.8f) * height);
      add_leaves (growth, add (foot, at), height * random_range (growth->random, 0.35f, 0.55f));
    }
}

static void
add_crown_shadow (Scene *scene, const Kit *kit, Vec foot, float height, float crown, const Light *light, gboolean bare)
{
  Vec sun = light->sun_direction;
  float slant = 1 / fmaxf (sun.y, 0.25f), stretch = crown * fmaxf (1, slant * 0.8f);
  Vec away = unit (VEC (-sun.x, 0, -sun.z)), beside = VEC (away.z, 0, -away.x);
  Vec middle = add (VEC (foot.x, KERB_HEIGHT * 0.3f, foot.z), scale (away, height * 0.68f * slant * sqrtf (fmaxf (1 - sun.y * sun.y, 0))));
  const Vec corners[4] = { add (sub (middle, scale (beside, crown)), scale (away, stretch)), add (add (middle, scale (beside, crown)), scale (away, stretch)),
                           sub (add (middle, scale (beside, crown)), scale (away, stretch)), sub (sub (middle, scale (beside, crown)), scale (away, stretch)) };
  float share = light->sun.x / (light->sun.x + light->sky.x);
  scene_add_shadow (scene, corners, kit->crown, share * (bare ? 0.45f : 0.85f), TRUE);
}

void
add_tree (Scene *scene, const Kit *kit, Vec foot, TreeKind kind, float height, const Light *light, Random *random)
{
  float crown = height * (kind == TREE_BARE ? 0.36f : 0.34f);
  Growth growth = { scene, kit, kind, add (foot, VEC (0, height * 0.62f, 0)), grey (1), crown,
                    { .colour = scale (VEC (0.115, 0.1, 0.08), random_range (random, 0.6f, 1.3f)), .class = TREE }, random };
  growth.tint = scale (VEC (random_range (random, 0.85f, 1.25f), 1, random_range (random, 0.8f, 1.1f)), random_range (random, 0.75f, 1.2f));
  if (kind == TREE_CONIFER)
    {
      growth.middle = add (foot, VEC (0, height * 0.4f, 0));
      add_conifer (&growth, foot, height);
    }
  else if (kind == TREE_BUSH)
    {
      growth.middle = foot;
      growth.crown = height;
      add_bush (&growth, foot, height);
    }
  else
    {
      Vec lean = unit (VEC (random_range (random, -0.08f, 0.08f), 1, random_range (random, -0.08f, 0.08f)));
      grow (&growth, foot, lean, height * 0.34f, height * random_range (random, 0.016f, 0.026f), 3);
    }
  if (kind != TREE_BUSH)
    add_crown_shadow (scene, kit, foot, height, crown, light, kind == TREE_BARE);
}

void
add_hedge (Scene *scene, const Kit *kit, const Place *place, float size, float height, Random *random)
{
  Surface body = { .texture = kit->hedge, .colour = grey (random_range (random, 0.7f, 1.2f)), .class = TREE };
  Growth growth = { scene, kit, TREE_BUSH, place->origin, grey (random_range (random, 0.8f, 1.1f)), height, { 0 }, random };
  for (float z = -size / 2; z < size / 2 - 0.1f; z += 1.6f)
    {
      float to = fminf (z + 1.6f, size / 2);
      scene_add_box (scene, place, VEC (-0.35, 0, z), VEC (0.35, height * 0.9f, to), &body);
      growth.middle = place_point (place, 0, 0, z + 0.8f);
      for (int i = 0; i < 4; i++)
        add_leaves (&growth, place_point (place, random_range (random, -0.3f, 0.3f), height * random_range (random, 0.45f, 0.92f), random_range (random, z, to)), 0.42f);
    }
}

/* ---- sprites ---- */

static void
clear_sprite (Texture *texture, Vec colour)
{
  for (int i = 0; i < texture->width * texture->height; i++)
    paint_texel (texture, i % texture->width, i / texture->width, colour, 0);
}

static Texture *
paint_leaf_sprite (Random *random, Vec colour, int n, float leaf)
{
  Texture *texture = texture_new (SPRITE_TEXELS, SPRITE_TEXELS, FALSE);
  clear_sprite (texture, scale (colour, 0.7f));
  guint32 seed = (guint32) random_below (random, 1 << 20);
  for (int i = 0; i < n; i++)
    {
      float angle = random_range (random, 0, 6.28f), out = sqrtf (random_unit (random));
      float reach = 0.34f + 0.28f * noise2 (cosf (angle) * 2.2f, sinf (angle) * 2.2f, seed);
      float x = (0.5f + cosf (angle) * out * reach * 0.78f) * SPRITE_TEXELS, y = (0.5f + sinf (angle) * out * reach * 0.78f) * SPRITE_TEXELS;
      float bright = (0.45f + 0.75f * (1 - y / SPRITE_TEXELS)) * random_range (random, 0.6f, 1.5f);
      Vec tint = random_chance (random, 0.06f) ? VEC (0.2, 0.14, 0.03) : colour;
      paint_line (texture, x, y, x + random_range (random, -leaf, leaf), y + random_range (random, -leaf, leaf), leaf, leaf * 0.4f, scale (tint, bright));
    }
  texture_finish (texture);
  return texture;
}

static void
paint_twig (Texture *texture, Random *random, float x, float y, float turn, float size, float width, int depth, Vec colour)
{
  float u = x + cosf (turn) * size, v = y + sinf (turn) * size;
  paint_line (texture, x, y, u, v, width, width * 0.75f, scale (colour, random_range (random, 0.7f, 1.3f)));
  if (depth == 0)
    return;
  int n = 2 + random_below (random, 2);
  for (int i = 0; i < n; i++)
    paint_twig (texture, random, mixf (x, u, random_range (random, 0.4f, 1)), mixf (y, v, random_range (random, 0.4f, 1)),
                turn + random_range (random, -0.75f, 0.75f), size * random_range (random, 0.55f, 0.9f), fmaxf (width * 0.75f, 0.9f), depth - 1, colour);
}

static Texture *
paint_twig_sprite (Random *random)
{
  Texture *texture = texture_new (SPRITE_TEXELS * 2, SPRITE_TEXELS * 2, FALSE);
  Vec colour = VEC (0.1, 0.085, 0.068);
  clear_sprite (texture, colour);
  float middle = SPRITE_TEXELS;
  for (int i = 0; i < 9; i++)
    paint_twig (texture, random, middle, middle + 20, 6.28f * (float) i / 9 + random_range (random, -0.3f, 0.3f), 34, 2.6f, 4, colour);
  texture_finish (texture);
  return texture;
}

void
tree_paint_kit (Kit *kit, Random *random)
{
  static const Vec greens[3] = { { 0.075f, 0.115f, 0.03f }, { 0.1f, 0.12f, 0.035f }, { 0.06f, 0.09f, 0.03f } };
  for (int i = 0; i < 3; i++)
    {
      kit->leaves[i] = paint_leaf_sprite (random, greens[i], 900, 4.5f);
      kit->twigs[i] = paint_twig_sprite (random);
    }
  kit->needles = paint_leaf_sprite (random, VEC (0.032, 0.06, 0.028), 1400, 3);
  kit->hedge = texture_new (128, 128, TRUE);
  for (int i = 0; i < 5200; i++)
    {
      float x = random_range (random, 0, 128), y = random_range (random, 0, 128), bright = random_range (random, 0.35f, 1.5f);
      paint_line (kit->hedge, x, y, x + random_range (random, -3, 3), y + random_range (random, -3, 3), 3, 1.4f, scale (greens[2], bright));
    }
  texture_finish (kit->hedge);
}
