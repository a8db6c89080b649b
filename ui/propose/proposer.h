/* proposer.h: asks the engine to label the frame on show */
#pragma once

#include "desk/desk.h"

/* Properties (all notify): "busy" (bool), "model" (string: the name of the model that proposes; NULL: not known yet), "device" (string: what it runs on and how
 * it is, as a person reads it). Signal: "proposed" (the proposal of the frame on show is there). Errors go to the desk. */
#define LW_TYPE_PROPOSER (lw_proposer_get_type ())
G_DECLARE_FINAL_TYPE (LwProposer, lw_proposer, LW, PROPOSER, GObject)

LwProposer *lw_proposer_new (LwDesk *desk);
gboolean lw_proposer_is_busy (LwProposer *proposer);
void lw_proposer_propose (LwProposer *proposer);       /* the frame on show; one at a time */
void lw_proposer_cancel (LwProposer *proposer);
