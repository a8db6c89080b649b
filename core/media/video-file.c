/* video-file.c: a video file as a row of packets, and a decoder for them */
#include "config.h"
#include "media/video-file.h"

#include <glib/gi18n-lib.h>
#include <libavutil/display.h>
#include <malloc.h>
#include <unistd.h>
#include "label/label-map.h"
#include "media/file-bytes.h"
#include "media/frame-source.h"
#include "media/orientation.h"

/* Containers of moving pictures. Play lists, scripts and text terminals, which FFmpeg reads too, could name other files. */
#define CONTAINERS "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,mxf,flv,ogg,asf,ivf,h264,hevc,obu,av1,mjpeg,nut,dv,yuv4mpegpipe,gxf,rm,wtv,vc1,dirac"
#define MAX_THREADS 4                    /* every one keeps a frame of its own in flight */
#define MAX_DAMAGED_READS 1000

static int
interrupted_cb (void *data)
{
  return g_cancellable_is_cancelled (((LwVideoFile *) data)->cancellable);
}

void
lw_video_file_free (LwVideoFile *file)
{
  if (file == NULL)
    return;
  avformat_close_input (&file->format);
  g_free (file->path);
  g_free (file);
}

/* The error for FFmpeg's @code on @file; a cancelled call is told as such. */
static gboolean
fail (LwVideoFile *file, int code, GError **error)
{
  char reason[AV_ERROR_MAX_STRING_SIZE] = "";
  if (g_cancellable_set_error_if_cancelled (file->cancellable, error))
    return FALSE;
  av_strerror (code, reason, sizeof reason);
  if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF || code == AVERROR (EINVAL))       /* the last: a container that isn't in CONTAINERS */
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” is neither an image nor a video that can be read here, or it is damaged or incomplete"),
                 file->path);
  else
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” can’t be read as a video: %s"), file->path, reason);
  return FALSE;
}

static gboolean
open_input (LwVideoFile *file, GError **error)
{
  g_autofree char *url = g_strconcat ("file:", file->path, NULL);        /* a name is never a URL */
  AVDictionary *options = NULL;
  av_dict_set (&options, "protocol_whitelist", "file", 0);
  av_dict_set (&options, "format_whitelist", CONTAINERS, 0);
  file->format = avformat_alloc_context ();
  file->format->interrupt_callback = (AVIOInterruptCB) { interrupted_cb, file };
  int code = avformat_open_input (&file->format, url, NULL, &options);   /* frees the context on failure */
  av_dict_free (&options);
  if (code >= 0)
    code = avformat_find_stream_info (file->format, NULL);
  return code >= 0 || fail (file, code, error);
}

static gboolean
is_video (const AVStream *stream)
{
  return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

static gboolean
choose_stream (LwVideoFile *file, int number, GError **error)
{
  if (number < 0)
    number = av_find_best_stream (file->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  if (number < 0 || number >= (int) file->format->nb_streams || !is_video (file->format->streams[number]))
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” has no video in it"), file->path);
      return FALSE;
    }
  file->stream = file->format->streams[number];
  for (unsigned i = 0; i < file->format->nb_streams; i++)
    file->format->streams[i]->discard = (int) i == number ? AVDISCARD_DEFAULT : AVDISCARD_ALL;

  int width = file->stream->codecpar->width, height = file->stream->codecpar->height;
  if (width > LW_MAX_SIDE || height > LW_MAX_SIDE || (gint64) width * height > LW_MAX_PIXELS)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("“%s” says that its frames are %d by %d pixels large"), file->path, width, height);
      return FALSE;
    }
  if (file->stream->time_base.num <= 0 || file->stream->time_base.den <= 0)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” has no clock"), file->path);
      return FALSE;
    }
  return TRUE;
}

