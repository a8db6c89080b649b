/* propose-pane.h: the proposal in the side pane: ask for it, take it or parts of it, drop it */
#pragma once

#include <adwaita.h>
#include "propose/proposer.h"

/* Acts through the workspace's actions "proposal.…" (window/workspace-proposal.c). */
#define LW_TYPE_PROPOSE_PANE (lw_propose_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwProposePane, lw_propose_pane, LW, PROPOSE_PANE, AdwBin)

void lw_propose_pane_set_desk (LwProposePane *pane, LwDesk *desk, LwProposer *proposer);
