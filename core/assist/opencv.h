/* opencv.h: what is asked of OpenCV, as plain C (private to core/assist) */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LW_OPENCV_MODEL 65      /* doubles of a Gaussian mixture: 5 components of a weight, 3 means and 9 covariances */

/* Values of the mask. */
enum { LW_CUT_BACKGROUND, LW_CUT_FOREGROUND, LW_CUT_PERHAPS_BACKGROUND, LW_CUT_PERHAPS_FOREGROUND };

/* One GrabCut of a packed 8-bit picture of three channels, @mask (width * height) in and out. @again: the two models are those that an earlier call left; otherwise
 * they are learnt from the mask, which must hold both sides. The same input gives the same mask. Returns: NULL, or (transfer full) what OpenCV says is wrong. */
char *lw_opencv_grab_cut (const guint8 *pixels, int width, int height, guint8 *mask, double background[LW_OPENCV_MODEL],
                          double foreground[LW_OPENCV_MODEL], int rounds, gboolean again);

G_END_DECLS
