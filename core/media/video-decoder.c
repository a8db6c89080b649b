/* video-decoder.c: any frame of an indexed video, exactly
 *
 * A container's idea of time is not trusted: seeking only has to land somewhere at or before the wanted key packet. The packet found there is
 * recognised by the hash of its content, and from there on packets are counted; a frame is known by the number of the packet that it came of,
 * which the codec carries along. */
#include "config.h"
#include "media/video-decoder.h"

#include <glib/gi18n-lib.h>
#include "media/frame-source.h"

#define MAX_SKIP 64                      /* packets read over rather than sought over, and unknown packets after a seek */
#define MAX_DETOUR 8                     /* packets decoded rather than sought over */

struct _LwVideoDecoder {
  char *path;
  const LwVideoIndex *index;
  int n_threads;
  LwVideoFile *file;                     /* NULL until the first read, and after a failure */
  AVCodecContext *codec;
  AVPacket *packet;
  AVFrame *frame;
  gint64 next;                           /* the number of the packet that comes next from the file, -1: unknown */
  gboolean pending;                      /* @packet is that packet, read already */
  gboolean decoding;                     /* the codec has had every packet from a key packet up to @next */
  gboolean draining;                     /* it was told that there are no more */
  gint64 shown;                          /* the ordinal of the last frame that came out since, -1: none */
};

LwVideoDecoder *
lw_video_decoder_new (const char *path, const LwVideoIndex *index, int n_threads)
{
  LwVideoDecoder *self = g_new0 (LwVideoDecoder, 1);
  self->path = g_strdup (path);
  self->index = index;
  self->n_threads = n_threads;
  self->packet = av_packet_alloc ();
  self->frame = av_frame_alloc ();
  return self;
}

static void
close_file (LwVideoDecoder *self)
{
  avcodec_free_context (&self->codec);
  g_clear_pointer (&self->file, lw_video_file_free);
  self->decoding = self->pending = FALSE;
  self->next = -1;
}

void
lw_video_decoder_free (LwVideoDecoder *self)
{
  if (self == NULL)
    return;
  close_file (self);
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  g_free (self->path);
  g_free (self);
}

static gboolean
fail_changed (LwVideoDecoder *self, GError **error)
{
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED,
               _("“%s” is no longer the video that was added to the project: put the original back, or add the new one as another medium"), self->path);
  return FALSE;
}

static gboolean
open_file (LwVideoDecoder *self, GCancellable *cancellable, GError **error)
{
  close_file (self);
  self->file = lw_video_file_open (self->path, -1, cancellable, error);
  if (self->file == NULL)
    return FALSE;
  self->file->cancellable = NULL;        /* from here on we ask between packets, so that none gets lost */
  if (self->file->size != self->index->file_size || self->file->stream->index != self->index->stream)
    return fail_changed (self, error);
  self->next = 0;
  self->codec = lw_video_decoder_open (self->file, self->n_threads, error);
  return self->codec != NULL;
}

/* ---- finding a packet ---- */

static gboolean
is_packet (const AVPacket *packet, const LwVideoPacket *known)
{
  guint8 digest[32];
  if ((guint32) packet->size != known->size)
    return FALSE;
  lw_hash (packet->data, (gsize) packet->size, digest);
  return memcmp (digest, known->hash, LW_HASH_PREFIX) == 0;
}

/* Reads the packet numbered @next. Its size is checked each time; its content where that is cheap or decides. */
static LwRead
read_packet (LwVideoDecoder *self, GError **error)
{
  if (self->pending)
    {
      self->pending = FALSE;
      self->next++;
      return LW_READ_PACKET;
    }
  LwRead read = lw_video_file_read (self->file, self->packet, error);
  if (read != LW_READ_PACKET)
    return read;
  if (self->next >= self->index->packets->len
      || (guint32) self->packet->size != lw_video_index_packet (self->index, (guint) self->next)->size)
    {
      fail_changed (self, error);
      return LW_READ_FAILED;
    }
  self->next++;
  return LW_READ_PACKET;
}

/* After a seek: finds out which packet comes next. */
static gboolean
find_place (LwVideoDecoder *self)
{
  guint8 digest[32];
  self->pending = FALSE;
  self->next = -1;
  for (int i = 0; i < MAX_SKIP && lw_video_file_read (self->file, self->packet, NULL) == LW_READ_PACKET; i++)
    {
      lw_hash (self->packet->data, (gsize) self->packet->size, digest);
      self->next = lw_video_index_find (self->index, digest, (guint32) self->packet->size, self->packet->pos, self->packet->dts);
      if (self->next >= 0)
        {
          self->pending = TRUE;
          return TRUE;
        }
    }
  return FALSE;
}

/* Reads on until @target comes next. FALSE where it has gone by, or the packets are not those of the index. */
static gboolean
read_up_to (LwVideoDecoder *self, gint64 target)
{
  if (self->next < 0 || self->next > target)
    return FALSE;
  while (self->next < target)
    if (read_packet (self, NULL) != LW_READ_PACKET)
      return FALSE;
  return self->pending || target == 0
         || (lw_video_file_read (self->file, self->packet, NULL) == LW_READ_PACKET
             && (self->pending = is_packet (self->packet, lw_video_index_packet (self->index, (guint) target))));
}