LwVideoFile *
lw_video_file_open (const char *path, int stream, GCancellable *cancellable, GError **error)
{
  guint64 size = 0;
  int fd = lw_file_open (path, &size, error);            /* for its errors, and so that FFmpeg never opens a pipe or a device */
  if (fd < 0)
    return NULL;
  close (fd);
  if (size == 0)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” is empty"), path);
      return NULL;
    }
  av_log_set_level (AV_LOG_QUIET);                       /* what it has to say comes back as errors */
  g_autoptr(LwVideoFile) file = g_new0 (LwVideoFile, 1);
  file->path = g_strdup (path);
  file->size = size;
  file->cancellable = cancellable;
  if (!open_input (file, error) || !choose_stream (file, stream, error))
    return NULL;
  return g_steal_pointer (&file);
}

LwRead
lw_video_file_read (LwVideoFile *file, AVPacket *packet, GError **error)
{
  for (int damaged = 0; damaged < MAX_DAMAGED_READS;)
    {
      av_packet_unref (packet);
      int code = av_read_frame (file->format, packet);
      if (g_cancellable_set_error_if_cancelled (file->cancellable, error))
        return LW_READ_FAILED;
      if (code == AVERROR_EOF)
        return LW_READ_END;
      if (code < 0)
        damaged++;
      else if (packet->stream_index == file->stream->index && packet->size > 0)
        return LW_READ_PACKET;
    }
  return LW_READ_END;                                    /* nothing more to be had of a damaged file */
}

/* ---- decoding ---- */

int
lw_video_default_threads (void)
{
  return CLAMP ((int) g_get_num_processors (), 1, MAX_THREADS);
}

void
lw_video_give_back_memory (void)
{
#ifdef __GLIBC__
  malloc_trim (0);                     /* each thread has a heap of its own, which would keep some 80 MB of a 4K video */
#endif
}

AVCodecContext *
lw_video_decoder_open (LwVideoFile *file, int n_threads, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (file->stream->codecpar->codec_id);
  if (codec == NULL)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” is coded as %s, which this computer’s FFmpeg can’t decode"), file->path,
                   avcodec_get_name (file->stream->codecpar->codec_id));
      return NULL;
    }
  AVCodecContext *decoder = avcodec_alloc_context3 (codec);
  int code = avcodec_parameters_to_context (decoder, file->stream->codecpar);
  decoder->pkt_timebase = file->stream->time_base;
  decoder->thread_count = n_threads;
  decoder->max_pixels = LW_MAX_PIXELS;
#if LIBAVCODEC_VERSION_MAJOR >= 60
  decoder->flags |= AV_CODEC_FLAG_COPY_OPAQUE;
#endif
  if (code >= 0)
    code = avcodec_open2 (decoder, codec, NULL);
  if (code >= 0)
    return decoder;
  avcodec_free_context (&decoder);
  fail (file, code, error);
  return NULL;
}

int
lw_video_send (AVCodecContext *decoder, AVPacket *packet, guint32 number)
{
#if LIBAVCODEC_VERSION_MAJOR >= 60
  if (packet != NULL)
    packet->opaque = GUINT_TO_POINTER (number);
#else
  decoder->reordered_opaque = number;
#endif
  return avcodec_send_packet (decoder, packet);
}

guint32
lw_video_frame_number (AVCodecContext *decoder, const AVFrame *frame)
{
#if LIBAVCODEC_VERSION_MAJOR >= 60
  return GPOINTER_TO_UINT (frame->opaque);
#else
  return (guint32) frame->reordered_opaque;
#endif
}

int
lw_video_file_get_orientation (LwVideoFile *file)
{
  const guint8 *data = NULL;
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  const AVPacketSideData *side = av_packet_side_data_get (file->stream->codecpar->coded_side_data, file->stream->codecpar->nb_coded_side_data,
                                                          AV_PKT_DATA_DISPLAYMATRIX);
  if (side != NULL && side->size >= 9 * sizeof (gint32))
    data = side->data;
#else
  size_t size = 0;
  data = av_stream_get_side_data (file->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (size < 9 * sizeof (gint32))
    data = NULL;
#endif
  if (data == NULL)
    return LW_UPRIGHT;
  gint32 matrix[9];
  memcpy (matrix, data, sizeof matrix);
  return lw_orientation_from_matrix (matrix[0], matrix[1], matrix[3], matrix[4]);
}
