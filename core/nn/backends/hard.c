/* hard.c: from how hard each pixel is to the labels of those that count */
#include "config.h"
#include "backend.h"
#include "hard.h"
#include <math.h>

int
lw_loss_hard_level (const LwLossOptions *loss)
{
  return lw_hard_level (-logf (loss->hard_below));
}

void
lw_loss_keep_hard (const LwLossOptions *loss, const guint8 *labels, guint8 *levels, gsize n)
{
  guint32 counts[LW_HARD_LEVELS] = { 0 };

  for (gsize i = 0; i < n; i++)
    counts[levels[i]]++;
  int cut = lw_hard_cut (counts, lw_loss_hard_level (loss), loss->hard_share);

  for (gsize i = 0; i < n; i++)
    levels[i] = levels[i] >= cut ? labels[i] : LW_HARD_LABEL_NONE;
}
