/* bootstrap.h: how much of a mean IoU is the choice of the images: a confidence interval over them (docs/metrics.md) */
#pragma once

#include "label/metrics.h"

/* What each image of a set adds to the IoU of its classes. */
typedef struct _LwBootstrap LwBootstrap;
LwBootstrap *lw_bootstrap_new (int n_classes);
void lw_bootstrap_free (LwBootstrap *bootstrap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwBootstrap, lw_bootstrap_free)
/* @image: of this image alone, with the classes or more; those beyond are no classes, but predictions that are wrong. */
void lw_bootstrap_add (LwBootstrap *bootstrap, const LwConfusion *image);
/* The interval in which the mean IoU of 95 % of the sets lies that are drawn, as large, from these images with replacement. The same images give the same
 * interval. NaN with fewer than two images in which anything is scored. */
void lw_bootstrap_interval (const LwBootstrap *bootstrap, double *low, double *high);
