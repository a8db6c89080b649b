/* video-scan.c: indexes a video, so that frame n is the n-th frame of a full decode
 *
 * First every packet is read and hashed. Where the container gives each a time of its own, and the codec one frame for each packet, the order of the
 * times is the order of the frames; the first pictures are decoded to see which of them the codec leaves out. Everywhere else, and wherever it takes
 * only seconds, the whole video is decoded, and the packet of each frame noted. */
#include "config.h"
#include "media/scan.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>
#include "media/orientation.h"
#include "media/video-file.h"
#include "media/video-index.h"

#define MAX_PACKETS 5000000              /* 23 hours at 60 a second; an index entry each */
#define HEAD_FRAMES 64                   /* decoded at least, of a long video */
#define READ_BYTES (1 << 20)

/* The shares of the work in the progress bar. */
#define SHARE_HASH 0.2
#define SHARE_PACKETS 0.2

/* ---- the file's hash ---- */

static char *
hash_file (const char *path, LwScan *scan, GError **error)
{
  guint64 size = 0, done = 0;
  int fd = lw_file_open (path, &size, error);
  if (fd < 0)
    return NULL;
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  guint8 digest[32];
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  gssize n = 0;
  gboolean good = TRUE;
  while (good && (n = read (fd, buffer, READ_BYTES)) > 0)
    {
      EVP_DigestUpdate (context, buffer, (gsize) n);
      done += (guint64) n;
      good = lw_scan_step (scan, SHARE_HASH * (double) done / (double) MAX (size, 1), error);
    }
  EVP_DigestFinal_ex (context, digest, NULL);
  EVP_MD_CTX_free (context);
  close (fd);
  if (good && n < 0)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” can’t be read to its end"), path);
  return good && n == 0 ? lw_hash_to_hex (digest) : NULL;
}

/* ---- packets ---- */

typedef struct {
  gboolean has_times;                    /* each packet has a time, and no two the same */
  gboolean clean;                        /* none was marked damaged */
  GArray *hidden;                        /* of gboolean: packets that are decoded but not shown (edit lists) */
} PacketTraits;

static void
add_packet (LwVideoIndex *index, const AVPacket *packet, PacketTraits *traits)
{
  guint8 digest[32];
  gboolean hidden = (packet->flags & AV_PKT_FLAG_DISCARD) != 0;
  LwVideoPacket entry = { .pts = packet->pts, .dts = packet->dts, .pos = packet->pos, .size = (guint32) packet->size, .ordinal = LW_NO_ORDINAL,
                          .key = (packet->flags & AV_PKT_FLAG_KEY) != 0 };
  lw_hash (packet->data, (gsize) packet->size, digest);
  memcpy (entry.hash, digest, sizeof entry.hash);
  traits->has_times &= packet->pts != AV_NOPTS_VALUE;
  traits->clean &= !(packet->flags & AV_PKT_FLAG_CORRUPT);
  g_array_append_val (traits->hidden, hidden);
  g_array_append_val (index->packets, entry);
}

static gboolean
read_packets (LwVideoFile *file, LwVideoIndex *index, PacketTraits *traits, LwScan *scan, GError **error)
{
  LwRead read;
  g_autoptr(AVPacket) packet = av_packet_alloc ();
  while ((read = lw_video_file_read (file, packet, error)) == LW_READ_PACKET)
    {
      double done = (double) MAX (packet->pos, 0) / (double) file->size;
      add_packet (index, packet, traits);
      if (!lw_scan_step (scan, SHARE_HASH + SHARE_PACKETS * done, error))
        return FALSE;
      if (index->packets->len >= MAX_PACKETS)
        {
          g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("“%s” holds more than %d frames: cut it into parts"), file->path, MAX_PACKETS);
          return FALSE;
        }
    }
  if (read == LW_READ_END && index->packets->len == 0)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” holds no frame of its video"), file->path);
  return read == LW_READ_END && index->packets->len > 0;
}

