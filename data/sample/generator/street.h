/* street.h: one street with all that stands and moves in it, made from a seed */
#pragma once

#include "models.h"

typedef struct {
  Course course;
  Light light;
  Ground ground;
  Kit *kit;
  Scene *scene;
  GArray *movers;
  guint64 seed;
  Random random;
  float length;                /* metres that the camera may drive */
  float kerb[2], pavement[2];  /* left, right: |across| of the kerb, width of the pavement */
  gboolean parking[2];
  float shop_share, leafiness, bustle;
  float speed;                 /* of the camera, metres a second */
  Vec sun;                     /* without clouds */
  float eye_height, focal, horizon, sway;
} Street;

Street *street_new (guint64 seed, float seconds);
void street_free (Street *street);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Street, street_free)

/* @width and @height in pixels. */
View street_view (const Street *street, float time, int width, int height);
/* Puts what moves where it is at @time. */
void street_set_time (Street *street, float time);

/* ---- traffic.c ---- */
void traffic_init (Street *street, float seconds);
void traffic_place (Street *street, float time);
float street_camera_along (const Street *street, float time);
