/* models-page.h: the models of the project: where each comes from, how good it is, which one proposes */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_MODELS_PAGE (lw_models_page_get_type ())
G_DECLARE_FINAL_TYPE (LwModelsPage, lw_models_page, LW, MODELS_PAGE, AdwBin)

void lw_models_page_set_desk (LwModelsPage *page, LwDesk *desk);
