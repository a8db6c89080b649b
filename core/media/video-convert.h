/* video-convert.h: decoded frames as images; private to core/media */
#pragma once

#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include "media/image.h"

/* Keeps swscale's tables from frame to frame. Zero-initialised is ready. */
typedef struct { struct SwsContext *scaler; } LwVideoConvert;

void lw_video_convert_clear (LwVideoConvert *convert);

/* Turned as @orientation says; the matrix and range are the frame's own, or, where it doesn't say, BT.709 from 720 lines on and BT.601 below.
 * Planar 8-bit YUV is converted by our own integer arithmetic, the same on every CPU; the rest by swscale with its bit-exact flags.
 * NULL: out of memory, or of a pixel format that swscale doesn't know. */
LwImage *lw_video_convert (LwVideoConvert *convert, const AVFrame *frame, int orientation);
/* At most @max_side pixels a side. */
LwImage *lw_video_convert_small (LwVideoConvert *convert, const AVFrame *frame, int orientation, int max_side);
