/* dataset-view.h: one dataset: its splits, leakage, segments, classes and origins, and its sheet */
#pragma once

#include "project/pane.h"

#define LW_TYPE_DATASET_VIEW (lw_dataset_view_get_type ())
G_DECLARE_FINAL_TYPE (LwDatasetView, lw_dataset_view, LW, DATASET_VIEW, LwPane)

void lw_dataset_view_show (LwDatasetView *view, const char *uuid, const char *name);
