/* train-page.h: fine-tuning the network on what was accepted: start, watch, compare, switch */
#pragma once

#include <adwaita.h>
#include "models/trainer.h"

#define LW_TYPE_TRAIN_PAGE (lw_train_page_get_type ())
G_DECLARE_FINAL_TYPE (LwTrainPage, lw_train_page, LW, TRAIN_PAGE, AdwBin)

void lw_train_page_set_desk (LwTrainPage *page, LwDesk *desk, LwTrainer *trainer);
