/* house.c: fronts with windows, doors and shops, gables, roofs and chimneys */
#include "config.h"
#include "models.h"

#define TEXELS_A_METRE 26.0f

/* ---- painting, in metres from the front's bottom left, y up ---- */

typedef struct {
  Texture *texture;
  float x_scale, y_scale, height;
} Front;

static void
panel (const Front *front, float x0, float y0, float x1, float y1, Vec colour, float dull)
{
  paint_rect (front->texture, x0 * front->x_scale, (front->height - y1) * front->y_scale, x1 * front->x_scale, (front->height - y0) * front->y_scale,
              colour, dull);
}

static Vec
wall_colour (int wall, float x, float y, guint32 seed)
{
  static const Vec colours[4] = { { 0.29f, 0.17f, 0.105f }, { 0.36f, 0.32f, 0.25f }, { 0.56f, 0.53f, 0.46f }, { 0.3f, 0.3f, 0.29f } };
  float row = floorf (y / 0.085f), cell = wall == 1 ? 0.6f : 0.25f;
  if (wall == 1)
    row = floorf (y / 0.34f);
  float brick = noise2 (floorf (x / cell + 0.5f * fmodf (row, 2)) * 7.31f + 0.5f, row * 5.77f + 0.5f, seed);
  float weather = fractal2 (x * 0.45f, y * 0.3f, 4, seed + 5), strength = wall >= 2 ? 0.06f : wall == 1 ? 0.25f : 0.4f;
  return scale (colours[wall], (1 + strength * (brick - 0.5f)) * (0.72f + 0.56f * weather));
}

static void
paint_wall (const Front *front, float width, const House *house, guint32 seed)
{
  for (int y = 0; y < front->texture->height; y++)
    for (int x = 0; x < front->texture->width; x++)
      {
        float at_x = ((float) x + 0.5f) / front->x_scale, at_y = front->height - ((float) y + 0.5f) / front->y_scale;
        Vec colour = mul (wall_colour (house->wall, at_x, at_y, seed), house->tint);
        float dirt = 1 - 0.22f * ramp (1.2f, 0, at_y) - 0.12f * ramp (0.8f, 0, front->height - at_y);
        paint_texel (front->texture, x, y, scale (colour, dirt), 1);
      }
}

static void
paint_glass (const Front *front, float x0, float y0, float x1, float y1, Random *random)
{
  float dark = random_range (random, 0.012f, 0.05f);
  panel (front, x0, y0, x1, y1, VEC (dark, dark * 1.05f, dark * 1.15f), 0.12f);
  if (random_chance (random, 0.4f))                                      /* curtains, or a blind */
    {
      Vec cloth = scale (VEC (0.42, 0.4, 0.35), random_range (random, 0.35f, 1));
      float part = random_range (random, 0.12f, 0.3f) * (x1 - x0);
      if (random_chance (random, 0.4f))
        panel (front, x0, mixf (y0, y1, random_range (random, 0.3f, 0.8f)), x1, y1, cloth, 0.75f);
      else
        {
          panel (front, x0, y0, x0 + part, y1, cloth, 0.75f);
          panel (front, x1 - part, y0, x1, y1, cloth, 0.75f);
        }
    }
}

typedef struct { float width, height, bar; int columns, rows; Vec frame, sill; gboolean lintel; } WindowStyle;

static WindowStyle
window_style (const House *house, Random *random)
{
  WindowStyle style = { random_range (random, 0.9f, 1.5f), random_range (random, 1.3f, 1.9f), 0.06f, random_chance (random, 0.5f) ? 2 : 1,
                        random_chance (random, 0.7f) ? 2 : 1, grey (random_chance (random, 0.75f) ? 0.6f : 0.06f), grey (0.42), TRUE };
  if (house->modern)
    {
      style.width = random_range (random, 1.6f, 2.8f);
      style.frame = grey (random_range (random, 0.05f, 0.5f));
      style.lintel = FALSE;
    }
  return style;
}

static void
paint_window (const Front *front, float x, float y, const WindowStyle *style, Random *random)
{
  float w = style->width, h = style->height, bar = style->bar;
  if (style->lintel)
    panel (front, x - 0.12f, y + h, x + w + 0.12f, y + h + 0.18f, style->sill, 1);
  panel (front, x - 0.02f, y - 0.02f, x + w + 0.02f, y + h + 0.04f, grey (0.05), 1);          /* the reveal's shadow */
  panel (front, x, y, x + w, y + h - 0.03f, style->frame, 0.97f);
  for (int row = 0; row < style->rows; row++)
    for (int column = 0; column < style->columns; column++)
      paint_glass (front, x + bar + (float) column * (w - bar) / (float) style->columns, y + bar + (float) row * (h - bar) / (float) style->rows,
                   x + (float) (column + 1) * (w - bar) / (float) style->columns, y + (float) (row + 1) * (h - bar) / (float) style->rows, random);
  panel (front, x - 0.1f, y - 0.12f, x + w + 0.1f, y, style->sill, 1);
}

