/* grab-cut.h: parts the thing in a box from what is around it */
#pragma once

#include <glib.h>
#include "assist/pixels.h"

#define LW_ASSIST_ERROR (lw_assist_error_quark ())
typedef enum {
  LW_ASSIST_ERROR_BOX,       /* the box leaves nothing inside or nothing outside to learn from */
  LW_ASSIST_ERROR_LIBRARY,   /* OpenCV refused, or isn't there */
} LwAssistError;
GQuark lw_assist_error_quark (void);

gboolean lw_grab_cut_is_available (void);      /* the program was built with OpenCV */

typedef struct { int x, y, width, height; } LwCutBox;

/* One cut: what lies outside the box stays outside. It works on the box and some of what is around it, scaled down to LW_CUT_PIXELS, so that a step takes less than
 * 0.3 s at any size (the border is then drawn again in the picture's own pixels), or enlarged where it is small; and on logarithms of the colours, so that dark things are found
 * in the dark. Any thread, one at a time.
 * Source: Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004; the border: Kopf et al., Joint Bilateral Upsampling, SIGGRAPH 2007. */
typedef struct _LwGrabCut LwGrabCut;
#define LW_CUT_PIXELS 20000
/* @picture: borrowed, its pixels outlive the cut. Returns: (transfer full): NULL with LW_ASSIST_ERROR_BOX */
LwGrabCut *lw_grab_cut_new (const LwPixels *picture, const LwCutBox *box, GError **error);
void lw_grab_cut_free (LwGrabCut *cut);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwGrabCut, lw_grab_cut_free)

/* Says for sure what the pixels within @radius of (x, y) are; the next run learns from it, and they stay so. */
void lw_grab_cut_mark (LwGrabCut *cut, gboolean inside, double x, double y, double radius);
gboolean lw_grab_cut_run (LwGrabCut *cut, GError **error);

/* After a run: 1 inside, 0 outside, width * height of @box packed (lent until the next run). @box receives the box of the cut. */
const guint8 *lw_grab_cut_get_mask (const LwGrabCut *cut, LwCutBox *box);
