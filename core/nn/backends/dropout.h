/* dropout.h: which elements a dropout layer keeps: a pure function, so that all backends drop the same ones */
#pragma once
#include "nn/random.h"

/* What is the same for all elements of one layer in one step. */
static inline guint64
lw_dropout_key (guint64 seed, guint64 step, int node)
{
  return lw_random_mix (lw_random_mix (seed) + step * 4096 + (guint64) node);
}

/* @index: of the element in (N, C, H, W) order. */
static inline gboolean
lw_dropout_keep (guint64 key, guint64 index, float rate)
{
  return (double) (lw_random_mix (key + index * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 40) * 0x1p-24 >= (double) rate;
}