static void
paint_door (const Front *front, float x, Random *random)
{
  static const Vec paints[5] = { { 0.03f, 0.06f, 0.14f }, { 0.16f, 0.02f, 0.02f }, { 0.02f, 0.07f, 0.04f }, { 0.02f, 0.02f, 0.02f }, { 0.4f, 0.4f, 0.38f } };
  panel (front, x - 0.12f, 0, x + 1.07f, 2.55f, grey (0.5), 0.97f);
  panel (front, x, 0.1f, x + 0.95f, 2.1f, paints[random_below (random, 5)], 0.93f);
  panel (front, x, 2.15f, x + 0.95f, 2.45f, grey (0.03), 0.15f);
}

static void
paint_letters (const Front *front, float x0, float x1, float y0, float y1, Vec ink, Random *random)
{
  for (float x = x0; x < x1 - 0.15f; x += 0.26f)
    {
      if (random_chance (random, 0.15f))
        continue;
      panel (front, x, y0, x + 0.05f, y1, ink, 1);
      if (random_chance (random, 0.7f))
        panel (front, x, y1 - 0.07f, x + 0.18f, y1, ink, 1);
      if (random_chance (random, 0.6f))
        panel (front, x + 0.13f, y0, x + 0.18f, y1, ink, 1);
      if (random_chance (random, 0.5f))
        panel (front, x, (y0 + y1) / 2 - 0.03f, x + 0.18f, (y0 + y1) / 2 + 0.04f, ink, 1);
    }
}

static void
paint_shop (const Front *front, float width, Random *random)
{
  static const Vec boards[7] = { { 0.02f, 0.09f, 0.05f }, { 0.2f, 0.02f, 0.02f }, { 0.03f, 0.05f, 0.18f }, { 0.02f, 0.02f, 0.02f },
                                 { 0.5f, 0.46f, 0.38f }, { 0.45f, 0.26f, 0.03f }, { 0.1f, 0.03f, 0.12f } };
  int board = random_below (random, 7);
  Vec pillar = scale (boards[board], 0.8f);
  panel (front, 0.05f, 0, width - 0.05f, 3.35f, pillar, 0.96f);
  for (float x = 0.25f; x < width - 1; x += 2.2f)
    {
      float to = fminf (x + 2.05f, width - 0.25f);
      paint_glass (front, x, 0.45f, to, 2.55f, random);
      for (int i = 0; i < 5; i++)                                           /* goods, posters, lit rooms */
        {
          float at = random_range (random, x, to - 0.3f), low = random_range (random, 0.5f, 1.6f);
          Vec colour = VEC (random_range (random, 0.02f, 0.3f), random_range (random, 0.02f, 0.25f), random_range (random, 0.02f, 0.2f));
          panel (front, at, low, fminf (at + random_range (random, 0.15f, 0.6f), to), low + random_range (random, 0.2f, 0.8f), colour, 0.5f);
        }
    }
  float door = random_range (random, 0.4f, width - 1.5f);
  panel (front, door, 0.1f, door + 1, 2.5f, grey (0.025), 0.2f);
  panel (front, 0.1f, 2.65f, width - 0.1f, 3.3f, boards[board], 0.92f);
  paint_letters (front, width * 0.2f, width * 0.8f, 2.8f, 3.15f, board >= 4 && board <= 5 ? grey (0.03) : VEC (0.7, 0.66, 0.5), random);
  panel (front, 0, 3.3f, width, 3.45f, grey (0.3), 1);
}

static Texture *
paint_front (const House *house, Random *random)
{
  Front front = { texture_new ((int) (house->width * TEXELS_A_METRE * 0.7f), (int) (house->height * TEXELS_A_METRE * 0.7f), FALSE) };
  front.x_scale = (float) front.texture->width / house->width;
  front.y_scale = (float) front.texture->height / house->height;
  front.height = house->height;
  paint_wall (&front, house->width, house, (guint32) random_below (random, 1 << 20));

  WindowStyle style = window_style (house, random);
  float storey = house->modern ? 3.3f : random_range (random, 2.8f, 3.2f), first = house->shop ? 3.5f : 0;
  int n_columns = MAX ((int) (house->width / (style.width + random_range (random, 0.8f, 1.4f))), 1);
  float pitch = house->width / (float) n_columns;
  int door = house->shop ? -1 : random_below (random, n_columns);
  for (float y = first; y + 2.3f < house->height; y += storey)
    for (int column = 0; column < n_columns; column++)
      if (y > 0 || column != door)
        paint_window (&front, (float) column * pitch + (pitch - style.width) / 2, y + 0.85f, &style, random);
  if (house->modern)
    for (float y = first; y < house->height; y += storey)
      panel (&front, 0, y + 2.85f, house->width, y + 3.1f, scale (house->tint, 0.28f), 1);
  if (house->shop)
    paint_shop (&front, house->width, random);
  else
    paint_door (&front, (float) door * pitch + (pitch - 0.95f) / 2, random);
  panel (&front, 0, house->height - 0.28f, house->width, house->height, scale (house->tint, house->pitched ? 0.12f : 0.45f), 1);
  panel (&front, house->width - 0.12f, 0, house->width - 0.02f, house->height, grey (0.06), 1);        /* a drainpipe */
  texture_finish (front.texture);
  return front.texture;
}

