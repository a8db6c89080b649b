/* car.c: bodies as cross-sections from the rear to the front */
#include "config.h"
#include "models.h"

#define MAX_SECTIONS 12

/* One cross-section; metres. Above @belt the sides are glass and lean inwards up to @top. */
typedef struct { float z, low, belt, top, half; } Section;

typedef struct {
  const char *name;
  float length, width;
  int n;
  Section sections[MAX_SECTIONS];
  float wheel_rear, wheel_front, wheel;
  gboolean van;                /* no windows behind the driver */
} Shape;

static const Shape shapes[] = {
  { "hatchback", 3.95f, 1.68f, 9,
    { { -1.97f, 0.38f, 0.72f, 0.72f, 0.74f }, { -1.93f, 0.26f, 0.92f, 0.94f, 0.8f }, { -1.72f, 0.22f, 0.94f, 1.28f, 0.83f }, { -1.3f, 0.2f, 0.94f, 1.43f, 0.84f },
      { -0.1f, 0.2f, 0.92f, 1.46f, 0.84f }, { 0.3f, 0.2f, 0.91f, 1.38f, 0.84f }, { 1.02f, 0.2f, 0.92f, 0.94f, 0.84f }, { 1.78f, 0.22f, 0.76f, 0.78f, 0.8f },
      { 1.97f, 0.3f, 0.55f, 0.56f, 0.7f } }, -1.28f, 1.22f, 0.31f, FALSE },
  { "saloon", 4.5f, 1.74f, 10,
    { { -2.25f, 0.4f, 0.7f, 0.7f, 0.76f }, { -2.2f, 0.28f, 0.93f, 0.94f, 0.82f }, { -1.55f, 0.22f, 0.98f, 1.0f, 0.86f }, { -0.95f, 0.2f, 0.95f, 1.38f, 0.87f },
      { -0.3f, 0.2f, 0.93f, 1.43f, 0.87f }, { 0.2f, 0.2f, 0.92f, 1.38f, 0.87f }, { 1.0f, 0.2f, 0.94f, 0.96f, 0.87f }, { 1.7f, 0.21f, 0.84f, 0.86f, 0.85f },
      { 2.15f, 0.25f, 0.7f, 0.71f, 0.78f }, { 2.25f, 0.35f, 0.56f, 0.56f, 0.7f } }, -1.35f, 1.36f, 0.32f, FALSE },
  { "estate", 4.6f, 1.76f, 9,
    { { -2.3f, 0.4f, 0.75f, 0.76f, 0.78f }, { -2.26f, 0.28f, 0.96f, 0.98f, 0.84f }, { -2.02f, 0.22f, 0.98f, 1.42f, 0.87f }, { -0.3f, 0.2f, 0.95f, 1.49f, 0.88f },
      { 0.2f, 0.2f, 0.94f, 1.42f, 0.88f }, { 0.98f, 0.2f, 0.96f, 0.98f, 0.88f }, { 1.7f, 0.21f, 0.86f, 0.88f, 0.86f }, { 2.2f, 0.25f, 0.7f, 0.71f, 0.8f },
      { 2.3f, 0.35f, 0.56f, 0.56f, 0.7f } }, -1.36f, 1.38f, 0.33f, FALSE },
  { "tall", 4.35f, 1.82f, 9,
    { { -2.17f, 0.5f, 0.85f, 0.86f, 0.8f }, { -2.13f, 0.34f, 1.08f, 1.1f, 0.87f }, { -1.98f, 0.3f, 1.1f, 1.62f, 0.9f }, { -0.3f, 0.28f, 1.06f, 1.72f, 0.91f },
      { 0.25f, 0.28f, 1.05f, 1.63f, 0.91f }, { 0.9f, 0.28f, 1.08f, 1.1f, 0.91f }, { 1.75f, 0.3f, 0.98f, 1.0f, 0.88f }, { 2.1f, 0.33f, 0.8f, 0.82f, 0.82f },
      { 2.17f, 0.42f, 0.62f, 0.62f, 0.74f } }, -1.3f, 1.32f, 0.36f, FALSE },
  { "van", 4.9f, 1.9f, 8,
    { { -2.45f, 0.5f, 1.2f, 1.9f, 0.86f }, { -2.4f, 0.34f, 1.2f, 2.05f, 0.92f }, { 0.5f, 0.3f, 1.2f, 2.08f, 0.95f }, { 1.0f, 0.28f, 1.16f, 1.96f, 0.95f },
      { 1.62f, 0.28f, 1.14f, 1.18f, 0.94f }, { 2.15f, 0.3f, 1.0f, 1.03f, 0.9f }, { 2.4f, 0.33f, 0.78f, 0.8f, 0.86f }, { 2.45f, 0.42f, 0.62f, 0.62f, 0.76f } },
    -1.5f, 1.55f, 0.35f, TRUE },
};

