/* superpixels-private.h: from clusters to regions (private to core/assist) */
#pragma once

#include "assist/superpixels.h"

/* Gives every fragment of a cluster but its largest to the nearest region, numbers the regions and finds their boxes. @n_clusters: ids are below. */
void lw_superpixels_connect (LwSuperpixels *superpixels, guint n_clusters);
