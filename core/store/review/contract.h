/* contract.h: the coverage contract, where frames are accepted (private to core/store) */
#pragma once

#include "store/journal/frames.h"
#include "store/review.h"

/* What has to be known of the project beside the frame; read once for many frames. */
typedef struct {
  LwContract contract;
  gboolean locked[256];
} LwContractTerms;
void lw_contract_terms_read (LwProject *project, LwContractTerms *terms);      /* @terms (out): nothing to free in it */
gboolean lw_contract_is_empty (const LwContract *contract);      /* it asks for nothing */
/* Of the working map as @head has it. */
gboolean lw_contract_check (LwProject *project, LwDb *db, const LwContractTerms *terms, const LwFrameHead *head, LwContractReport *report, GError **error);
