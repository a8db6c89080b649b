/* reader.h: what a frame source asks of one kind of medium; private to core/media, used on the source's thread alone */
#pragma once

#include "media/frame-source.h"

typedef struct _LwReader LwReader;

/* Told of frames that were decoded on the way to another. */
typedef struct {
  gboolean (*wants) (guint ordinal, gpointer data);                   /* is the frame worth converting? */
  void (*keep) (guint ordinal, LwImage *image, gpointer data);        /* borrowed */
  gpointer data;
} LwReaderSink;

typedef struct {
  /* Opens the medium if it isn't open. @sink may be NULL. */
  LwImage *(*read) (LwReader *reader, guint ordinal, const LwReaderSink *sink, GCancellable *cancellable, GError **error);
  LwImage *(*thumbnail) (LwReader *reader, guint ordinal, int max_side, GCancellable *cancellable, GError **error);
  void (*rest) (LwReader *reader);        /* nothing asked for a while: give back what is quickly made again (optional) */
  void (*free) (LwReader *reader);
  GBytes *(*read_file) (LwReader *reader, guint ordinal, GError **error);      /* (optional) from any thread */
} LwReaderClass;

struct _LwReader {
  const LwReaderClass *klass;
  guint n_frames;
};

/* Both take the medium's path and the bytes of LwMediaInfo.index; neither touches the file. */
LwReader *lw_images_reader_new (const char *path, GBytes *index, GError **error);
LwReader *lw_video_reader_new (const char *path, GBytes *index, GError **error);

static inline void
lw_reader_free (LwReader *reader)
{
  if (reader != NULL)
    reader->klass->free (reader);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwReader, lw_reader_free)