Car
car_random (Random *random)
{
  static const Vec paints[] = { { 0.42f, 0.43f, 0.44f }, { 0.42f, 0.43f, 0.44f }, { 0.015f, 0.015f, 0.017f }, { 0.02f, 0.022f, 0.026f }, { 0.62f, 0.62f, 0.6f },
                                { 0.02f, 0.05f, 0.2f }, { 0.03f, 0.07f, 0.14f }, { 0.33f, 0.02f, 0.025f }, { 0.14f, 0.145f, 0.15f }, { 0.03f, 0.08f, 0.055f },
                                { 0.22f, 0.24f, 0.26f }, { 0.4f, 0.3f, 0.08f } };
  static const int choice[] = { 0, 0, 0, 1, 1, 2, 3, 4 };
  return (Car) { choice[random_below (random, G_N_ELEMENTS (choice))], paints[random_below (random, G_N_ELEMENTS (paints))], random_range (random, 0.96f, 1.05f) };
}

typedef struct {
  Scene *scene;
  const Place *place;
  const Shape *shape;
  float k;
  Surface body, glass, trim;
} Builder;

static Vec
at (const Builder *builder, float x, float y, float z)
{
  return place_point (builder->place, x * builder->k, y * builder->k, z * builder->k);
}

static void
quad (const Builder *builder, Vec a, Vec b, Vec c, Vec d, float x, float y, float z, const Surface *surface)
{
  const Vec corners[4] = { a, b, c, d };
  scene_add_quad (builder->scene, corners, place_direction (builder->place, x, y, z), surface);
}

#define PARTS 3                /* of the body between two given sections, which a smooth curve joins */
#define RING 7                 /* points from the sill up to the middle of the roof */

static float
curve (float before, float a, float b, float after, float t)
{
  return a + 0.5f * t * (b - before + t * (2 * before - 5 * a + 4 * b - after + t * (3 * (a - b) + after - before)));
}

/* Catmull and Rom's curve through the given sections. */
static Section
section_at (const Shape *shape, int i, float t)
{
  const Section *a = &shape->sections[i], *b = &shape->sections[MIN (i + 1, shape->n - 1)];
  const Section *before = &shape->sections[MAX (i - 1, 0)], *after = &shape->sections[MIN (i + 2, shape->n - 1)];
  return (Section) { mixf (a->z, b->z, t), curve (before->low, a->low, b->low, after->low, t), curve (before->belt, a->belt, b->belt, after->belt, t),
                     curve (before->top, a->top, b->top, after->top, t), curve (before->half, a->half, b->half, after->half, t) };
}

/* How far in the top edge leans. */
static float
top_half (const Section *section)
{
  return section->half - fmaxf (section->top - section->belt, 0) * 0.3f;
}

static void
make_ring (const Builder *builder, const Section *section, float side, Vec ring[RING])
{
  float h = section->half, t = top_half (section), low = section->low, belt = section->belt, top = fmaxf (section->top, belt), fold = mixf (low, belt, 0.48f);
  const float points[RING][2] = { { h * 0.93f, low }, { h, fold }, { h * 0.975f, belt - 0.01f }, { mixf (h * 0.975f, t, 0.92f), mixf (belt, top, 0.88f) },
                                  { t * 0.88f, mixf (belt, top, 0.97f) + 0.012f }, { t * 0.5f, top + 0.028f }, { 0, top + 0.035f } };
  for (int i = 0; i < RING; i++)
    ring[i] = at (builder, side * points[i][0], points[i][1], section->z);
}

