/* test-convert.c: YUV frames as images, against the standards' formulas in floating point */
#include "config.h"
#include "media/video-convert.h"

#include <libavutil/pixdesc.h>
#include <math.h>

typedef struct { double red, blue; gboolean full; } Colours;

static AVFrame *
random_frame (enum AVPixelFormat format, int width, int height)
{
  AVFrame *frame = av_frame_alloc ();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  g_assert_cmpint (av_frame_get_buffer (frame, 0), ==, 0);
  const AVPixFmtDescriptor *shape = av_pix_fmt_desc_get (format);
  for (int plane = 0; plane < 3; plane++)
    {
      int w = plane > 0 ? -(-width >> shape->log2_chroma_w) : width, h = plane > 0 ? -(-height >> shape->log2_chroma_h) : height;
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
          frame->data[plane][y * frame->linesize[plane] + x] = (guint8) g_test_rand_int_range (0, 256);
    }
  return frame;
}

static double
sample (const AVFrame *frame, int plane, int x, int y, int w, int h)
{
  return frame->data[plane][CLAMP (y, 0, h - 1) * frame->linesize[plane] + CLAMP (x, 0, w - 1)];
}

/* Chroma at a luma place: linear between samples on the even columns and between the rows. */
static double
chroma (const AVFrame *frame, int plane, int x, int y)
{
  const AVPixFmtDescriptor *shape = av_pix_fmt_desc_get (frame->format);
  int sx = shape->log2_chroma_w, sy = shape->log2_chroma_h, w = -(-frame->width >> sx), h = -(-frame->height >> sy);
  int u = x >> sx, v = y >> sy, far = sy ? v + (y & 1 ? 1 : -1) : v, next = sx && x & 1 ? u + 1 : u;
  double near_row = (sample (frame, plane, u, v, w, h) + sample (frame, plane, next, v, w, h)) / 2;
  double far_row = (sample (frame, plane, u, far, w, h) + sample (frame, plane, next, far, w, h)) / 2;
  return sy ? 0.75 * near_row + 0.25 * far_row : near_row;
}

static void
assert_pixel (const AVFrame *frame, const LwImage *image, int x, int y, const Colours *colours)
{
  double green = 1 - colours->red - colours->blue, luma = frame->data[0][y * frame->linesize[0] + x];
  double e = colours->full ? luma / 255 : (luma - 16) / 219, range = colours->full ? 255 : 224;
  double b = (chroma (frame, 1, x, y) - 128) / range, r = (chroma (frame, 2, x, y) - 128) / range;
  double red = e + 2 * (1 - colours->red) * r, blue = e + 2 * (1 - colours->blue) * b;
  double rgb[3] = { red, (e - colours->red * red - colours->blue * blue) / green, blue };
  guint32 pixel = *(const guint32 *) (gconstpointer) (image->pixels + (gsize) y * image->stride + (gsize) x * 4);
  for (int c = 0; c < 3; c++)
    {
      double wanted = CLAMP (rgb[c] * 255, 0, 255), got = pixel >> (16 - 8 * c) & 0xff;
      /* Chroma is rounded to a whole number twice, and BT.2020's blue counts it 2.14 times; then the sum is rounded. */
      g_assert_cmpfloat_with_epsilon (got, wanted, 2.14 + 0.5 + 0.1);
    }
}

static void
check (enum AVPixelFormat format, enum AVColorSpace space, enum AVColorRange range, int width, int height, const Colours *colours)
{
  LwVideoConvert convert = { NULL };
  AVFrame *frame = random_frame (format, width, height);
  frame->colorspace = space;
  frame->color_range = range;
  g_autoptr(LwImage) image = lw_video_convert (&convert, frame, 1), again = lw_video_convert (&convert, frame, 1);
  g_assert_nonnull (image);
  for (int i = 0; i < 400; i++)
    assert_pixel (frame, image, g_test_rand_int_range (0, width), g_test_rand_int_range (0, height), colours);
  for (int y = 0; y < height; y++)
    g_assert_true (memcmp (image->pixels + (gsize) y * image->stride, again->pixels + (gsize) y * again->stride, (gsize) width * 4) == 0);
  av_frame_free (&frame);
  lw_video_convert_clear (&convert);
}