static gboolean
try_seek (LwVideoDecoder *self, gint64 to, int flags, gint64 target)
{
  return to != LW_NO_TIME && av_seek_frame (self->file->format, self->file->stream->index, to, AVSEEK_FLAG_BACKWARD | flags) >= 0
         && find_place (self) && read_up_to (self, target);
}

/* Makes packet @target, from which decoding can start, the next one. */
static gboolean
go_to (LwVideoDecoder *self, guint32 target, GCancellable *cancellable, GError **error)
{
  const LwVideoPacket *packet = lw_video_index_packet (self->index, target);
  gboolean near = self->next >= 0 && self->next <= target && target - self->next <= MAX_SKIP;
  self->decoding = self->draining = FALSE;
  self->shown = -1;
  if (near && read_up_to (self, target))
    return TRUE;
  if (target > 0 && self->index->seeks_bytes && packet->pos >= 0 && try_seek (self, packet->pos, AVSEEK_FLAG_BYTE, target))
    return TRUE;
  if (target > 0 && (try_seek (self, packet->pts, 0, target) || try_seek (self, packet->dts, 0, target)))
    return TRUE;
  /* The sure way: from the beginning, without decoding. */
  if (!open_file (self, cancellable, error))
    return FALSE;
  return read_up_to (self, target) || fail_changed (self, error);
}

/* ---- decoding ---- */

/* Gives the codec one packet more, or tells it that there are none. */
static gboolean
feed (LwVideoDecoder *self, GError **error)
{
  gint64 number = self->next;
  switch (read_packet (self, error))
    {
    case LW_READ_PACKET:
      lw_video_send (self->codec, self->packet, (guint32) number);     /* what can't be decoded gives no frame, here as in the scan */
      return TRUE;
    case LW_READ_END:
      lw_video_send (self->codec, NULL, 0);
      self->draining = TRUE;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
check_size (LwVideoDecoder *self, guint ordinal, GError **error)
{
  if (self->frame->width == self->index->width && self->frame->height == self->index->height)
    return TRUE;
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED,
               _("Frame %u of “%s” is %d by %d pixels large, those before it %d by %d: convert the video to one size"), ordinal, self->path,
               self->frame->width, self->frame->height, self->index->width, self->index->height);
  return FALSE;
}

static guint32
frame_ordinal (LwVideoDecoder *self)
{
  guint32 number = lw_video_frame_number (self->codec, self->frame);
  return number < self->index->packets->len ? lw_video_index_packet (self->index, number)->ordinal : LW_NO_ORDINAL;
}

typedef enum { FOUND, MISSED, FAILED } Outcome;

/* Decodes on until frame @ordinal is in @frame. MISSED: it should have come by now. */
static Outcome
decode_to (LwVideoDecoder *self, guint ordinal, LwVideoPassed passed, gpointer data, GCancellable *cancellable, GError **error)
{
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      int code = avcodec_receive_frame (self->codec, self->frame);
      if (code == AVERROR_EOF)
        return MISSED;
      if (code == AVERROR (EAGAIN) && !feed (self, error))
        return FAILED;
      guint32 shown = code == 0 ? frame_ordinal (self) : LW_NO_ORDINAL;
      if (shown == LW_NO_ORDINAL)
        continue;                                                       /* none yet, a damaged one, or one that is never shown */
      self->shown = shown;
      if (shown == ordinal)
        return check_size (self, ordinal, error) ? FOUND : FAILED;
      if (passed != NULL)
        passed (shown, self->frame, data);
      if (shown > ordinal)
        return MISSED;
    }
  return FAILED;
}

/* What the codec is doing leads to @ordinal without a detour. */
static gboolean
is_on_the_way (LwVideoDecoder *self, guint ordinal)
{
  if (!self->decoding || ordinal <= self->shown)
    return FALSE;
  return self->draining || lw_video_index_start (self->index, ordinal, 0) <= self->next + MAX_DETOUR;
}

static Outcome
start_and_decode (LwVideoDecoder *self, guint ordinal, guint back, LwVideoPassed passed, gpointer data, GCancellable *cancellable, GError **error)
{
  if (!go_to (self, lw_video_index_start (self->index, ordinal, back), cancellable, error))
    {
      close_file (self);
      return FAILED;
    }
  avcodec_flush_buffers (self->codec);
  self->decoding = TRUE;
  return decode_to (self, ordinal, passed, data, cancellable, error);
}

const AVFrame *
lw_video_decoder_read (LwVideoDecoder *self, guint ordinal, LwVideoPassed passed, gpointer data, GCancellable *cancellable, GError **error)
{
  static const guint backs[] = { 0, 1, 4 };
  g_return_val_if_fail (ordinal < self->index->frames->len, NULL);
  if (self->file == NULL && !open_file (self, cancellable, error))
    {
      close_file (self);
      return NULL;
    }
  if (self->decoding && self->shown == ordinal && self->frame->width > 0)
    return self->frame;

  Outcome outcome = is_on_the_way (self, ordinal) ? decode_to (self, ordinal, passed, data, cancellable, error) : MISSED;
  for (guint i = 0; outcome == MISSED && i < G_N_ELEMENTS (backs); i++)
    outcome = start_and_decode (self, ordinal, backs[i], passed, data, cancellable, error);
  if (outcome == MISSED)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("Frame %u of “%s” can’t be decoded: that part of the file is damaged"), ordinal, self->path);
      self->decoding = FALSE;
    }
  return outcome == FOUND ? self->frame : NULL;
}