/* Which of the given sections' gaps are glass above the belt, at the sides and on top. */
static void
find_glass (const Shape *shape, int i, gboolean *sides, gboolean *top)
{
  const Section *a = &shape->sections[i], *b = &shape->sections[i + 1];
  float cabin = fmaxf (a->top - a->belt, b->top - b->belt);
  *sides = cabin > 0.15f && (!shape->van || a->z > 0.3f);
  *top = cabin > 0.15f && fabsf (b->top - a->top) > 0.3f * (b->z - a->z) && !(shape->van && b->z < 0);
}

static void
add_side (const Builder *builder, int i, float side)
{
  gboolean glass_side, glass_top;
  find_glass (builder->shape, i, &glass_side, &glass_top);
  for (int part = 0; part < PARTS; part++)
    {
      Section a = section_at (builder->shape, i, (float) part / PARTS), b = section_at (builder->shape, i, (float) (part + 1) / PARTS);
      Vec near[RING], far[RING];
      make_ring (builder, &a, side, near);
      make_ring (builder, &b, side, far);
      for (int j = 0; j + 1 < RING; j++)
        {
          gboolean glass = (j == 2 && glass_side) || (j >= 4 && glass_top);
          quad (builder, near[j + 1], far[j + 1], far[j], near[j], side * (j == 0 ? 3 : 5 - (float) j), j == 0 ? -0.5f : 0.7f * (float) j, 0,
                glass ? &builder->glass : &builder->body);
        }
    }
}

/* The posts between the windows. */
static void
add_pillar (const Builder *builder, int i, float side)
{
  Section a = section_at (builder->shape, i, 0);
  float w = i % 2 ? 0.035f : 0.06f, out = side * 0.012f, t = mixf (a.half * 0.975f, top_half (&a), 0.92f) * side + out, h = a.half * 0.975f * side + out;
  float top = mixf (a.belt, a.top, 0.88f);
  if (a.top - a.belt > 0.3f)
    quad (builder, at (builder, t, top, a.z - w), at (builder, t, top, a.z + w), at (builder, h, a.belt, a.z + w), at (builder, h, a.belt, a.z - w), side, 0.4f, 0,
          &builder->body);
}

static void
add_end (const Builder *builder, int i, float ahead)
{
  Section section = section_at (builder->shape, i, 0);
  Vec left[RING], right[RING];
  make_ring (builder, &section, -1, left);
  make_ring (builder, &section, 1, right);
  for (int j = 0; j + 1 < RING; j++)
    quad (builder, left[j + 1], right[j + 1], right[j], left[j], 0, 0.1f * (float) (j - 1), ahead, j == 0 ? &builder->trim : &builder->body);
}

static void
add_wheel (const Builder *builder, float side, float z, float rolled)
{
  float radius = builder->shape->wheel, x = side * (builder->shape->width / 2 * 0.965f), y = radius;
  Surface arch = { .colour = grey (0.006), .class = CAR }, tyre = { .colour = grey (0.016), .class = CAR };
  Surface hub = { .colour = grey (0.25), .mirrors = 0.3f, .class = CAR }, gap = { .colour = grey (0.04), .class = CAR };
  const struct { float radius, out; const Surface *surface; } discs[3] = { { radius * 1.2f, 0.012f, &arch }, { radius, 0.03f, &tyre }, { radius * 0.62f, 0.04f, &hub } };
  for (int disc = 0; disc < 3; disc++)
    for (int i = 0; i < 12; i += 2)
      {
        Vec p[4];
        p[0] = at (builder, x + side * discs[disc].out, y, z);
        for (int k = 0; k < 3; k++)
          {
            float angle = (float) (i + k) * 0.5235988f + rolled / radius;
            p[k + 1] = at (builder, x + side * discs[disc].out, fmaxf (y + sinf (angle) * discs[disc].radius, 0.02f), z + cosf (angle) * discs[disc].radius);
          }
        quad (builder, p[1], p[2], p[3], p[0], side, 0, 0, disc == 2 && i % 4 == 2 ? &gap : discs[disc].surface);
      }
  scene_add_box (builder->scene, builder->place, scale (VEC (side > 0 ? x - 0.2 : x, 0, z - radius * 0.8f), builder->k),
                 scale (VEC (side > 0 ? x : x + 0.2, radius, z + radius * 0.8f), builder->k), &tyre);
}

/* A plate on the rear or front, @out metres off the outermost section. */
static void
add_patch (const Builder *builder, float x0, float x1, float y0, float y1, float z, float ahead, const Surface *surface)
{
  quad (builder, at (builder, x0, y1, z), at (builder, x1, y1, z), at (builder, x1, y0, z), at (builder, x0, y0, z), 0, 0, ahead, surface);
}

