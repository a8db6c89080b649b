/* frame-source.h: the frames of one medium, by ordinal, behind one asynchronous interface */
#pragma once

#include <gio/gio.h>
#include "media/image.h"

#define LW_MEDIA_ERROR (lw_media_error_quark ())
typedef enum {
  LW_MEDIA_ERROR_NOT_FOUND,    /* moved or removed: relink */
  LW_MEDIA_ERROR_UNSUPPORTED,  /* neither an image nor a video that this build reads */
  LW_MEDIA_ERROR_DAMAGED,      /* truncated, lying header, no decodable frame */
  LW_MEDIA_ERROR_TOO_LARGE,    /* a side above LW_MAX_SIDE, more than LW_MAX_PIXELS (label-map.h), an image file above 1 GiB, more than the memory holds */
  LW_MEDIA_ERROR_CHANGED,      /* not the file that was indexed (size or frames differ) */
} LwMediaError;
GQuark lw_media_error_quark (void);

typedef enum { LW_MEDIA_IMAGES, LW_MEDIA_VIDEO } LwMediaKind;

/* One frame as the index knows it. */
typedef struct {
  gint64 pts;                  /* in @tb_num / @tb_den seconds; G_MININT64: none (images) */
  int tb_num, tb_den;
  guint8 packet_hash[16];      /* first bytes of SHA-256 of the coded packet, or of the image file */
  int width, height;           /* as shown: turned as EXIF or the stream says; pixels that are not square stay so */
  char *name;                  /* image: file stem; video: NULL (the project names it `<clip>_<ordinal, six digits>`) */
} LwFrameInfo;

/* What a scan of a path found: made once at import (the index goes into the project), then given back to open it. */
typedef struct {
  LwMediaKind kind;
  char *path;                  /* absolute: the video file, the image file, or the folder of images */
  guint64 size;                /* bytes of the file; of all files for a folder */
  char *sha256;                /* of the file; for a folder, of its list of (name, size, hash); hex */
  int width, height;           /* of the first frame */
  GArray *frames;              /* of LwFrameInfo, in display order: frame n of a video is the n-th frame of a full decode */
  GBytes *index;               /* opaque, versioned: what lw_frame_source_new() needs to seek without another scan */
} LwMediaInfo;
void lw_media_info_free (LwMediaInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwMediaInfo, lw_media_info_free)

typedef void (*LwProgress) (double fraction, gpointer data);     /* called on the thread of the work, at most every 50 ms */

/* Blocking: call it on a worker. A folder takes every image in it, in natural order (img2 before img10), not its subfolders.
 * Returns: (transfer full): NULL with LW_MEDIA_ERROR_* or G_IO_ERROR_CANCELLED */
LwMediaInfo *lw_media_scan (const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* An open medium. Its own thread decodes; a cache holds decoded frames up to a budget; reading frame n reads n+1, n+2 ahead. */
#define LW_TYPE_FRAME_SOURCE (lw_frame_source_get_type ())
G_DECLARE_FINAL_TYPE (LwFrameSource, lw_frame_source, LW, FRAME_SOURCE, GObject)

/* Cheap: the file is opened by the first read. @index: LwMediaInfo.index. */
LwFrameSource *lw_frame_source_new (LwMediaKind kind, const char *path, GBytes *index, GError **error);
guint lw_frame_source_get_n_frames (LwFrameSource *source);
/* The bytes of an image's own file, if they are those that were indexed; from any thread, blocking. NULL without an error: a frame of a video has none. */
GBytes *lw_frame_source_read_file (LwFrameSource *source, guint ordinal, GError **error);
/* Bytes of decoded frames kept, LW_FRAME_SOURCE_CACHE_BYTES unless told: four frames of 4K, the one shown, two ahead, one behind. */
#define LW_FRAME_SOURCE_CACHE_BYTES ((gsize) 128 << 20)
void lw_frame_source_set_cache_budget (LwFrameSource *source, gsize bytes);

/* Reads are served newest first, so that holding the next key never queues up; a cancelled one is dropped. Finishes in the caller's main context. */
void lw_frame_source_read_async (LwFrameSource *source, guint ordinal, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
LwImage *lw_frame_source_read_finish (LwFrameSource *source, GAsyncResult *result, GError **error);
LwImage *lw_frame_source_read (LwFrameSource *source, guint ordinal, GCancellable *cancellable, GError **error);
/* The decoded frame if it is in the cache: (transfer full), never blocks. */
LwImage *lw_frame_source_peek (LwFrameSource *source, guint ordinal);
/* At most @max_side pixels; served after all full reads. Uses read_finish. */
void lw_frame_source_thumbnail_async (LwFrameSource *source, guint ordinal, int max_side, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
