/* placement.h: buffers in one block of memory: two may share bytes if they never live at the same time */
#pragma once
#include <glib.h>

/* Lives from step @first to step @last. */
typedef struct {
  gsize bytes;
  int first, last;
  gsize offset;                /* set by lw_buffers_place */
} LwBuffer;

/* @buffers: of LwBuffer. Returns the bytes of the block. */
gsize lw_buffers_place (GArray *buffers);