static int
compare_times (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 left = lw_video_index_packet (data, *(const guint32 *) a)->pts, right = lw_video_index_packet (data, *(const guint32 *) b)->pts;
  return left < right ? -1 : left > right;
}

/* Numbers the shown packets by their times. FALSE where two have the same. */
static gboolean
number_by_time (LwVideoIndex *index, const PacketTraits *traits)
{
  g_autoptr(GArray) order = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < index->packets->len; i++)
    if (!g_array_index (traits->hidden, gboolean, i))
      g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_times, index);
  for (guint i = 1; i < order->len; i++)
    if (compare_times (&g_array_index (order, guint32, i - 1), &g_array_index (order, guint32, i), index) == 0)
      return FALSE;
  for (guint32 i = 0; i < order->len; i++)
    g_array_index (index->packets, LwVideoPacket, g_array_index (order, guint32, i)).ordinal = i;
  return order->len > 0;
}

/* Containers and codecs of which every packet is one frame. */
static gboolean
is_regular (LwVideoFile *file)
{
  static const enum AVCodecID codecs[] = { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_MJPEG,
                                           AV_CODEC_ID_PRORES, AV_CODEC_ID_DNXHD, AV_CODEC_ID_FFV1, AV_CODEC_ID_MPEG2VIDEO };
  const char *name = file->format->iformat->name;
  gboolean known = strstr (name, "mp4") != NULL || strstr (name, "matroska") != NULL;
  for (guint i = 0; known && i < G_N_ELEMENTS (codecs); i++)
    if (file->stream->codecpar->codec_id == codecs[i])
      return TRUE;
  return FALSE;
}

/* ---- decoding ---- */

typedef struct {
  guint32 packet;
  gint64 time;                           /* as well as it is known, or AV_NOPTS_VALUE */
} Shown;

typedef struct {
  LwVideoFile *file;
  LwVideoIndex *index;
  LwScan *scan;
  AVCodecContext *codec;
  guint32 n_sent;
  guint32 limit;                         /* packets to send */
  GArray *shown;                         /* of Shown: the frames that came out, in order */
  double from;                           /* progress when it began */
} Decode;

static gboolean
take_frames (Decode *decode, AVFrame *frame, GError **error)
{
  LwVideoIndex *index = decode->index;
  int code;
  while ((code = avcodec_receive_frame (decode->codec, frame)) != AVERROR (EAGAIN) && code != AVERROR_EOF)
    {
      if (code < 0)
        continue;
      Shown shown = { lw_video_frame_number (decode->codec, frame), frame->best_effort_timestamp };
      if (index->width == 0)
        index->width = frame->width, index->height = frame->height;
      if (frame->width != index->width || frame->height != index->height)
        {
          g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED,
                       _("Frame %u of “%s” is %d by %d pixels large, those before it %d by %d: convert the video to one size"), decode->shown->len,
                       decode->file->path, frame->width, frame->height, index->width, index->height);
          return FALSE;
        }
      g_array_append_val (decode->shown, shown);
    }
  return TRUE;
}

static gboolean
decode_packets (Decode *decode, GError **error)
{
  g_autoptr(AVPacket) packet = av_packet_alloc ();
  g_autoptr(AVFrame) frame = av_frame_alloc ();
  while (decode->n_sent < decode->limit)
    {
      LwRead read = lw_video_file_read (decode->file, packet, error);
      if (read == LW_READ_FAILED)
        return FALSE;
      if (read == LW_READ_END)
        break;
      double done = (double) decode->n_sent / decode->limit;
      lw_video_send (decode->codec, packet, decode->n_sent++);
      if (!take_frames (decode, frame, error) || !lw_scan_step (decode->scan, decode->from + (1 - decode->from) * done, error))
        return FALSE;
    }
  lw_video_send (decode->codec, NULL, 0);
  return take_frames (decode, frame, error);
}