/* ---- building ---- */

House
house_random (Random *random, float width)
{
  static const float chances[4] = { 0.5f, 0.2f, 0.2f, 0.1f };
  House house = { .width = width, .height = random_range (random, 5.6f, 9.5f), .depth = random_range (random, 8, 12) };
  float chance = random_unit (random);
  while (house.wall < 3 && chance > chances[house.wall])
    chance -= chances[house.wall++];
  house.modern = house.wall == 3 || random_chance (random, 0.12f);
  if (house.modern || random_chance (random, 0.25f))
    house.height = random_range (random, 9, 15);
  house.pitched = !house.modern && random_chance (random, 0.8f);
  house.shop = random_chance (random, 0.45f);
  house.tint = scale (VEC (random_range (random, 0.92f, 1.08f), 1, random_range (random, 0.88f, 1.06f)), random_range (random, 0.45f, 1.25f));
  return house;
}

/* A surface whose texture repeats every few metres needs corners that say so: quads take 0..1, so a wall is laid in strips. */
static void
add_wall (Scene *scene, const Place *place, float x, float z0, float z1, float height, float turn, const Surface *surface)
{
  for (float z = z0; z < z1 - 0.01f; z += 4)
    for (float y = 0; y < height - 0.01f; y += 4)
      {
        float far = fminf (z + 4, z1), top = fminf (y + 4, height);
        const Vec quad[4] = { place_point (place, x, top, z), place_point (place, x, top, far), place_point (place, x, y, far), place_point (place, x, y, z) };
        scene_add_quad (scene, quad, place_direction (place, turn, 0, 0), surface);
      }
}

static void
add_roof (Scene *scene, const Kit *kit, const Place *place, const House *house, const Surface *gable, Random *random)
{
  float half = house->width / 2, eave = house->height - 0.05f, rise = house->depth * random_range (random, 0.26f, 0.42f), middle = -house->depth / 2;
  Surface tiles = { .texture = kit->roofs[random_below (random, 2)], .colour = grey (random_range (random, 0.7f, 1.2f)), .class = BUILDING };
  for (float x = -half; x < half - 0.01f; x += 4)
    {
      float to = fminf (x + 4, half);
      const Vec slope[4] = { place_point (place, x, eave + rise, middle), place_point (place, to, eave + rise, middle),
                             place_point (place, to, eave - 0.1f, 0.35f), place_point (place, x, eave - 0.1f, 0.35f) };
      scene_add_quad (scene, slope, place_direction (place, 0, 1, 0.8f), &tiles);
    }
  for (int side = -1; side <= 1; side += 2)
    scene_add_triangle (scene, place_point (place, (float) side * half, eave + rise, middle), place_point (place, (float) side * half, eave, 0),
                        place_point (place, (float) side * half, eave, -house->depth), place_direction (place, (float) side, 0, 0), gable);
  for (int side = -1; side <= 1; side += 2)
    if (random_chance (random, 0.6f))
      {
        float x = (float) side * (half - 0.6f);
        scene_add_box (scene, place, VEC (x - 0.45, eave + rise * 0.6f, middle - 0.35), VEC (x + 0.45, eave + rise + 1.1, middle + 0.35), gable);
        for (int pot = -1; pot <= 1; pot += 2)
          scene_add_stick (scene, place_point (place, x + 0.2f * (float) pot, eave + rise + 1, middle),
                           place_point (place, x + 0.2f * (float) pot, eave + rise + 1.5f, middle), 0.11f, 0.1f,
                           &(Surface) { .colour = VEC (0.25, 0.12, 0.07), .class = BUILDING });
      }
}

