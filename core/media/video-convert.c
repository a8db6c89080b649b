/* video-convert.c: decoded frames as images */
#include "config.h"
#include "media/video-convert.h"

#include <libavutil/pixdesc.h>
#include "media/orientation.h"

#define FRACTION 14                      /* bits below the point */
#define HALF (1 << (FRACTION - 1))

#if defined __x86_64__ && defined __gnu_linux__ && !defined __SANITIZE_ADDRESS__
#define FOR_EVERY_CPU __attribute__ ((target_clones ("avx2", "default")))
#else
#define FOR_EVERY_CPU
#endif

void
lw_video_convert_clear (LwVideoConvert *convert)
{
  g_clear_pointer (&convert->scaler, sws_freeContext);
}

/* ---- what the numbers mean ---- */

static gboolean
is_full_range (const AVFrame *frame)
{
  return frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P || frame->format == AV_PIX_FMT_YUVJ422P
         || frame->format == AV_PIX_FMT_YUVJ444P || frame->format == AV_PIX_FMT_YUVJ440P || frame->format == AV_PIX_FMT_YUVJ411P;
}

static enum AVColorSpace
matrix_of (const AVFrame *frame)
{
  switch (frame->colorspace)
    {
    case AVCOL_SPC_BT709: case AVCOL_SPC_FCC: case AVCOL_SPC_BT470BG: case AVCOL_SPC_SMPTE170M: case AVCOL_SPC_SMPTE240M:
      return frame->colorspace;
    case AVCOL_SPC_BT2020_NCL: case AVCOL_SPC_BT2020_CL:
      return AVCOL_SPC_BT2020_NCL;
    default:
      return frame->height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    }
}

/* R = y + r_v v; G = y + g_u u + g_v v; B = y + b_u u, in 1 / 2^FRACTION. */
typedef struct { int y, r_v, g_u, g_v, b_u, black; } Matrix;

static int
fixed (double value)
{
  return (int) (value * (1 << FRACTION) + (value < 0 ? -0.5 : 0.5));
}

/* From the shares of red and blue in the brightness (ITU-T H.273, table 4). */
static Matrix
matrix_for (const AVFrame *frame)
{
  double red = 0.299, blue = 0.114;
  switch (matrix_of (frame))
    {
    case AVCOL_SPC_BT709: red = 0.2126, blue = 0.0722; break;
    case AVCOL_SPC_FCC: red = 0.30, blue = 0.11; break;
    case AVCOL_SPC_SMPTE240M: red = 0.212, blue = 0.087; break;
    case AVCOL_SPC_BT2020_NCL: red = 0.2627, blue = 0.0593; break;
    default: break;
    }
  gboolean full = is_full_range (frame);
  double luma = full ? 1 : 255.0 / 219, chroma = full ? 1 : 255.0 / 224, green = 1 - red - blue;
  return (Matrix) { fixed (luma), fixed (2 * (1 - red) * chroma), fixed (-2 * (1 - blue) * blue / green * chroma),
                    fixed (-2 * (1 - red) * red / green * chroma), fixed (2 * (1 - blue) * chroma), full ? 0 : 16 };
}

/* ---- planar 8-bit YUV ---- */

static gboolean
is_planar_8_bit (const AVFrame *frame)
{
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get (frame->format);
  if (format == NULL || format->nb_components != 3 || !(format->flags & AV_PIX_FMT_FLAG_PLANAR) || (format->flags & AV_PIX_FMT_FLAG_RGB)
      || format->log2_chroma_w > 1 || format->log2_chroma_h > 1 || frame->colorspace == AVCOL_SPC_YCGCO || frame->colorspace == AVCOL_SPC_RGB)
    return FALSE;
  for (int i = 0; i < 3; i++)
    if (format->comp[i].depth != 8 || format->comp[i].plane != i || format->comp[i].step != 1)
      return FALSE;
  return TRUE;
}

FOR_EVERY_CPU static void
blend_rows (const guint8 *near, const guint8 *far, guint8 *out, int n)
{
  for (int i = 0; i < n; i++)
    out[i] = (guint8) ((3 * near[i] + far[i] + 2) >> 2);
}

/* Samples lie on the even columns (as in MPEG-2 and later), so an odd column is the mean of its neighbours. */
FOR_EVERY_CPU static void
widen_row (const guint8 *in, guint8 *out, int n_in)
{
  for (int i = 0; i + 1 < n_in; i++)
    {
      out[2 * i] = in[i];
      out[2 * i + 1] = (guint8) ((in[i] + in[i + 1] + 1) >> 1);
    }
  out[2 * n_in - 2] = out[2 * n_in - 1] = in[n_in - 1];
}

/* Row @y of a chroma plane at the picture's own size; in @out (2 * rows of chroma wide), or lent from the plane. Between the rows of chroma of a
 * progressive picture, which lie between those of luma, it is linear. @scratch: one row. */
