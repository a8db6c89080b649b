/* sharing.h: units of work for threads: each goes through a row of neighbours of its own, and then takes from the far end of another's
 *
 * So a thread mostly has the next unit's filters on their way, and finds input that it wrote itself a layer before; and none waits long for the last one. */
#pragma once

#include <glib.h>

/* The units that are left of one thread's: the first in the lower half, the end in the upper one. */
typedef guint64 Units;

static inline void
units_share (Units *units, int threads, int count)
{
  for (int t = 0; t < threads; t++)
    units[t] = (guint64) ((gint64) count * t / threads) | (guint64) ((gint64) count * (t + 1) / threads) << 32;
}

/* -1: none is left. @thread: who asks */
static inline int
units_take (Units *units, int threads, int thread)
{
  for (int t = 0; t < threads; t++)
    {
      Units *from = &units[(thread + t) % threads], left = __atomic_load_n (from, __ATOMIC_RELAXED);

      while ((guint32) left < left >> 32)
        {
          Units less = t == 0 ? left + 1 : left - (G_GUINT64_CONSTANT (1) << 32);

          if (__atomic_compare_exchange_n (from, &left, less, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return t == 0 ? (int) (guint32) left : (int) (left >> 32) - 1;
        }
    }
  return -1;
}