void
add_house (Scene *scene, Kit *kit, const Place *place, const House *house, Random *random)
{
  float half = house->width / 2;
  Texture *texture = paint_front (house, random);
  g_ptr_array_add (kit->fronts, texture);
  Surface front = { .texture = texture, .colour = grey (1), .class = BUILDING };
  Surface wall = { .texture = kit->walls[house->wall], .colour = scale (house->tint, 0.95f), .class = BUILDING };
  const Vec quad[4] = { place_point (place, half, house->height, 0), place_point (place, -half, house->height, 0),
                        place_point (place, -half, 0, 0), place_point (place, half, 0, 0) };
  scene_add_quad (scene, quad, place->forward, &front);
  add_wall (scene, place, half, -house->depth, 0, house->height, 1, &wall);
  add_wall (scene, place, -half, -house->depth, 0, house->height, -1, &wall);
  if (house->pitched)
    add_roof (scene, kit, place, house, &wall, random);
  if (house->shop && random_chance (random, 0.3f))                      /* an awning */
    {
      Surface cloth = { .colour = VEC (random_range (random, 0.1f, 0.5f), random_range (random, 0.05f, 0.3f), random_range (random, 0.03f, 0.2f)),
                        .class = BUILDING };
      const Vec awning[4] = { place_point (place, half * 0.8f, 2.7f, 0), place_point (place, -half * 0.8f, 2.7f, 0),
                              place_point (place, -half * 0.8f, 2.25f, 1.1f), place_point (place, half * 0.8f, 2.25f, 1.1f) };
      scene_add_quad (scene, awning, place_direction (place, 0, 1, 0.4f), &cloth);
    }
}

void
add_block (Scene *scene, const Kit *kit, const Place *place, Vec size, Random *random)
{
  Surface wall = { .texture = kit->walls[random_below (random, 4)], .colour = grey (random_range (random, 0.5f, 1.1f)), .class = BUILDING };
  Surface roof = { .colour = grey (random_range (random, 0.06f, 0.16f)), .class = BUILDING };
  float half = size.x / 2;
  scene_add_box (scene, place, VEC (-half, 0, -size.z), VEC (half, size.y, 0), &wall);
  for (float y = 1.2f; y + 1.6f < size.y; y += 3)
    for (float x = -half + 1; x + 1.3f < half; x += 2.6f)
      {
        Surface window = { .colour = grey (random_range (random, 0.02f, 0.09f)), .mirrors = 0.7f, .class = BUILDING };
        const Vec quad[4] = { place_point (place, x + 1.2f, y + 1.5f, 0.05f), place_point (place, x, y + 1.5f, 0.05f),
                              place_point (place, x, y, 0.05f), place_point (place, x + 1.2f, y, 0.05f) };
        scene_add_quad (scene, quad, place->forward, &window);
      }
  if (random_chance (random, 0.6f))
    {
      const Vec slope[4] = { place_point (place, -half, size.y + 2.5f, -size.z / 2), place_point (place, half, size.y + 2.5f, -size.z / 2),
                             place_point (place, half, size.y, 0.3f), place_point (place, -half, size.y, 0.3f) };
      scene_add_quad (scene, slope, place_direction (place, 0, 1, 1), &roof);
      for (int side = -1; side <= 1; side += 2)
        scene_add_triangle (scene, place_point (place, (float) side * half, size.y + 2.5f, -size.z / 2), place_point (place, (float) side * half, size.y, 0),
                            place_point (place, (float) side * half, size.y, -size.z), place_direction (place, (float) side, 0, 0), &wall);
    }
}

/* ---- shared textures ---- */

void
house_paint_kit (Kit *kit, Random *random)
{
  for (int wall = 0; wall < 4; wall++)
    {
      guint32 seed = (guint32) random_below (random, 1 << 20);
      kit->walls[wall] = texture_new (128, 128, TRUE);
      for (int y = 0; y < 128; y++)
        for (int x = 0; x < 128; x++)
          paint_texel (kit->walls[wall], x, y, scale (wall_colour (wall, (float) x / 32, (float) y / 32, seed), 0.9f), 1);
      texture_finish (kit->walls[wall]);
    }
  for (int roof = 0; roof < 2; roof++)
    {
      Vec colour = roof == 0 ? VEC (0.085, 0.088, 0.1) : VEC (0.19, 0.095, 0.06);
      kit->roofs[roof] = texture_new (128, 128, TRUE);
      for (int y = 0; y < 128; y++)
        for (int x = 0; x < 128; x++)
          {
            float course = (float) (y % 8) / 8, tile = noise2 ((float) (x / 8) * 3.3f, (float) (y / 8) * 5.1f, (guint32) roof);
            paint_texel (kit->roofs[roof], x, y, scale (colour, (0.75f + 0.5f * tile) * (0.7f + 0.4f * course)), 1);
          }
      texture_finish (kit->roofs[roof]);
    }
}
