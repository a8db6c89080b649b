/* film.h: from light to a picture as a small camera takes it */
#pragma once

#include "raster.h"

typedef struct {
  float key;                   /* how bright it makes the scene */
  float exposure;              /* follows the scene; 0 before the first frame */
  float contrast, vignette, grain, saturation;
  Vec balance;
} Film;

Film film_new (Random *random);
/* @rgb: packed, of half the target's sides. */
void film_develop (Film *film, const Target *target, Random *random, guint8 *rgb);
