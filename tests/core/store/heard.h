/* heard.h: counts what a project says of the strokes that are sent to it, for tests of disks that fail */
#pragma once

#include "store/project.h"

typedef struct {
  guint done;                        /* strokes, of which heard_committed_cb() heard */
  guint failed, recovered;           /* signals */
  GError *error;                     /* the last failure */
} Heard;

void heard_listen (Heard *heard, LwProject *project);
void heard_leave (Heard *heard, LwProject *project);
void heard_clear (Heard *heard);
/* GAsyncReadyCallback of a stroke, which must be written in the end; @data is the Heard. */
void heard_committed_cb (GObject *project, GAsyncResult *result, gpointer data);
/* Runs the main loop until one of the counts is that high. */
void heard_wait (const guint *count, guint wanted);
