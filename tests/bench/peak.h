/* peak.h: the rate at which this computer multiplies and adds, of which a network gets a share */
#pragma once

#include <glib.h>

/* FLOP/s of all threads between registers, nothing loaded or stored. @bfloat16: of its products, where the processor has them, else of float32's.
 * The best of some tries: what else the computer does can only make one slower. Says nothing about matrix units (AMX). */
double peak_flops (gboolean bfloat16);

/* One try of the same. @flop: (out): how many */
double peak_seconds (gboolean bfloat16, double *flop);
