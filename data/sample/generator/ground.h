/* ground.h: road, kerbs, pavements, side streets and grass */
#pragma once

#include "raster.h"

#define KERB_HEIGHT 0.12f
#define MAX_SIDE_STREETS 24
#define MAX_PARKS 24
#define MAX_CROSSINGS 16

typedef struct { int side; float from, to; } Stretch;      /* @side: 0 left, 1 right; metres along */

typedef struct {
  const Course *course;
  float kerb[2];               /* |across| of the kerbs: left, right */
  float house_line[2];
  Stretch side_streets[MAX_SIDE_STREETS], parks[MAX_PARKS];
  int n_side_streets, n_parks;
  float crossings[MAX_CROSSINGS];          /* zebra crossings, metres along */
  int n_crossings;
  float lane_middle;           /* across, of the line between the lanes */
  gboolean yellow_lines, hatched;
  float wetness;               /* 0..1 */
  guint32 seed;
  Texture *asphalt, *slabs, *grass, *stains;
} Ground;

void ground_init (Ground *ground, const Course *course, Random *random);
void ground_release (Ground *ground);
/* FALSE on the road, in a side street too. */
gboolean ground_is_pavement (const Ground *ground, float along, float across);
void draw_ground (Target *target, const View *view, const Light *light, const Ground *ground);
