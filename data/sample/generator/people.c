/* people.c: walkers and cyclists, of sticks with round ends */
#include "config.h"
#include "models.h"

Person
person_random (Random *random)
{
  static const Vec skins[4] = { { 0.5f, 0.32f, 0.23f }, { 0.42f, 0.26f, 0.18f }, { 0.25f, 0.14f, 0.09f }, { 0.1f, 0.055f, 0.035f } };
  static const Vec hairs[4] = { { 0.02f, 0.015f, 0.012f }, { 0.08f, 0.045f, 0.022f }, { 0.25f, 0.16f, 0.07f }, { 0.3f, 0.29f, 0.28f } };
  static const Vec tops[10] = { { 0.02f, 0.02f, 0.022f }, { 0.03f, 0.035f, 0.06f }, { 0.1f, 0.1f, 0.1f }, { 0.35f, 0.03f, 0.03f }, { 0.06f, 0.09f, 0.05f },
                                { 0.45f, 0.44f, 0.42f }, { 0.16f, 0.1f, 0.06f }, { 0.05f, 0.1f, 0.25f }, { 0.02f, 0.02f, 0.022f }, { 0.3f, 0.2f, 0.08f } };
  static const Vec bottoms[5] = { { 0.02f, 0.02f, 0.022f }, { 0.04f, 0.055f, 0.1f }, { 0.07f, 0.09f, 0.14f }, { 0.15f, 0.13f, 0.1f }, { 0.06f, 0.06f, 0.06f } };
  static const Vec frames[5] = { { 0.02f, 0.02f, 0.02f }, { 0.3f, 0.02f, 0.02f }, { 0.02f, 0.06f, 0.2f }, { 0.3f, 0.3f, 0.3f }, { 0.02f, 0.12f, 0.06f } };
  return (Person) { random_range (random, 1.56f, 1.86f), random_range (random, 0.9f, 1.2f), skins[random_below (random, 4)], hairs[random_below (random, 4)],
                    tops[random_below (random, 10)], bottoms[random_below (random, 5)], grey (random_range (random, 0.01f, 0.08f)),
                    frames[random_below (random, 5)], random_chance (random, 0.15f), random_chance (random, 0.4f), random_chance (random, 0.5f) };
}

typedef struct {
  Scene *scene;
  const Place *place;
  float k;                     /* of a person 1.75 m tall */
  guint8 class;
} Body;

/* Right, up, ahead, in metres of a person 1.75 m tall. */
static void
limb (const Body *body, Vec a, Vec b, float radius_a, float radius_b, Vec colour)
{
  Surface cloth = { .colour = colour, .class = body->class };
  scene_add_stick (body->scene, place_point (body->place, a.x * body->k, a.y * body->k, a.z * body->k),
                   place_point (body->place, b.x * body->k, b.y * body->k, b.z * body->k), radius_a * body->k, radius_b * body->k, &cloth);
}

static void
add_head (const Body *body, const Person *person, Vec neck, gboolean helmet)
{
  Vec head = add (neck, VEC (0, 0.16, 0.02));
  limb (body, neck, head, 0.055f, 0.06f, person->skin);
  limb (body, head, add (head, VEC (0, 0.07, 0.01)), 0.085f, 0.09f, person->skin);
  Vec top = helmet ? scale (person->bicycle, 1.5f) : person->hair;
  limb (body, add (head, VEC (0, 0.05, -0.035)), add (head, VEC (0, 0.11, -0.01)), 0.092f, helmet ? 0.105f : 0.09f, top);
}

/* The knee of a leg of two parts of @length each from @hip to @foot, bent forwards. */
static Vec
knee_of (Vec hip, Vec foot, float size)
{
  Vec middle = mix (hip, foot, 0.5f);
  float half = length (sub (foot, hip)) / 2, out = sqrtf (fmaxf (size * size - half * half, 0));
  Vec line = unit (sub (foot, hip));
  Vec ahead = sub (VEC (0, 0, 1), scale (line, line.z));
  return add (middle, scale (unit (ahead), out));
}

static void
add_leg (const Body *body, const Person *person, float side, float phase)
{
  float swing = sinf (phase) * 0.34f, lift = fmaxf (cosf (phase), 0) * 0.1f;
  Vec hip = VEC (side * 0.09, 0.9, 0), foot = VEC (side * 0.09, 0.07 + lift, swing - 0.02), knee = knee_of (hip, foot, 0.435f);
  limb (body, hip, knee, 0.088f * person->girth, 0.06f * person->girth, person->skirt ? person->top : person->trousers);
  limb (body, knee, foot, 0.058f * person->girth, 0.045f, person->trousers);
  limb (body, foot, add (foot, VEC (0, -0.025, 0.15)), 0.048f, 0.035f, person->shoes);
}

static void
add_arm (const Body *body, const Person *person, float side, float phase)
{
  float swing = sinf (phase);
  Vec shoulder = VEC (side * 0.2 * person->girth, 1.4, 0), elbow = VEC (side * 0.25 * person->girth, 1.13, -0.04 + swing * 0.1);
  Vec hand = VEC (side * 0.24 * person->girth, 0.9, 0.05 + swing * 0.22);
  limb (body, shoulder, elbow, 0.06f, 0.05f, person->top);
  limb (body, elbow, hand, 0.048f, 0.038f, person->top);
  limb (body, hand, add (hand, VEC (0, -0.07, 0.01)), 0.036f, 0.03f, person->skin);
}

