/* light.h: sun, sky, haze, and the shadows that the rows of houses throw */
#pragma once

#include <glib.h>
#include "noise.h"
#include "vec.h"

#define COURSE_START (-64.0f)                /* metres along the street at which the tables begin */
#define COURSE_STEP 0.5f
#define COURSE_CELLS 3072

/* The street bends a little: @along is the distance driven, @across the distance to the right of the middle of the road. */
typedef struct { float x[COURSE_CELLS]; } Course;

void course_init (Course *course, Random *random);
float course_x (const Course *course, float along);             /* of the middle of the road */
float course_heading (const Course *course, float along);       /* radians; 0 is straight ahead, positive to the right */

typedef struct {
  Vec sun_direction;                         /* towards the sun */
  Vec sun, sky, ground;                      /* light from each, as colours */
  Vec zenith, horizon;                       /* what the sky looks like */
  Vec haze;
  float haze_density;                        /* a metre */
  float cloud_cover;                         /* 0 clear .. 1 overcast */
  guint32 seed;
  const Course *course;
  float house_line[2];                       /* |across| of the fronts: left, right */
  float roofline[2][COURSE_CELLS];           /* height of the fronts */
} Light;

void light_init (Light *light, const Course *course, Random *random);
void light_add_house (Light *light, int side, float from, float to, float height);

/* How much of the sun reaches @at: 0..1. */
float light_sun_at (const Light *light, Vec at);
/* The light that a surface at @at, facing @normal, sends back per unit of its own colour; @sun from light_sun_at(). */
Vec light_on (const Light *light, Vec at, Vec normal, float sun);
/* What is seen of @colour through @distance metres of air. */
Vec light_through_haze (const Light *light, Vec colour, float distance);
Vec light_sky (const Light *light, Vec direction, float drift);
