/* light.c: sun, sky, haze, and the shadows that the rows of houses throw */
#include "config.h"
#include "light.h"

void
course_init (Course *course, Random *random)
{
  float bend = random_range (random, -9, 9), wave = random_range (random, 0.006f, 0.014f);
  float sway = random_range (random, -0.8f, 0.8f), fine = random_range (random, 0.03f, 0.05f);
  for (int i = 0; i < COURSE_CELLS; i++)
    {
      float along = COURSE_START + (float) i * COURSE_STEP;
      course->x[i] = bend * (1 - cosf (along * wave)) + sway * sinf (along * fine);
    }
}

/* The value of a table by the course's steps, between its cells; 0 outside. */
static inline float
table_at (const float *table, float along)
{
  float at = (along - COURSE_START) / COURSE_STEP;
  int cell = (int) at;
  if (at < 0 || cell + 1 >= COURSE_CELLS)
    return 0;
  return mixf (table[cell], table[cell + 1], at - (float) cell);
}

float
course_x (const Course *course, float along)
{
  return table_at (course->x, along);
}

float
course_heading (const Course *course, float along)
{
  return atanf ((course_x (course, along + 1) - course_x (course, along - 1)) / 2);
}

void
light_init (Light *light, const Course *course, Random *random)
{
  float cover = random_unit (random);
  cover = cover < 0.45f ? cover * 0.6f : cover;                            /* more often rather clear, or rather grey */
  float height = random_range (random, 0.3f, 0.85f);                        /* radians: a low sun, as in CamVid's winter */
  float turn = random_range (random, -2.9f, 2.9f);
  float warmth = ramp (0.75f, 0.25f, height);
  float strength = (1 - cover) * 3.2f;
  light->course = course;
  light->seed = (guint32) (random_unit (random) * 1e6f);
  light->cloud_cover = cover;
  light->sun_direction = VEC (sinf (turn) * cosf (height), sinf (height), cosf (turn) * cosf (height));
  light->sun = scale (mix (VEC (1, 0.95, 0.87), VEC (1, 0.84, 0.62), warmth), strength);
  light->sky = scale (mix (VEC (0.66, 0.8, 1.05), grey (0.95), cover), 0.5f + 0.4f * cover);
  light->ground = scale (light->sky, 0.3f);
  light->zenith = mix (VEC (1.0, 1.6, 2.6), grey (2.3), cover);
  light->horizon = mix (VEC (2.5, 2.75, 3.0), grey (2.7), cover);
  light->haze = mix (VEC (1.1, 1.2, 1.35), grey (1.2), cover);
  light->haze_density = random_range (random, 0.0004f, 0.0022f);
}

void
light_add_house (Light *light, int side, float from, float to, float height)
{
  for (float along = from; along <= to; along += COURSE_STEP)
    {
      int cell = (int) ((along - COURSE_START) / COURSE_STEP);
      if (cell >= 0 && cell < COURSE_CELLS)
        light->roofline[side][cell] = height;
    }
}

float
light_sun_at (const Light *light, Vec at)
{
  Vec sun = light->sun_direction;
  float flat = sqrtf (sun.x * sun.x + sun.z * sun.z);
  int side = sun.x > 0;
  float across = at.x - course_x (light->course, at.z);
  float way = light->house_line[side] - (side ? across : -across);          /* to the row of houses on the sun's side */
  if (way <= 0.02f || fabsf (sun.x) < 0.02f)
    return 1;
  float distance = way / fabsf (sun.x) * flat;
  float height = at.y + distance * sun.y / flat;
  float along = at.z + distance * sun.z / flat;
  return ramp (-0.25f - 0.006f * distance, 0.25f + 0.006f * distance, height - table_at (light->roofline[side], along));
}

Vec
light_on (const Light *light, Vec at, Vec normal, float sun)
{
  float up = 0.5f + 0.5f * normal.y, open = 0.62f + 0.38f * clampf (at.y / 9, 0, 1);        /* houses hide half of the sky down here */
  Vec around = scale (mix (light->ground, light->sky, up), open);
  float facing = fmaxf (dot (normal, light->sun_direction), 0);
  return add (around, scale (light->sun, facing * sun));
}

Vec
light_through_haze (const Light *light, Vec colour, float distance)
{
  return mix (light->haze, colour, expf (-distance * light->haze_density));
}

Vec
light_sky (const Light *light, Vec direction, float drift)
{
  float up = fmaxf (direction.y, 0.01f);
  Vec clear = mix (light->horizon, light->zenith, 1 - expf (-up * 3));
  float x = direction.x / (up + 0.12f) * 0.7f + drift, y = direction.z / (up + 0.12f) * 0.7f;
  float density = fractal2 (x, y, 5, light->seed);
  float cloud = ramp (0.62f - 0.45f * light->cloud_cover, 0.85f - 0.3f * light->cloud_cover, density);
  float shade = 0.72f + 0.55f * fractal2 (x * 1.7f + 9, y * 1.7f, 4, light->seed + 31);
  Vec colour = mix (clear, scale (mix (grey (2.9), light->horizon, 0.3f), shade), cloud * 0.9f);
  float glow = powf (fmaxf (dot (direction, light->sun_direction), 0), 60);
  return add (colour, scale (light->sun, glow * 1.5f));
}
