/* raster.h: polygons, rounded sticks and the sky, drawn into samples with a depth each */
#pragma once

#include "light.h"
#include "texture.h"

/* The classes of CamVid's 11-class label set, in its order. */
enum { SKY, BUILDING, POLE, ROAD, PAVEMENT, TREE, SIGN, FENCE, CAR, PEDESTRIAN, BICYCLIST };

/* Where the camera stands and looks. Pixels, not samples: a target scales them. */
typedef struct {
  Vec eye, right, up, forward;
  float focal, centre_x, centre_y;
} View;

/* Samples on a grid. The colour target has four a pixel, for smooth edges; the truth target one, at the pixel's centre. What covers
 * several samples of a pixel is shaded once for all of them. */
typedef struct {
  int width, height;           /* samples */
  int split;                   /* samples a pixel, each way: 1 or 2 */
  float scale;                 /* the same */
  float *nearness;             /* 1 / distance along the view; 0: nothing drawn yet */
  guint8 *is_ground;           /* what shadows fall on */
  Vec *colours;                /* NULL in the truth target */
  guint8 *classes;             /* NULL in the colour target */
} Target;

typedef struct {
  const Texture *texture;      /* or NULL: plain */
  Vec colour;                  /* times the texture's */
  float mirrors;               /* 0..1 of the sky; a textured surface mirrors where its fourth channel says so */
  float glows;                 /* lamps: light of its own */
  guint8 class;
  gboolean blends;             /* the texture's fourth channel is how opaque it is: leaves, railings */
  float lit_from_behind;       /* 0..1: leaves let light through */
} Surface;

typedef struct { Vec at; float u, v; } Corner;

void target_init (Target *target, int width, int height, gboolean truth);          /* pixels */
void target_clear (Target *target);
void target_release (Target *target);

/* Convex, any winding, at most 8 corners; @normal faces the light's side. Hidden by what is nearer. */
void draw_polygon (Target *target, const View *view, const Light *light, const Corner *corners, int n, Vec normal, const Surface *surface);

/* A stick with round ends and a radius at each. */
void draw_stick (Target *target, const View *view, const Light *light, Vec a, Vec b, float radius_a, float radius_b, const Surface *surface);

/* Darkens the ground by the polygon's fourth channel times @strength; @sunny: only where the sun reaches it. */
void draw_shadow (Target *target, const View *view, const Light *light, const Corner *corners, int n, const Texture *texture,
                  float strength, gboolean sunny);

/* Every sample that is still empty. */
void draw_sky (Target *target, const View *view, const Light *light, float drift);

static inline gsize
target_at (const Target *target, int x, int y)
{
  return (gsize) y * (gsize) target->width + (gsize) x;
}

/* log2, to about 0.1: for choosing the size of a texture. */
static inline float
rough_log2 (float v)
{
  union { float f; gint32 i; } bits = { v };
  return (float) (bits.i - 0x3f800000) * 0x1p-23f;
}

/* The direction through sample (x, y), one metre along the view. */
static inline Vec
view_ray (const View *view, const Target *target, float x, float y)
{
  float u = (x / target->scale - view->centre_x) / view->focal, v = (view->centre_y - y / target->scale) / view->focal;
  return VEC (view->forward.x + view->right.x * u + view->up.x * v, view->forward.y + view->right.y * u + view->up.y * v,
              view->forward.z + view->right.z * u + view->up.z * v);
}