void
add_pedestrian (Scene *scene, const Kit *kit, const Place *place, const Person *person, const Light *light, float walked)
{
  Body body = { scene, place, person->height / 1.75f, PEDESTRIAN };
  float phase = walked * 4.1f;           /* radians: a step is 0.77 m */
  for (int side = -1; side <= 1; side += 2)
    {
      float turn = side > 0 ? phase : phase + 3.1416f;
      add_leg (&body, person, (float) side, turn);
      add_arm (&body, person, (float) side, turn + 3.1416f);
    }
  float g = person->girth;
  for (int side = -1; side <= 1; side += 2)
    limb (&body, VEC (side * 0.07, 0.9, 0), VEC (side * 0.1 * g, 1.36, 0), 0.11f * g, 0.105f * g, person->top);
  limb (&body, VEC (-0.15 * g, 1.4, -0.01), VEC (0.15 * g, 1.4, -0.01), 0.075f, 0.075f, person->top);
  if (person->skirt)
    limb (&body, VEC (0, 0.95, 0), VEC (0, 0.62, 0), 0.15f * g, 0.22f * g, person->trousers);
  if (person->bag)
    limb (&body, VEC (0, 1.1, -0.16), VEC (0, 1.3, -0.15), 0.13f, 0.11f, person->bicycle);
  add_head (&body, person, VEC (0, 1.46, 0), FALSE);
  add_ground_shadow (scene, kit, place, 0.42f, 0.36f, person->height * 0.95f, light);
}

#define WHEEL 0.34f

static void
add_bicycle_wheel (const Body *body, float z)
{
  for (int i = 0; i < 16; i++)
    {
      float a = (float) i * 0.3927f, b = (float) (i + 1) * 0.3927f;
      limb (body, VEC (0, WHEEL + sinf (a) * WHEEL, z + cosf (a) * WHEEL), VEC (0, WHEEL + sinf (b) * WHEEL, z + cosf (b) * WHEEL), 0.019f, 0.019f, grey (0.015));
      if (i % 2 == 0)
        limb (body, VEC (0, WHEEL, z), VEC (0, WHEEL + sinf (a) * WHEEL, z + cosf (a) * WHEEL), 0.004f, 0.004f, grey (0.2));
    }
}

static void
add_bicycle (const Body *body, const Person *person)
{
  Vec paint = person->bicycle, rear = VEC (0, WHEEL, -0.52), front = VEC (0, WHEEL, 0.52), crank = VEC (0, 0.3, -0.08), seat = VEC (0, 0.88, -0.24),
      head = VEC (0, 0.86, 0.34);
  add_bicycle_wheel (body, -0.52f);
  add_bicycle_wheel (body, 0.52f);
  limb (body, rear, crank, 0.016f, 0.018f, paint);
  limb (body, crank, seat, 0.02f, 0.018f, paint);
  limb (body, crank, head, 0.022f, 0.022f, paint);
  limb (body, mix (crank, seat, 0.85f), head, 0.02f, 0.02f, paint);
  limb (body, rear, mix (crank, seat, 0.9f), 0.013f, 0.013f, paint);
  limb (body, front, add (head, VEC (0, 0.12, -0.05)), 0.018f, 0.018f, paint);
  limb (body, VEC (-0.26, 1.0, 0.3), VEC (0.26, 1.0, 0.3), 0.016f, 0.016f, grey (0.03));
  limb (body, VEC (0, 0.93, -0.32), VEC (0, 0.94, -0.14), 0.06f, 0.03f, grey (0.02));
}

void
add_bicyclist (Scene *scene, const Kit *kit, const Place *place, const Person *person, const Light *light, float ridden)
{
  Body body = { scene, place, 1, BICYCLIST };
  add_bicycle (&body, person);
  float g = person->girth, phase = ridden * 1.15f;
  Vec hips = VEC (0, 1.0, -0.22), shoulders = VEC (0, 1.44, 0.08);
  for (int side = -1; side <= 1; side += 2)
    {
      float turn = side > 0 ? phase : phase + 3.1416f;
      Vec foot = VEC (side * 0.11, 0.3 + 0.17 * sinf (turn), -0.08 + 0.17 * cosf (turn)), hip = add (hips, VEC (side * 0.09, -0.02, 0));
      Vec knee = knee_of (hip, foot, 0.44f), shoulder = add (shoulders, VEC (side * 0.19 * g, -0.02, 0)), hand = VEC (side * 0.25, 1.02, 0.3);
      limb (&body, hip, knee, 0.088f * g, 0.062f * g, person->trousers);
      limb (&body, knee, foot, 0.06f, 0.045f, person->trousers);
      limb (&body, foot, add (foot, VEC (0, -0.02, 0.13)), 0.045f, 0.035f, person->shoes);
      Vec elbow = add (mix (shoulder, hand, 0.5f), VEC (side * 0.05, -0.05, -0.02));
      limb (&body, shoulder, elbow, 0.06f, 0.048f, person->top);
      limb (&body, elbow, hand, 0.046f, 0.036f, person->top);
      limb (&body, add (hips, VEC (side * 0.06, 0, 0)), add (shoulders, VEC (side * 0.09 * g, -0.06, 0)), 0.115f * g, 0.115f * g, person->top);
    }
  limb (&body, add (shoulders, VEC (-0.15 * g, -0.02, 0)), add (shoulders, VEC (0.15 * g, -0.02, 0)), 0.08f, 0.08f, person->top);
  if (person->bag)
    limb (&body, add (hips, VEC (0, 0.2, -0.08)), add (shoulders, VEC (0, -0.08, -0.16)), 0.13f, 0.12f, scale (person->bicycle, 0.5f));
  add_head (&body, person, add (shoulders, VEC (0, 0.05, 0.05)), person->helmet);
  add_ground_shadow (scene, kit, place, 0.5f, 1.5f, 1.6f, light);
}
