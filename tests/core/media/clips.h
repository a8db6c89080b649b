/* clips.h: video files made by the ffmpeg command, and what it says of their frames */
#pragma once

#include <glib.h>

gboolean clips_available (void);              /* is there an ffmpeg command? */
char *clips_folder (void);                    /* made once; removed by clips_clean() */
void clips_clean (void);

typedef struct {
  const char *name;                           /* of the file in the folder */
  const char *command;                        /* after `ffmpeg -i SOURCE`; NULL: made by @from */
  const char *source;                         /* a lavfi graph; NULL: moving test pictures with noise, 320x180 */
  const char *from;                           /* another clip's name: copied from there with @command's options */
  gsize cut;                                  /* bytes to cut off the beginning */
  gboolean slow;                              /* only in the long suite */
  gboolean regular;                           /* its times alone tell the order of its frames */
} Clip;

/* Returns: (transfer full): its path; the test fails if ffmpeg does. */
char *clip_make (const Clip *clip);
char *clip_path (const char *name);
/* MD5 of every frame of a full decode, as hex. */
GPtrArray *clip_hashes (const char *path);
void run_ffmpeg (const char *arguments);
