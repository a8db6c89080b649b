/* opencv.cc: OpenCV behind plain C: the one C++ file. No exception leaves it. */
#include "assist/opencv.h"

#include <opencv2/imgproc.hpp>

#define CLUSTER_SEED 4711      /* GrabCut begins with k-means from random centres: the same ones each time */

extern "C" char *
lw_opencv_grab_cut (const guint8 *pixels, int width, int height, guint8 *mask, double background[LW_OPENCV_MODEL],
                    double foreground[LW_OPENCV_MODEL], int rounds, gboolean again)
{
  try
    {
      const cv::Mat picture (height, width, CV_8UC3, const_cast<guint8 *> (pixels));
      cv::Mat cut (height, width, CV_8UC1, mask);
      cv::Mat models[2];
      if (again)
        {
          models[0] = cv::Mat (1, LW_OPENCV_MODEL, CV_64F, background).clone ();
          models[1] = cv::Mat (1, LW_OPENCV_MODEL, CV_64F, foreground).clone ();
        }
      cv::theRNG ().state = CLUSTER_SEED;
      cv::grabCut (picture, cut, cv::Rect (), models[0], models[1], rounds, again ? cv::GC_EVAL : cv::GC_INIT_WITH_MASK);
      for (int i = 0; i < LW_OPENCV_MODEL; i++)
        {
          background[i] = models[0].at<double> (i);
          foreground[i] = models[1].at<double> (i);
        }
      return NULL;
    }
  catch (const std::exception &e)
    {
      return g_strdup (e.what ());
    }
  catch (...)
    {
      return g_strdup ("?");
    }
}
