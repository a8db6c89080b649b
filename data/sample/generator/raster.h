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

/* Samples on a grid. The colour target has four a pixel; the truth target one, at the pixel's centre. */
typedef struct {
  int width, height;
  float scale;                 /* samples a pixel, each way */
  float *nearness;             /* 1 / distance along the view; 0: nothing drawn yet */
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

void target_init (Target *target, int width, int height, float samples_a_pixel, gboolean truth);
void target_clear (Target *target);
void target_release (Target *target);

/* Convex, any winding, at most 8 corners; @normal faces the light's side. Hidden by what is nearer. */
void draw_polygon (Target *target, const View *view, const Light *light, const Corner *corners, int n, Vec normal, const Surface *surface);

/* A stick with round ends and a radius at each. */
void draw_stick (Target *target, const View *view, const Light *light, Vec a, Vec b, float radius_a, float radius_b, const Surface *surface);

/* Darkens what was drawn by the polygon's fourth channel times @strength; @sunny: only what the sun reaches. No depth. */
void draw_shadow (Target *target, const View *view, const Light *light, const Corner *corners, int n, const Texture *texture,
                  float strength, gboolean sunny);

/* Every sample that is still empty. */
void draw_sky (Target *target, const View *view, const Light *light, float drift);

/* The direction through sample (x, y), one metre along the view. */
static inline Vec
view_ray (const View *view, const Target *target, float x, float y)
{
  float u = (x / target->scale - view->centre_x) / view->focal, v = (view->centre_y - y / target->scale) / view->focal;
  return VEC (view->forward.x + view->right.x * u + view->up.x * v, view->forward.y + view->right.y * u + view->up.y * v,
              view->forward.z + view->right.z * u + view->up.z * v);
}
