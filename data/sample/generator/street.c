/* street.c: lays a street out: houses, parks and side streets, and what stands on the pavements */
#include "config.h"
#include "street.h"

#define BEHIND 25.0f           /* metres of street behind the start */
#define BEYOND 190.0f          /* and after the last place of the camera */
#define LANE 3.3f

static Vec
ground_at (const Street *street, float along, float across)
{
  return place_on (&street->course, along, across, across != 0 && ground_is_pavement (&street->ground, along, across) ? KERB_HEIGHT : 0, 0).origin;
}

static float
signed_across (int side, float distance)
{
  return side ? distance : -distance;
}

/* Looking from the side of the street towards its middle. */
static Place
facing_street (const Street *street, int side, float along, float out)
{
  return place_on (&street->course, along, signed_across (side, out), KERB_HEIGHT, side ? -G_PI_2 : G_PI_2);
}

/* Every part of the street has chances of its own, so that a longer drive does not change its beginning. */
static void
start_part (Street *street, int part)
{
  street->random = random_new (street->seed * 64 + (guint64) part);
}

static TreeKind
random_tree (Street *street)
{
  float chance = random_unit (&street->random);
  return chance < street->leafiness ? TREE_LEAFY : chance < street->leafiness + 0.1f ? TREE_CONIFER : TREE_BARE;
}

static void
plant (Street *street, float along, float across, float height)
{
  TreeKind kind = random_tree (street);
  add_tree (street->scene, street->kit, ground_at (street, along, across), kind, height, &street->light, &street->random);
}

/* ---- what stands in a row along each side ---- */

static void
fence_off (Street *street, int side, float from, float to, float out)
{
  Random *random = &street->random;
  int kind = random_below (random, 3);
  Vec tint = grey (random_range (random, 0.6f, 1.2f));
  float height = kind == 1 ? random_range (random, 1.1f, 1.7f) : random_range (random, 1.0f, 1.35f);
  if (kind == 2 && random_chance (random, 0.6f))
    {
      Place place = place_on (&street->course, (from + to) / 2, signed_across (side, out), KERB_HEIGHT, 0);
      add_hedge (street->scene, street->kit, &place, to - from, height, random);
      return;
    }
  for (float along = from; along < to - 0.5f; along += 6)
    {
      float next = fminf (along + 6, to);
      Vec a = place_on (&street->course, along, signed_across (side, out), KERB_HEIGHT, 0).origin;
      Vec b = place_on (&street->course, next, signed_across (side, out), KERB_HEIGHT, 0).origin;
      if (kind == 1)
        add_planks (street->scene, street->kit, a, b, height, tint);
      else
        add_railing (street->scene, street->kit, a, b, height);
    }
}

static float
add_house_row (Street *street, int side, float from)
{
  Random *random = &street->random;
  float line = street->ground.house_line[side], along = from;
  int n = 2 + random_below (random, 4);
  gboolean garden = random_chance (random, 0.35f);
  float back = garden ? random_range (random, 2.5f, 5) : 0;
  House style = house_random (random, 8);
  for (int i = 0; i < n; i++)
    {
      House house = house_random (random, random_range (random, 5.5f, 13));
      if (random_chance (random, 0.5f))            /* terraces are of one make */
        {
          float width = house.width;
          house = style;
          house.width = width;
        }
      house.shop = !garden && random_chance (random, street->shop_share);
      Place place = facing_street (street, side, along + house.width / 2, line + back);
      add_house (street->scene, street->kit, &place, &house, random);
      light_add_house (&street->light, side, along, along + house.width, house.height + (house.pitched ? 1.2f : 0));
      along += house.width + (garden ? random_range (random, 0, 3) : 0);
    }
  if (garden)
    {
      fence_off (street, side, from, along, line);
      for (float at = from + 2; at < along - 2; at += random_range (random, 5, 11))
        add_tree (street->scene, street->kit, ground_at (street, at, signed_across (side, line + back * 0.5f)),
                  random_chance (random, 0.6f) ? TREE_BUSH : random_tree (street), random_range (random, 1.1f, 1.8f), &street->light, random);
    }
  return along;
}