static void
test_matrices (void)
{
  const Colours old = { 0.299, 0.114, FALSE }, hd = { 0.2126, 0.0722, FALSE }, uhd = { 0.2627, 0.0593, FALSE }, full = { 0.299, 0.114, TRUE };
  check (AV_PIX_FMT_YUV420P, AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, 64, 48, &old);
  check (AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED, 64, 48, &hd);
  check (AV_PIX_FMT_YUV420P, AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_MPEG, 64, 48, &uhd);
  check (AV_PIX_FMT_YUV420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, 64, 48, &old);
  check (AV_PIX_FMT_YUV420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, 1280, 720, &hd);
  check (AV_PIX_FMT_YUVJ420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, 64, 48, &full);
  check (AV_PIX_FMT_YUV422P, AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG, 64, 48, &full);
}

static void
test_shapes (void)
{
  const Colours old = { 0.299, 0.114, FALSE };
  static const enum AVPixelFormat formats[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV440P };
  for (int i = 0; i < 40; i++)
    check (formats[i % 4], AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, g_test_rand_int_range (1, 40), g_test_rand_int_range (1, 40), &old);
}

static void
test_greys (void)
{
  LwVideoConvert convert = { NULL };
  static const enum AVPixelFormat formats[] = { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_NV12 };
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (int luma = 16; luma <= 235; luma++)
      {
        AVFrame *frame = av_frame_alloc ();
        frame->format = formats[i];
        frame->width = frame->height = 16;
        av_frame_get_buffer (frame, 0);
        memset (frame->data[0], luma, (gsize) (frame->linesize[0] * 16));
        for (int plane = 1; plane < 3 && frame->data[plane] != NULL; plane++)
          memset (frame->data[plane], 128, (gsize) (frame->linesize[plane] * (i == 1 ? 16 : 8)));
        g_autoptr(LwImage) image = lw_video_convert (&convert, frame, 1);
        guint32 pixel = *(const guint32 *) (gconstpointer) image->pixels, grey = (guint32) lround ((luma - 16) * 255.0 / 219);
        g_assert_cmpint (ABS ((int) (pixel & 0xff) - (int) grey), <=, i == 2 ? 1 : 0);
        g_assert_cmphex (pixel >> 24, ==, 0xff);
        g_assert_cmphex (pixel & 0xff, ==, pixel >> 8 & 0xff);
        g_assert_cmphex (pixel & 0xff, ==, pixel >> 16 & 0xff);
        av_frame_free (&frame);
      }
  lw_video_convert_clear (&convert);
}

static void
test_small_and_turned (void)
{
  LwVideoConvert convert = { NULL };
  AVFrame *frame = random_frame (AV_PIX_FMT_YUV420P, 320, 180);
  g_autoptr(LwImage) turned = lw_video_convert (&convert, frame, 6);
  g_autoptr(LwImage) small = lw_video_convert_small (&convert, frame, 6, 64);
  g_autoptr(LwImage) same = lw_video_convert_small (&convert, frame, 1, 1000);
  g_assert_cmpint (turned->width, ==, 180);
  g_assert_cmpint (turned->height, ==, 320);
  g_assert_cmpint (small->width, ==, 36);
  g_assert_cmpint (small->height, ==, 64);
  g_assert_cmpint (same->width, ==, 320);
  av_frame_free (&frame);
  lw_video_convert_clear (&convert);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/matrices", test_matrices);
  g_test_add_func ("/convert/shapes", test_shapes);
  g_test_add_func ("/convert/greys", test_greys);
  g_test_add_func ("/convert/small-and-turned", test_small_and_turned);
  return g_test_run ();
}
