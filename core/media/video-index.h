/* video-index.h: what a scan found out about a video, packet by packet; private to core/media */
#pragma once

#include <gio/gio.h>
#include "media/file-bytes.h"

#define LW_NO_ORDINAL G_MAXUINT32
#define LW_NO_TIME G_MININT64            /* FFmpeg's AV_NOPTS_VALUE */

/* One packet of the video stream, in the order of the file. */
typedef struct {
  gint64 pts, dts;                       /* in the stream's time base, or LW_NO_TIME */
  gint64 pos;                            /* byte position in the file, -1: unknown */
  guint32 size;
  guint32 ordinal;                       /* of the frame that comes of it, or LW_NO_ORDINAL */
  gboolean key;                          /* decoding may start here */
  guint8 hash[LW_HASH_PREFIX];           /* of its content */
} LwVideoPacket;

typedef struct {
  guint64 file_size;
  int stream;                            /* in the file */
  int tb_num, tb_den;
  int width, height;                     /* as decoded */
  int orientation;                       /* how it is shown: orientation.h */
  gboolean seeks_bytes;                  /* the container is sought by byte position, not by time */
  GArray *packets;                       /* of LwVideoPacket */
  GArray *frames;                        /* of guint32: the packet of each frame, by ordinal */
  /*< private >*/
  GArray *keys;                          /* of guint32: key packets that give a frame */
  GArray *by_hash;                       /* of guint32: packets, sorted by hash */
} LwVideoIndex;

LwVideoIndex *lw_video_index_new (void);
void lw_video_index_free (LwVideoIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwVideoIndex, lw_video_index_free)

/* Fills @frames and the tables for searching from the packets' ordinals, which must be those of frames 0 to n - 1, each once. FALSE: they are not. */
gboolean lw_video_index_finish (LwVideoIndex *index);

GBytes *lw_video_index_write (const LwVideoIndex *index);
/* Bytes from outside. */
LwVideoIndex *lw_video_index_read (GBytes *bytes, GError **error);

static inline const LwVideoPacket *
lw_video_index_packet (const LwVideoIndex *index, guint number)
{
  return &g_array_index (index->packets, LwVideoPacket, number);
}

/* The packet from which decoding leads to frame @ordinal: a key packet at or before the frame's own whose picture is not shown after it
 * (the leading frames of an open group need the group before). 0, the beginning, where there is none. @back: so many groups earlier still. */
guint lw_video_index_start (const LwVideoIndex *index, guint ordinal, guint back);

/* The packet with this content, told from its equals by position or time; -1: unknown or ambiguous. */
gint64 lw_video_index_find (const LwVideoIndex *index, const guint8 hash[LW_HASH_PREFIX], guint32 size, gint64 pos, gint64 dts);
