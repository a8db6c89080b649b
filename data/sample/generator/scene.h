/* scene.h: everything in the street as polygons, sticks and shadows, sorted for drawing */
#pragma once

#include "raster.h"

/* One piece of a scene. A stick uses corners[0] and [1], whose u is the radius there; a sprite is a square picture that always
 * faces the camera, around @centre, with half a side of corners[0].u. */
typedef struct {
  enum { POLYGON, STICK, SPRITE } kind;
  int n;
  Corner corners[4];
  Vec normal, centre;
  Surface surface;
  float distance;              /* of the frame being drawn */
} Item;

typedef struct {
  Corner corners[4];
  const Texture *texture;
  float strength;
  gboolean sunny;
} Shadow;

typedef struct {
  GArray *items, *shadows;     /* of Item, Shadow: first what stands, then what moves */
  guint n_standing, n_standing_shadows;
} Scene;

/* A frame of reference: a thing stands at @origin and looks along @forward. */
typedef struct { Vec origin, right, up, forward; } Place;

/* On the street, turned by @turn radians to the right from its direction there. */
Place place_on (const Course *course, float along, float across, float height, float turn);
static inline Vec
place_point (const Place *place, float x, float y, float z)
{
  return add (place->origin, add (scale (place->right, x), add (scale (place->up, y), scale (place->forward, z))));
}
static inline Vec
place_direction (const Place *place, float x, float y, float z)
{
  return unit (add (scale (place->right, x), add (scale (place->up, y), scale (place->forward, z))));
}

Scene *scene_new (void);
void scene_free (Scene *scene);
void scene_end_standing (Scene *scene);      /* what is added from here on is gone with scene_start_frame() */
void scene_start_frame (Scene *scene);

void scene_add_stick (Scene *scene, Vec a, Vec b, float radius_a, float radius_b, const Surface *surface);
/* Corners in a ring; the texture's top left is at @corners[0], its top right at [1]. The normal is taken from them and turned outwards by @outward. */
void scene_add_quad (Scene *scene, const Vec corners[4], Vec outward, const Surface *surface);
void scene_add_triangle (Scene *scene, Vec a, Vec b, Vec c, Vec outward, const Surface *surface);
/* A box between two opposite corners in @place, without its bottom. */
void scene_add_box (Scene *scene, const Place *place, Vec low, Vec high, const Surface *surface);
void scene_add_sprite (Scene *scene, Vec centre, float half_side, Vec normal, const Surface *surface);
void scene_add_shadow (Scene *scene, const Vec corners[4], const Texture *texture, float strength, gboolean sunny);


/* Before drawing a frame: how far everything is. */
void scene_measure (Scene *scene, const View *view);
void scene_draw_shadows (Scene *scene, Target *target, const View *view, const Light *light);
/* Nearest first; leaves and railings wait. */
void scene_draw_solid (Scene *scene, Target *target, const View *view, const Light *light);
/* Leaves and railings, farthest first, over everything else. */
void scene_draw_blended (Scene *scene, Target *target, const View *view, const Light *light);
