/* texture.h: painted pictures with smaller copies of themselves for the distance */
#pragma once

#include <glib.h>
#include "vec.h"

#define TEXTURE_LEVELS 11

/* Sides are powers of two. A texel holds red, green, blue as 255 times the root of the linear value (fine steps in the dark)
 * and a fourth channel: how opaque it is, or, on what is opaque anyway, how little it mirrors. */
typedef struct {
  int width, height, n_levels;
  gboolean repeats;
  guint8 *levels[TEXTURE_LEVELS];          /* level 0 is the painted one; 4 bytes a texel */
} Texture;

typedef struct { Vec colour; float alpha; } Texel;

Texture *texture_new (int width, int height, gboolean repeats);      /* sides rounded up; black, opaque */
void texture_free (Texture *texture);
void texture_finish (Texture *texture);                              /* after painting: makes the smaller levels */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Texture, texture_free)

/* @u, @v: 0..1 over the texture, v downwards; @lod: log2 of texels (of level 0) a pixel */
Texel texture_sample (const Texture *texture, float u, float v, float lod);

/* Painting, in texels of level 0; what is outside is cut off, or wraps where the texture repeats. */
void paint_texel (Texture *texture, int x, int y, Vec colour, float alpha);
void paint_rect (Texture *texture, float x0, float y0, float x1, float y1, Vec colour, float alpha);
void paint_disc (Texture *texture, float x, float y, float radius, Vec colour, float alpha);
/* A tapered line; alpha 1. */
void paint_line (Texture *texture, float x0, float y0, float x1, float y1, float width0, float width1, Vec colour);