static void
add_lights (const Builder *builder, gboolean braking)
{
  const Shape *shape = builder->shape;
  const Section *rear = &shape->sections[1], *front = &shape->sections[shape->n - 2];
  float back = shape->sections[0].z - 0.02f, nose = shape->sections[shape->n - 1].z + 0.02f, r = rear->half, f = front->half;
  Surface red = { .colour = VEC (0.45, 0.012, 0.012), .glows = braking ? 2.2f : 0.15f, .mirrors = 0.2f, .class = CAR };
  Surface clear = { .colour = grey (0.5), .glows = 0.2f, .mirrors = 0.4f, .class = CAR };
  Surface yellow = { .colour = VEC (0.6, 0.42, 0.02), .class = CAR }, white = { .colour = grey (0.62), .class = CAR };
  float high = rear->belt - 0.06f, low = rear->belt - (shape->van ? 0.45f : 0.24f);
  add_patch (builder, r * 0.66f, r * 0.97f, low, high, back, -1, &red);
  add_patch (builder, -r * 0.97f, -r * 0.66f, low, high, back, -1, &red);
  add_patch (builder, -0.26f, 0.26f, 0.52f, 0.63f, back - 0.01f, -1, &yellow);
  add_patch (builder, f * 0.5f, f * 0.88f, front->belt - 0.19f, front->belt - 0.04f, nose, 1, &clear);
  add_patch (builder, -f * 0.88f, -f * 0.5f, front->belt - 0.19f, front->belt - 0.04f, nose, 1, &clear);
  add_patch (builder, -f * 0.42f, f * 0.42f, front->belt - 0.17f, front->belt - 0.06f, nose, 1, &builder->trim);
  add_patch (builder, -0.26f, 0.26f, 0.38f, 0.49f, nose + 0.01f, 1, &white);
}

void
add_car (Scene *scene, const Kit *kit, const Place *place, const Car *car, const Light *light, float rolled, gboolean braking)
{
  const Shape *shape = &shapes[car->shape];
  Builder builder = { scene, place, shape, car->size,
                      { .colour = car->paint, .mirrors = 0.35f, .class = CAR },
                      { .colour = grey (0.012), .mirrors = 0.85f, .class = CAR },
                      { .colour = grey (0.018), .mirrors = 0.1f, .class = CAR } };
  for (int i = 0; i + 1 < shape->n; i++)
    {
      add_side (&builder, i, 1);
      add_side (&builder, i, -1);
    }
  for (int i = 1; i + 1 < shape->n; i++)
    if (!shape->van || shape->sections[i].z > 0.3f)
      for (int side = -1; side <= 1; side += 2)
        add_pillar (&builder, i, (float) side);
  add_end (&builder, 0, -1);
  add_end (&builder, shape->n - 1, 1);
  for (int side = -1; side <= 1; side += 2)
    {
      add_wheel (&builder, (float) side, shape->wheel_rear, rolled);
      add_wheel (&builder, (float) side, shape->wheel_front, rolled);
      Vec mirror = at (&builder, (float) side * (shape->width / 2 + 0.09f), shape->sections[shape->n / 2].belt + 0.05f, 0.62f);
      scene_add_stick (scene, mirror, mirror, 0.085f, 0.085f, &builder.body);
    }
  add_lights (&builder, braking);
  float low = shape->sections[2].low;                    /* dark below, to the ground's shadow */
  Surface under = { .colour = grey (0.004), .class = CAR };
  float half = shape->width / 2 * 0.82f, z0 = shape->sections[1].z + 0.2f, z1 = shape->sections[shape->n - 2].z - 0.1f;
  quad (&builder, at (&builder, -half, low, z0), at (&builder, half, low, z0), at (&builder, half, 0.12f, z0), at (&builder, -half, 0.12f, z0), 0, 0, -1, &under);
  quad (&builder, at (&builder, -half, low, z1), at (&builder, half, low, z1), at (&builder, half, 0.12f, z1), at (&builder, -half, 0.12f, z1), 0, 0, 1, &under);
  add_ground_shadow (scene, kit, place, shape->width * car->size, shape->length * car->size, 1.2f, light);
}