static float
add_park (Street *street, int side, float from)
{
  Random *random = &street->random;
  Ground *ground = &street->ground;
  float to = from + random_range (random, 18, 42), line = ground->house_line[side];
  if (ground->n_parks == MAX_PARKS)
    return add_house_row (street, side, from);
  ground->parks[ground->n_parks++] = (Stretch) { side, from, to };
  fence_off (street, side, from, to, line);
  for (float at = from + 2; at < to - 1; at += random_range (random, 3, 6.5f))
    plant (street, at, signed_across (side, line + random_range (random, 2, 22)), random_range (random, 6, 13));
  for (float at = from + 1; at < to; at += random_range (random, 2, 5))
    add_tree (street->scene, street->kit, ground_at (street, at, signed_across (side, line + random_range (random, 1, 14))), TREE_BUSH,
              random_range (random, 0.8f, 1.9f), &street->light, random);
  for (float at = from; at < to; at += 14)          /* what stands behind it */
    {
      Place place = facing_street (street, side, at + 6, line + random_range (random, 28, 36));
      add_block (street->scene, street->kit, &place, VEC (13, random_range (random, 6, 12), 9), random);
    }
  return to;
}

static float
add_side_street (Street *street, int side, float from)
{
  Random *random = &street->random;
  Ground *ground = &street->ground;
  float width = random_range (random, 6, 9), verge = random_range (random, 1.6f, 2.4f), line = ground->house_line[side];
  if (ground->n_side_streets == MAX_SIDE_STREETS)
    return add_house_row (street, side, from);
  float start = from + verge, end = start + width;
  ground->side_streets[ground->n_side_streets++] = (Stretch) { side, start, end };
  for (int far = 0; far < 2; far++)                 /* houses along it, seen through the gap */
    for (float out = line + 10; out < line + 60; out += 11)
      {
        Place place = place_on (&street->course, far ? end + verge : from, signed_across (side, out + 5), KERB_HEIGHT, far ? G_PI : 0);
        add_block (street->scene, street->kit, &place, VEC (10, random_range (random, 6, 11), 8), random);
      }
  if (random_chance (random, 0.6f))
    {
      Place place = place_on (&street->course, start - 3.2f, signed_across (side, street->kerb[side] + 0.5f), KERB_HEIGHT, G_PI);
      add_traffic_light (street->scene, &place, random_chance (random, 0.5f) ? 0 : 2);
    }
  Place far = facing_street (street, side, (start + end) / 2, line + 75);
  add_block (street->scene, street->kit, &far, VEC (26, 10, 9), random);
  return end + verge;
}

static void
lay_side (Street *street, int side)
{
  Random *random = &street->random;
  float along = -BEHIND, end = street->length + BEYOND;
  gboolean open = FALSE;                            /* never two gaps in a row */
  while (along < end)
    {
      float chance = random_unit (random);
      if (!open && chance < 0.16f && along > 0)
        along = add_side_street (street, side, along), open = TRUE;
      else if (!open && chance < 0.36f)
        along = add_park (street, side, along), open = TRUE;
      else
        along = add_house_row (street, side, along), open = FALSE;
    }
}

/* ---- what stands on the pavements ---- */

static gboolean
is_free (const Street *street, int side, float along)
{
  for (int i = 0; i < street->ground.n_side_streets; i++)
    if (street->ground.side_streets[i].side == side && along > street->ground.side_streets[i].from - 3 && along < street->ground.side_streets[i].to + 3)
      return FALSE;
  for (int i = 0; i < street->ground.n_crossings; i++)
    if (fabsf (along - street->ground.crossings[i]) < 4)
      return FALSE;
  return TRUE;
}

