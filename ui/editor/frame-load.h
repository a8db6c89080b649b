/* frame-load.h: reads a frame's state from the project, on a worker */
#pragma once

#include "editor/frame-state.h"

typedef struct {
  FrameState *state;
  int person;                      /* origin of this computer's user; -1 where the project can't be written */
  gboolean is_person[256];         /* which origins are hand work */
} FrameLoad;
void frame_load_free (FrameLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FrameLoad, frame_load_free)

void frame_load_async (LwProject *project, gint64 frame, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
FrameLoad *frame_load_finish (GAsyncResult *result, GError **error);

/* These strokes: a hash table uuid → LoadedStroke with what could be read; NULL only if the first one couldn't. */
typedef struct { LwDiff *diff; LwMaker *maker; } LoadedStroke;      /* @maker NULL: not known */
void frame_load_diffs_async (LwProject *project, gint64 frame, GPtrArray *uuids, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GHashTable *frame_load_diffs_finish (GAsyncResult *result, GError **error);

/* The origin that pixels of this proposal get. Returns -1 on error, or where the project can't be written. */
void frame_load_origin_async (LwProject *project, gint64 model, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
int frame_load_origin_finish (GAsyncResult *result, GError **error);
