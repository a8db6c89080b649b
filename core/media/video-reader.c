/* video-reader.c: the frames of a video as images */
#include "config.h"
#include "media/reader.h"

#include <glib/gi18n-lib.h>
#include "media/video-convert.h"
#include "media/video-decoder.h"

typedef struct {
  LwReader base;
  char *path;
  LwVideoIndex *index;
  LwVideoDecoder *full;                  /* follows the reads */
  LwVideoDecoder *thumbnails;            /* so that thumbnails don't take the reads' place in the file; only while they are made */
  LwVideoConvert convert, convert_small;
} VideoReader;

typedef struct {
  VideoReader *self;
  const LwReaderSink *sink;
} Passing;

static void
passed_cb (guint ordinal, const AVFrame *frame, gpointer data)
{
  Passing *passing = data;
  if (frame->width != passing->self->index->width || !passing->sink->wants (ordinal, passing->sink->data))
    return;
  g_autoptr(LwImage) image = lw_video_convert (&passing->self->convert, frame, passing->self->index->orientation);
  if (image != NULL)
    passing->sink->keep (ordinal, image, passing->sink->data);
}

static LwImage *
check_image (VideoReader *self, LwImage *image, guint ordinal, GError **error)
{
  if (image == NULL)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("There is not enough memory for frame %u of “%s” (%d by %d pixels)"), ordinal,
                 self->path, self->index->width, self->index->height);
  return image;
}

static LwImage *
video_read (LwReader *reader, guint ordinal, const LwReaderSink *sink, GCancellable *cancellable, GError **error)
{
  VideoReader *self = (VideoReader *) reader;
  Passing passing = { self, sink };
  if (self->full == NULL)
    self->full = lw_video_decoder_new (self->path, self->index, lw_video_default_threads ());
  const AVFrame *frame = lw_video_decoder_read (self->full, ordinal, sink != NULL ? passed_cb : NULL, &passing, cancellable, error);
  return frame != NULL ? check_image (self, lw_video_convert (&self->convert, frame, self->index->orientation), ordinal, error) : NULL;
}

static LwImage *
video_thumbnail (LwReader *reader, guint ordinal, int max_side, GCancellable *cancellable, GError **error)
{
  VideoReader *self = (VideoReader *) reader;
  if (self->thumbnails == NULL)
    self->thumbnails = lw_video_decoder_new (self->path, self->index, 1);
  const AVFrame *frame = lw_video_decoder_read (self->thumbnails, ordinal, NULL, NULL, cancellable, error);
  if (frame == NULL)
    return NULL;
  return check_image (self, lw_video_convert_small (&self->convert_small, frame, self->index->orientation, max_side), ordinal, error);
}

static void
video_rest (LwReader *reader)
{
  VideoReader *self = (VideoReader *) reader;
  if (self->thumbnails == NULL)
    return;
  g_clear_pointer (&self->thumbnails, lw_video_decoder_free);
  lw_video_give_back_memory ();
}

static void
video_free (LwReader *reader)
{
  VideoReader *self = (VideoReader *) reader;
  lw_video_decoder_free (self->full);
  lw_video_decoder_free (self->thumbnails);
  lw_video_convert_clear (&self->convert);
  lw_video_convert_clear (&self->convert_small);
  lw_video_index_free (self->index);
  g_free (self->path);
  g_free (self);
}

LwReader *
lw_video_reader_new (const char *path, GBytes *bytes, GError **error)
{
  static const LwReaderClass klass = { video_read, video_thumbnail, video_rest, video_free };
  LwVideoIndex *index = lw_video_index_read (bytes, error);
  if (index == NULL)
    return NULL;
  VideoReader *self = g_new0 (VideoReader, 1);
  self->base.klass = &klass;
  self->base.n_frames = index->frames->len;
  self->path = g_strdup (path);
  self->index = index;
  return &self->base;
}