/* Decodes the first @limit packets. Returns: (transfer full): what came out (of Shown), or NULL */
static GArray *
decode_head (const char *path, LwVideoIndex *index, guint32 limit, LwScan *scan, GError **error)
{
  g_autoptr(GArray) shown = g_array_new (FALSE, FALSE, sizeof (Shown));
  g_autoptr(LwVideoFile) file = lw_video_file_open (path, index->stream, scan->cancellable, error);
  Decode decode = { file, index, scan, NULL, 0, limit, shown, SHARE_HASH + SHARE_PACKETS };
  if (file == NULL || (decode.codec = lw_video_decoder_open (file, lw_video_default_threads (), error)) == NULL)
    return NULL;
  decode.codec->skip_loop_filter = AVDISCARD_ALL;        /* only the frames' existence matters here */
  gboolean good = decode_packets (&decode, error);
  avcodec_free_context (&decode.codec);
  lw_video_give_back_memory ();
  return good ? g_steal_pointer (&shown) : NULL;
}

/* Gives every frame a time: its own where they all have one and these ascend, else by the frame rate. */
static void
set_times (LwVideoFile *file, LwVideoIndex *index, GArray *shown)
{
  gboolean ascending = TRUE;
  AVRational rate = file->stream->avg_frame_rate.num > 0 && file->stream->avg_frame_rate.den > 0 ? file->stream->avg_frame_rate : (AVRational) { 25, 1 };
  for (guint i = 0; i < shown->len; i++)
    ascending &= g_array_index (shown, Shown, i).time != AV_NOPTS_VALUE
                 && (i == 0 || g_array_index (shown, Shown, i).time > g_array_index (shown, Shown, i - 1).time);
  for (guint i = 0; i < shown->len; i++)
    g_array_index (index->packets, LwVideoPacket, g_array_index (shown, Shown, i).packet).pts =
      ascending ? g_array_index (shown, Shown, i).time : av_rescale_q (i, av_inv_q (rate), file->stream->time_base);
}

/* Decodes everything and numbers the packets by what came out. */
static gboolean
number_by_decoding (LwVideoFile *file, LwVideoIndex *index, LwScan *scan, GError **error)
{
  const char *path = file->path;
  g_autoptr(GArray) shown = decode_head (path, index, index->packets->len, scan, error);
  if (shown == NULL)
    return FALSE;
  for (guint i = 0; i < index->packets->len; i++)
    g_array_index (index->packets, LwVideoPacket, i).ordinal = LW_NO_ORDINAL;
  for (guint32 i = 0; i < shown->len; i++)
    {
      guint32 number = g_array_index (shown, Shown, i).packet;
      LwVideoPacket *packet = number < index->packets->len ? &g_array_index (index->packets, LwVideoPacket, number) : NULL;
      if (packet == NULL || packet->ordinal != LW_NO_ORDINAL)
        {
          g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED,
                       _("“%s” stores several frames in one packet (frame %u), so they can’t be told apart safely: convert it, for instance to H.264 in MP4"),
                       path, i);
          return FALSE;
        }
      packet->ordinal = i;
    }
  if (shown->len == 0)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("Not one frame of “%s” can be decoded"), path);
  else
    set_times (file, index, shown);
  return shown->len > 0;
}

/* The first packets of a long video must give the frames that their times promise, but for some that a codec can't decode at the very start.
 * Those lose their numbers. FALSE without an error: the video is not that regular. */
