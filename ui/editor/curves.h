/* curves.h: brightness, contrast and the like as one look-up table a channel: what is shown of the picture, never what is stored */
#pragma once

#include "media/image.h"

typedef enum { LW_CHANNEL_ALL, LW_CHANNEL_RED, LW_CHANNEL_GREEN, LW_CHANNEL_BLUE } LwChannel;

typedef struct {
  double brightness, contrast;     /* -1..1; 0: as it is */
  gboolean equalise;               /* spreads what the picture has most of over the whole range */
  LwChannel channel;               /* one alone is shown as grey */
} LwAdjustment;

/* of[c][v]: what the value v of channel c adds to a pixel, already in its place. */
typedef struct {
  gboolean changes;                /* FALSE: the picture is shown as it is, and the tables hold nothing */
  int shift[3];                    /* where in a pixel the value for red, green and blue is taken from */
  guint32 of[3][256];
} LwCurves;

/* @image: whose values are counted to equalise them; NULL: none is shown. */
void lw_curves_set (LwCurves *curves, const LwAdjustment *adjustment, const LwImage *image);

static inline guint32
lw_curves_apply (const LwCurves *curves, guint32 pixel)
{
  return 0xff000000 | curves->of[0][pixel >> curves->shift[0] & 0xff] | curves->of[1][pixel >> curves->shift[1] & 0xff] |
         curves->of[2][pixel >> curves->shift[2] & 0xff];
}