static void
place_furniture (Street *street, int side)
{
  Random *random = &street->random;
  Scene *scene = street->scene;
  float near = street->kerb[side] + 0.45f, end = street->length + BEYOND * 0.8f;
  for (float along = random_range (random, 2, 20); along < end; along += random_range (random, 22, 34))
    {
      Place place = place_on (&street->course, along, signed_across (side, near), KERB_HEIGHT, 0);
      if (is_free (street, side, along))
        add_lamp (scene, &place, random_range (random, 5.5f, 8), side);
    }
  for (float along = random_range (random, 5, 18); along < end; along += random_range (random, 9, 24))
    {
      Place place = place_on (&street->course, along, signed_across (side, near + random_range (random, 0, 0.3f)), KERB_HEIGHT, G_PI + random_range (random, -0.25f, 0.25f));
      if (is_free (street, side, along))
        add_sign (scene, street->kit, &place, random_below (random, 6), random_range (random, 2, 2.5f));
    }
  for (float along = random_range (random, 0, 30); along < end; along += random_range (random, 20, 50))
    {
      Vec colour = random_chance (random, 0.6f) ? grey (0.02) : VEC (0.25, 0.02, 0.02);
      int n = 3 + random_below (random, 5);
      for (int i = 0; i < n && is_free (street, side, along); i++, along += 1.6f)
        {
          Place place = place_on (&street->course, along, signed_across (side, near - 0.05f), KERB_HEIGHT, 0);
          add_bollard (scene, &place, colour);
        }
    }
  for (float along = random_range (random, 0, 40); along < end; along += random_range (random, 25, 60))
    {
      float to = along + random_range (random, 6, 14);
      if (is_free (street, side, along) && is_free (street, side, to) && is_free (street, side, (along + to) / 2))
        add_railing (scene, street->kit, ground_at (street, along, signed_across (side, near - 0.1f)), ground_at (street, to, signed_across (side, near - 0.1f)), 1.05f);
    }
}

static void
plant_avenue (Street *street, int side)
{
  Random *random = &street->random;
  if (random_chance (random, 0.35f))
    return;
  for (float along = random_range (random, 0, 15); along < street->length + BEYOND; along += random_range (random, 9, 40))
    if (is_free (street, side, along))
      add_tree (street->scene, street->kit, ground_at (street, along, signed_across (side, street->kerb[side] + 0.75f)),
                random_chance (random, street->leafiness) ? TREE_LEAFY : TREE_BARE, random_range (random, 5.5f, 9.5f), &street->light, random);
}

static void
park_cars (Street *street, int side)
{
  Random *random = &street->random;
  if (!street->parking[side])
    return;
  for (float along = random_range (random, 0, 8); along < street->length + BEYOND * 0.7f; along += random_range (random, 5.4f, random_chance (random, 0.3f) ? 22 : 7.5f))
    {
      if (!is_free (street, side, along) || !is_free (street, side, along + 2.5f) || !is_free (street, side, along - 2.5f))
        continue;
      Car car = car_random (random);
      float turn = side ? (random_chance (random, 0.7f) ? (float) G_PI : 0) : (random_chance (random, 0.8f) ? 0 : (float) G_PI);
      Place place = place_on (&street->course, along, signed_across (side, street->kerb[side] - 1.05f), 0, turn + random_range (random, -0.03f, 0.03f));
      add_car (street->scene, street->kit, &place, &car, &street->light, random_range (random, 0, 2), FALSE);
    }
}

/* Closes the view at the end of the street, and between the houses. */
static void
add_backdrop (Street *street)
{
  Random *random = &street->random;
  float end = street->length + BEYOND;
  for (float across = -60; across < 60; across += 14)
    {
      Place place = place_on (&street->course, end + random_range (random, 0, 25), across, 0, G_PI);
      add_block (street->scene, street->kit, &place, VEC (13, random_range (random, 7, 15), 10), random);
      plant (street, end - random_range (random, 5, 20), across + random_range (random, -4, 4), random_range (random, 7, 14));
    }
}