static const guint8 *
chroma_row (const AVFrame *frame, int plane, int shift_x, int shift_y, int y, guint8 *scratch, guint8 *out)
{
  int width = -(-frame->width >> shift_x), height = -(-frame->height >> shift_y);
  const guint8 *data = frame->data[plane], *row = data + (ptrdiff_t) (y >> shift_y) * frame->linesize[plane];
  if (shift_y == 1)
    {
      int other = CLAMP ((y >> 1) + (y & 1 ? 1 : -1), 0, height - 1);
      blend_rows (row, data + (ptrdiff_t) other * frame->linesize[plane], scratch, width);
      row = scratch;
    }
  if (shift_x == 0)
    return row;
  widen_row (row, out, width);
  return out;
}

static inline guint32
clamp_byte (int value)
{
  return (guint32) (value < 0 ? 0 : value > 255 ? 255 : value);
}

FOR_EVERY_CPU static void
convert_row (const guint8 *luma, const guint8 *blue, const guint8 *red, guint32 *out, int n, const Matrix *matrix)
{
  const Matrix m = *matrix;
  for (int x = 0; x < n; x++)
    {
      int y = (luma[x] - m.black) * m.y + HALF, u = blue[x] - 128, v = red[x] - 128;
      guint32 r = clamp_byte ((y + m.r_v * v) >> FRACTION);
      guint32 g = clamp_byte ((y + m.g_u * u + m.g_v * v) >> FRACTION);
      guint32 b = clamp_byte ((y + m.b_u * u) >> FRACTION);
      out[x] = 0xff000000 | r << 16 | g << 8 | b;
    }
}

static LwImage *
convert_planar (const AVFrame *frame)
{
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get (frame->format);
  int shift_x = format->log2_chroma_w, shift_y = format->log2_chroma_h;
  Matrix matrix = matrix_for (frame);
  LwImage *image = lw_image_new (frame->width, frame->height);
  g_autofree guint8 *scratch = g_malloc (3 * ((gsize) frame->width + 2));
  guint8 *blue = scratch + frame->width + 2, *red = blue + frame->width + 2;
  for (int y = 0; image != NULL && y < image->height; y++)
    {
      const guint8 *u = chroma_row (frame, 1, shift_x, shift_y, y, scratch, blue);
      const guint8 *v = chroma_row (frame, 2, shift_x, shift_y, y, u == scratch ? red : scratch, red);
      convert_row (frame->data[0] + (ptrdiff_t) y * frame->linesize[0], u, v, (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride),
                   image->width, &matrix);
    }
  return image;
}

/* ---- everything else ---- */

static LwImage *
convert_by_scaler (LwVideoConvert *convert, const AVFrame *frame, int width, int height, int flags)
{
  enum AVPixelFormat ours = G_BYTE_ORDER == G_LITTLE_ENDIAN ? AV_PIX_FMT_BGRA : AV_PIX_FMT_ARGB;
  g_autoptr(LwImage) image = lw_image_new (width, height);
  convert->scaler = sws_getCachedContext (convert->scaler, frame->width, frame->height, frame->format, width, height, ours,
                                          flags | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
  if (image == NULL || convert->scaler == NULL)
    return NULL;
  const int *matrix = sws_getCoefficients ((int) matrix_of (frame));
  sws_setColorspaceDetails (convert->scaler, matrix, is_full_range (frame), matrix, 1, 0, 1 << 16, 1 << 16);
  guint8 *const planes[4] = { image->pixels };
  const int strides[4] = { (int) image->stride };
  if (sws_scale (convert->scaler, (const guint8 *const *) frame->data, frame->linesize, 0, frame->height, planes, strides) != height)
    return NULL;
  for (int y = 0; y < height; y++)                       /* a format with transparency says so in the fourth byte */
    {
      guint32 *row = (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride);
      for (int x = 0; x < width; x++)
        row[x] |= 0xff000000;
    }
  return g_steal_pointer (&image);
}

static LwImage *
turn (LwImage *upright, int orientation)
{
  g_autoptr(LwImage) image = upright;
  return image != NULL ? lw_image_orient (image, orientation) : NULL;
}

LwImage *
lw_video_convert (LwVideoConvert *convert, const AVFrame *frame, int orientation)
{
  if (is_planar_8_bit (frame))
    return turn (convert_planar (frame), orientation);
  return turn (convert_by_scaler (convert, frame, frame->width, frame->height, SWS_BILINEAR | SWS_FULL_CHR_H_INT), orientation);
}

LwImage *
lw_video_convert_small (LwVideoConvert *convert, const AVFrame *frame, int orientation, int max_side)
{
  double scale = MIN ((double) max_side / MAX (frame->width, frame->height), 1);
  int width = MAX ((int) (frame->width * scale + 0.5), 1), height = MAX ((int) (frame->height * scale + 0.5), 1);
  return turn (convert_by_scaler (convert, frame, width, height, SWS_AREA), orientation);
}
