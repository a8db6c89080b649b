/* video-decoder.h: any frame of an indexed video, exactly; private to core/media */
#pragma once

#include "media/video-file.h"
#include "media/video-index.h"

typedef struct _LwVideoDecoder LwVideoDecoder;

/* Opens nothing yet. @index must outlive it. */
LwVideoDecoder *lw_video_decoder_new (const char *path, const LwVideoIndex *index, int n_threads);
void lw_video_decoder_free (LwVideoDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwVideoDecoder, lw_video_decoder_free)

typedef void (*LwVideoPassed) (guint ordinal, const AVFrame *frame, gpointer data);

/* The frame as the codec gives it, lent until the next call. @passed (optional) hears of every other frame that was decoded on the way.
 * A cancelled call can be repeated and goes on where it stopped. */
const AVFrame *lw_video_decoder_read (LwVideoDecoder *decoder, guint ordinal, LwVideoPassed passed, gpointer data, GCancellable *cancellable,
                                      GError **error);
