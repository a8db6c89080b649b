/* traffic.c: cars, cyclists and walkers under way */
#include "config.h"
#include "street.h"

typedef enum { DRIVES, RIDES, WALKS, CROSSES } Way;

typedef struct {
  Way way;
  float along, across, speed;  /* at time 0; metres a second, negative towards the camera */
  float sway;                  /* its own rhythm */
  float start;                 /* CROSSES: when it steps off the kerb */
  Car car;
  Person person;
} Mover;

float
street_camera_along (const Street *street, float time)
{
  return street->speed * (time + 0.35f * sinf (time * 0.7f + street->sway));
}

static void
add_mover (Street *street, Way way, float along, float across, float speed)
{
  Random *random = &street->random;
  Mover mover = { way, along, across, speed, random_range (random, 0, 6.28f), 0, car_random (random), person_random (random) };
  g_array_append_val (street->movers, mover);
}

static void
add_cars (Street *street, float seconds)
{
  Random *random = &street->random;
  float far = street->length + 120 + seconds * 9;
  for (float along = random_range (random, 12, 40); along < far; along += random_range (random, 16, 55))
    add_mover (street, DRIVES, along, 1.65f, -random_range (random, 6.5f, 9.5f));
  if (random_chance (random, 0.75f))                /* those ahead keep about our speed */
    {
      float along = random_range (random, 13, 26), speed = street->speed * random_range (random, 0.98f, 1.06f);
      add_mover (street, DRIVES, along, -1.6f, speed);
      add_mover (street, DRIVES, along + random_range (random, 12, 25), -1.65f, speed * random_range (random, 1, 1.1f));
    }
}

static void
add_cyclists (Street *street)
{
  Random *random = &street->random;
  for (float along = random_range (random, 8, 22); along < street->length + 90; along += random_range (random, 14, 40) / street->bustle)
    add_mover (street, RIDES, along, random_range (random, -3.0f, -2.75f), random_range (random, 3.2f, 5));
  for (float along = random_range (random, 15, 40); along < street->length * 1.7f + 90; along += random_range (random, 18, 50) / street->bustle)
    add_mover (street, RIDES, along, random_range (random, 2.8f, 3.05f), -random_range (random, 3.2f, 5.5f));
}

static void
add_walkers (Street *street)
{
  Random *random = &street->random;
  for (int side = 0; side < 2; side++)
    for (float along = random_range (random, -5, 8); along < street->length + 110; along += random_range (random, 2, 13) / street->bustle)
      {
        float out = street->kerb[side] + random_range (random, 0.7f, street->pavement[side] - 0.35f), across = side ? out : -out;
        float speed = random_range (random, 0.9f, 1.6f) * (random_chance (random, 0.5f) ? 1 : -1);
        if (random_chance (random, 0.12f))
          speed = 0.05f;
        add_mover (street, WALKS, along, across, speed);
        if (random_chance (random, 0.25f))
          add_mover (street, WALKS, along + 0.15f, across + 0.6f * (out > street->kerb[side] + 1.4f ? (side ? -1.0f : 1.0f) : (side ? 1.0f : -1.0f)), speed);
      }
  for (int i = 0; i < street->ground.n_crossings; i++)
    {
      float along = street->ground.crossings[i], reached = along / street->speed;       /* they are over before we come */
      for (int k = random_below (random, 3); k > 0; k--)
        {
          Mover mover = { CROSSES, along + random_range (random, -1, 1), 0, random_chance (random, 0.5f) ? 1.4f : -1.4f, 0,
                          fmaxf (reached - random_range (random, 8.5f, 14), -20), car_random (random), person_random (random) };
          g_array_append_val (street->movers, mover);
        }
    }
}

void
traffic_init (Street *street, float seconds)
{
  street->movers = g_array_new (FALSE, FALSE, sizeof (Mover));
  add_cars (street, seconds);
  add_cyclists (street);
  add_walkers (street);
}

static void
place_crossing (Street *street, const Mover *mover, float time)
{
  float reach = (mover->speed > 0 ? street->kerb[0] : street->kerb[1]) + 1, walked = fabsf (mover->speed) * (time - mover->start);
  float other = (mover->speed > 0 ? street->kerb[1] : street->kerb[0]) + 1.2f;
  walked = clampf (walked, 0, reach + other);
  float across = (walked - reach) * (mover->speed > 0 ? 1 : -1);
  float height = ground_is_pavement (&street->ground, mover->along, across) ? KERB_HEIGHT : 0;
  Place place = place_on (&street->course, mover->along, across, height, mover->speed > 0 ? G_PI_2 : -G_PI_2);
  add_pedestrian (street->scene, street->kit, &place, &mover->person, &street->light, walked);
}

static void
place_mover (Street *street, const Mover *mover, float time)
{
  float gone = mover->speed * time, along = mover->along + gone, sway = sinf (time * 1.3f + mover->sway), across = mover->across;
  float turn = mover->speed < 0 ? (float) G_PI : 0;
  if (mover->way == CROSSES)
    {
      place_crossing (street, mover, time);
      return;
    }
  if (mover->way == RIDES)
    across += 0.1f * sway;
  float height = ground_is_pavement (&street->ground, along, across) ? KERB_HEIGHT : 0;
  Place place = place_on (&street->course, along, across, height, turn + (mover->way == RIDES ? 0.04f * sway : 0));
  if (mover->way == DRIVES)
    add_car (street->scene, street->kit, &place, &mover->car, &street->light, fabsf (gone), sinf (time * 0.4f + mover->sway) > 0.6f);
  else if (mover->way == RIDES)
    add_bicyclist (street->scene, street->kit, &place, &mover->person, &street->light, fabsf (gone));
  else
    add_pedestrian (street->scene, street->kit, &place, &mover->person, &street->light, fabsf (gone) + mover->sway);
}

void
traffic_place (Street *street, float time)
{
  float camera = street_camera_along (street, time);
  for (guint i = 0; i < street->movers->len; i++)
    {
      const Mover *mover = &g_array_index (street->movers, Mover, i);
      float along = mover->along + (mover->way == CROSSES ? 0 : mover->speed * time);
      if (along > camera - 6 && along < camera + 150)
        place_mover (street, mover, time);
    }
}
