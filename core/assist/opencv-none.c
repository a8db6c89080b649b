/* opencv-none.c: stands in for the shim where the program is built without OpenCV: lw_grab_cut_is_available() says so */
#include "config.h"
#include "assist/opencv.h"

char *
lw_opencv_grab_cut (const guint8 *pixels, int width, int height, guint8 *mask, double background[LW_OPENCV_MODEL],
                    double foreground[LW_OPENCV_MODEL], int rounds, gboolean again)
{
  return g_strdup ("built without OpenCV");
}
