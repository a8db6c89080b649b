/* datasets-pane.h: frozen sets of accepted frames: what each is made of, and whether its splits know of each other */
#pragma once

#include "project/pane.h"

#define LW_TYPE_DATASETS_PANE (lw_datasets_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwDatasetsPane, lw_datasets_pane, LW, DATASETS_PANE, LwPane)
