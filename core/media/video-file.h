/* video-file.h: a video file as a row of packets, and a decoder for them; private to core/media */
#pragma once

#include <gio/gio.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

static inline void lw_av_packet_free (AVPacket *packet) { av_packet_free (&packet); }
static inline void lw_av_frame_free (AVFrame *frame) { av_frame_free (&frame); }
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVPacket, lw_av_packet_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVFrame, lw_av_frame_free)

typedef struct {
  char *path;
  AVFormatContext *format;
  AVStream *stream;
  guint64 size;                /* of the file, when it was opened */
  GCancellable *cancellable;   /* of the call under way, or NULL */
} LwVideoFile;

/* @stream: of the file, or -1: the best one. Only containers that hold real video, from a local file, are tried. */
LwVideoFile *lw_video_file_open (const char *path, int stream, GCancellable *cancellable, GError **error);
void lw_video_file_free (LwVideoFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwVideoFile, lw_video_file_free)

typedef enum { LW_READ_PACKET, LW_READ_END, LW_READ_FAILED } LwRead;
/* The next packet of the stream. Damaged stretches are skipped, as far as the container lets one. */
LwRead lw_video_file_read (LwVideoFile *file, AVPacket *packet, GError **error);

/* A decoder for the stream. Frames know the number given to lw_video_send() of the packet that they came of. */
AVCodecContext *lw_video_decoder_open (LwVideoFile *file, int n_threads, GError **error);
int lw_video_send (AVCodecContext *decoder, AVPacket *packet, guint32 number);       /* @packet NULL: no more */
guint32 lw_video_frame_number (AVCodecContext *decoder, const AVFrame *frame);
int lw_video_default_threads (void);
void lw_video_give_back_memory (void);       /* after a decoder was closed: what its threads freed, to the system */

/* How the stream's pictures are to be turned: orientation.h. */
int lw_video_file_get_orientation (LwVideoFile *file);