static gboolean
confirm_head (const char *path, LwVideoIndex *index, LwScan *scan, GError **error)
{
  guint32 limit = MIN (index->packets->len, HEAD_FRAMES), n_keys = 0;
  for (guint32 i = 0; i < index->packets->len && i < 16 * HEAD_FRAMES && n_keys < 3; i++)
    if ((n_keys += lw_video_index_packet (index, i)->key) < 3)
      limit = MAX (limit, i + 1);
  g_autoptr(GArray) shown = decode_head (path, index, limit, scan, error);
  if (shown == NULL || shown->len < 8)
    return FALSE;
  guint32 first = lw_video_index_packet (index, g_array_index (shown, Shown, 0).packet)->ordinal;
  for (guint32 i = 0; i + 8 < shown->len; i++)           /* the last few may wait for packets that were not sent */
    if (lw_video_index_packet (index, g_array_index (shown, Shown, i).packet)->ordinal != first + i)
      return FALSE;
  for (guint i = 0; i < index->packets->len; i++)
    {
      LwVideoPacket *packet = &g_array_index (index->packets, LwVideoPacket, i);
      if (packet->ordinal != LW_NO_ORDINAL)
        packet->ordinal = packet->ordinal >= first ? packet->ordinal - first : LW_NO_ORDINAL;
    }
  return first < index->packets->len;
}

static gboolean
number_frames (LwVideoFile *file, LwVideoIndex *index, const PacketTraits *traits, LwScan *scan, GError **error)
{
  GError *problem = NULL;
  double pixels = (double) file->stream->codecpar->width * file->stream->codecpar->height * index->packets->len;
  if (pixels > scan->most_pixels && traits->has_times && traits->clean && is_regular (file) && number_by_time (index, traits))
    {
      if (confirm_head (file->path, index, scan, &problem))
        return TRUE;
      if (problem != NULL)
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      index->width = index->height = 0;
    }
  return number_by_decoding (file, index, scan, error);
}

/* ---- the result ---- */

static void
list_frames (LwMediaInfo *info, const LwVideoIndex *index)
{
  gboolean sideways = index->orientation >= 5;
  info->width = sideways ? index->height : index->width;
  info->height = sideways ? index->width : index->height;
  for (guint i = 0; i < index->frames->len; i++)
    {
      const LwVideoPacket *packet = lw_video_index_packet (index, g_array_index (index->frames, guint32, i));
      LwFrameInfo frame = { .pts = packet->pts, .tb_num = index->tb_num, .tb_den = index->tb_den, .width = info->width, .height = info->height };
      memcpy (frame.packet_hash, packet->hash, sizeof frame.packet_hash);
      g_array_append_val (info->frames, frame);
    }
}

static gboolean
scan_stream (LwVideoFile *file, LwVideoIndex *index, LwScan *scan, GError **error)
{
  g_autoptr(GArray) hidden = g_array_new (FALSE, FALSE, sizeof (gboolean));
  PacketTraits traits = { TRUE, TRUE, hidden };
  const char *format = file->format->iformat->name;
  index->file_size = file->size;
  index->stream = file->stream->index;
  index->tb_num = file->stream->time_base.num;
  index->tb_den = file->stream->time_base.den;
  index->orientation = lw_video_file_get_orientation (file);
  index->seeks_bytes = strstr (format, "mpeg") != NULL || (file->format->iformat->flags & AVFMT_NOTIMESTAMPS) != 0;
  if (!read_packets (file, index, &traits, scan, error) || !number_frames (file, index, &traits, scan, error))
    return FALSE;
  if (lw_video_index_finish (index))
    return TRUE;
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("The frames of “%s” can’t be put in order"), file->path);
  return FALSE;
}

LwMediaInfo *
lw_video_scan (const char *path, LwScan *scan, GError **error)
{
  g_autoptr(LwVideoFile) file = lw_video_file_open (path, -1, scan->cancellable, error);
  g_autoptr(LwVideoIndex) index = lw_video_index_new ();
  g_autoptr(LwMediaInfo) info = lw_media_info_new (LW_MEDIA_VIDEO, path);
  if (file == NULL || (info->sha256 = hash_file (path, scan, error)) == NULL || !scan_stream (file, index, scan, error))
    return NULL;
  info->size = file->size;
  list_frames (info, index);
  info->index = lw_video_index_write (index);
  return g_steal_pointer (&info);
}