static void
choose_character (Street *street, float seconds)
{
  Random *random = &street->random;
  Ground *ground = &street->ground;
  for (int side = 0; side < 2; side++)
    {
      street->parking[side] = random_chance (random, 0.65f);
      street->kerb[side] = LANE + (street->parking[side] ? 2.15f : random_range (random, 0.2f, 1.2f));
      street->pavement[side] = random_range (random, 2.2f, 3.8f);
      ground->kerb[side] = street->kerb[side];
      ground->house_line[side] = street->kerb[side] + street->pavement[side];
      street->light.house_line[side] = ground->house_line[side];
    }
  street->shop_share = random_unit (random);
  street->leafiness = random_chance (random, 0.5f) ? random_range (random, 0.05f, 0.3f) : random_range (random, 0.5f, 0.9f);
  street->bustle = random_range (random, 0.6f, 1.3f);
  street->speed = random_range (random, 5, 8.5f);
  street->eye_height = random_range (random, 1.3f, 1.6f);
  street->focal = random_range (random, 0.84f, 1.0f);
  street->horizon = random_range (random, 0.46f, 0.54f);
  street->sway = random_range (random, 0, 6);
  street->length = fminf (seconds * street->speed * 1.1f, 1000);
  for (float along = random_range (random, 18, 60); along < street->length + 60 && ground->n_crossings < MAX_CROSSINGS; along += random_range (random, 50, 120))
    ground->crossings[ground->n_crossings++] = along;
}

Street *
street_new (guint64 seed, float seconds)
{
  Street *street = g_new0 (Street, 1);
  street->seed = seed;
  start_part (street, 0);
  street->scene = scene_new ();
  course_init (&street->course, &street->random);
  light_init (&street->light, &street->course, &street->random);
  street->sun = street->light.sun;
  street->kit = kit_new (&street->random);
  ground_init (&street->ground, &street->course, &street->random);
  choose_character (street, seconds);
  void (*const parts[]) (Street *, int) = { lay_side, place_furniture, plant_avenue, park_cars };
  for (int part = 0; part < (int) G_N_ELEMENTS (parts); part++)
    for (int side = 0; side < 2; side++)
      {
        start_part (street, 1 + 2 * part + side);
        parts[part] (street, side);
      }
  start_part (street, 20);
  add_backdrop (street);
  scene_end_standing (street->scene);
  start_part (street, 21);
  traffic_init (street, seconds);
  return street;
}

void
street_free (Street *street)
{
  if (street == NULL)
    return;
  scene_free (street->scene);
  ground_release (&street->ground);
  kit_free (street->kit);
  g_array_unref (street->movers);
  g_free (street);
}

View
street_view (const Street *street, float time, int width, int height)
{
  float along = street_camera_along (street, time), across = -LANE / 2 + 0.25f * sinf (time * 0.35f + street->sway);
  float turn = 0.02f * sinf (time * 0.5f + street->sway * 2) + 0.006f * sinf (time * 2.3f);
  float pitch = 0.006f * sinf (time * 6.1f) * sinf (time * 0.9f) + 0.003f * sinf (time * 13), roll = 0.006f * sinf (time * 1.7f + street->sway);
  /* A driver looks where the street goes. */
  float ahead = course_heading (&street->course, along + 9) - course_heading (&street->course, along);
  Place place = place_on (&street->course, along, across, street->eye_height + 0.012f * sinf (time * 7), turn + ahead * 0.7f);
  Vec forward = unit (add (place.forward, VEC (0, pitch, 0))), right = unit (add (place.right, VEC (0, roll, 0)));
  right = unit (sub (right, scale (forward, dot (right, forward))));
  return (View) { place.origin, right, cross (forward, right), forward, street->focal * (float) width, (float) width / 2, (float) height * street->horizon };
}

void
street_set_time (Street *street, float time)
{
  /* Clouds pass before the sun. */
  float cloud = ramp (0.5f, 0.75f, noise2 (time * 0.22f + street->sway, 0.5f, street->light.seed)) * fminf (street->light.cloud_cover * 3, 1);
  street->light.sun = scale (street->sun, 1 - 0.75f * cloud);
  scene_start_frame (street->scene);
  traffic_place (street, time);
}
