/* models.h: the things of a street, built of polygons, sticks and sprites */
#pragma once

#include "ground.h"
#include "scene.h"

/* Textures that many things share. */
typedef struct {
  Texture *walls[4], *roofs[2];              /* brick, stone, render, concrete; slate, tiles */
  Texture *leaves[3], *twigs[3], *needles, *hedge;
  Texture *railing, *planks;
  Texture *signs[6];
  Texture *blob, *crown;                     /* shadows */
  GPtrArray *fronts;                         /* of Texture: one for each house */
} Kit;

Kit *kit_new (Random *random);
void kit_free (Kit *kit);

/* ---- house.c ---- */
typedef struct {
  float width, height, depth;                /* metres; the height of the front */
  gboolean shop, pitched, modern;
  int wall;                                  /* of Kit.walls */
  Vec tint;
} House;
House house_random (Random *random, float width);
/* @place: the middle of the front, on the ground, looking at the street. */
void add_house (Scene *scene, Kit *kit, const Place *place, const House *house, Random *random);
/* A plain block for the distance. */
void add_block (Scene *scene, const Kit *kit, const Place *place, Vec size, Random *random);
void house_paint_kit (Kit *kit, Random *random);

/* ---- tree.c ---- */
typedef enum { TREE_LEAFY, TREE_BARE, TREE_CONIFER, TREE_BUSH } TreeKind;
void add_tree (Scene *scene, const Kit *kit, Vec foot, TreeKind kind, float height, const Light *light, Random *random);
void add_hedge (Scene *scene, const Kit *kit, const Place *place, float length, float height, Random *random);
void tree_paint_kit (Kit *kit, Random *random);

/* ---- furniture.c ---- */
void add_lamp (Scene *scene, const Place *place, float height, int side);
void add_sign (Scene *scene, const Kit *kit, const Place *place, int design, float height);
void add_traffic_light (Scene *scene, const Place *place, int lit);
void add_bollard (Scene *scene, const Place *place, Vec colour);
void add_railing (Scene *scene, const Kit *kit, Vec from, Vec to, float height);
void add_planks (Scene *scene, const Kit *kit, Vec from, Vec to, float height, Vec tint);
void furniture_paint_kit (Kit *kit, Random *random);

/* ---- car.c ---- */
typedef struct { int shape; Vec paint; float size; } Car;
Car car_random (Random *random);
void add_car (Scene *scene, const Kit *kit, const Place *place, const Car *car, const Light *light, float rolled, gboolean braking);

/* ---- people.c ---- */
typedef struct {
  float height, girth;
  Vec skin, hair, top, trousers, shoes, bicycle;
  gboolean skirt, bag, helmet;
} Person;
Person person_random (Random *random);
void add_pedestrian (Scene *scene, const Kit *kit, const Place *place, const Person *person, const Light *light, float walked);
void add_bicyclist (Scene *scene, const Kit *kit, const Place *place, const Person *person, const Light *light, float ridden);

/* ---- shadows, in furniture.c ---- */
/* The darkness under a thing of @width by @length, and its long shadow away from the sun when it is @height tall. */
void add_ground_shadow (Scene *scene, const Kit *kit, const Place *place, float width, float length, float height, const Light *light);
