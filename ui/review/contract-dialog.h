/* contract-dialog.h: what must hold before a frame of the project can be accepted */
#pragma once

#include <adwaita.h>
#include "reviews.h"

#define LW_TYPE_CONTRACT_DIALOG (lw_contract_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwContractDialog, lw_contract_dialog, LW, CONTRACT_DIALOG, AdwWindow)

GtkWindow *lw_contract_dialog_new (GtkWindow *parent, LwReviews *reviews);
