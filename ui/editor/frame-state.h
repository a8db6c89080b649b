/* frame-state.h: what the document holds of one frame: planes, undo stacks, and the strokes that aren't on disk yet
 *
 * It begins when the frame was loaded and ends when the frame is no longer shown and its last stroke is on disk: whoever comes back before
 * that gets this one again, since the database knows less. */
#pragma once

#include "store/maker.h"

/* A stroke on its way to disk. */
typedef struct {
  char *uuid, *undoes, *tool;      /* @undoes: NULL for a stroke that takes nothing back */
  guint8 origin;
  LwDiff *diff;
} Stroke;
Stroke *stroke_new (const char *uuid, const char *undoes, const char *tool, guint8 origin, LwDiff *diff);
void stroke_free (Stroke *stroke);

typedef struct {
  gint64 frame;
  LwPlanes *planes;
  GPtrArray *undo, *redo;          /* uuids, the next one last */
  GHashTable *diffs;               /* uuid → LwDiff, of the top of both stacks at least */
  GHashTable *makers;              /* uuid → LwMaker, of strokes whose diffs were read from the disk */
  gsize n_tiles;                   /* that @diffs hold: what they cost */
  gint64 seq;                      /* of the last stroke that is known to be on disk */
  LwProposal *proposal;            /* NULL: none */
  gint64 proposal_id;              /* as it was when the state was loaded */
  int proposal_origin;             /* -1: the project can't take one */
  GQueue unsaved;                  /* of Stroke, oldest first; the head may be in flight: one at a time, so that after a conflict nothing follows it */
  gboolean in_flight;
  grefcount refs;
} FrameState;

FrameState *frame_state_new (gint64 frame);
FrameState *frame_state_ref (FrameState *state);
void frame_state_unref (FrameState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FrameState, frame_state_unref)

/* Remembers a stroke that was just made: on the undo stack, the redo stack ends. */
void frame_state_push (FrameState *state, const char *uuid, LwDiff *diff);
/* Moves the top of one stack to the other one, as the new stroke @uuid which takes it back. Returns: (transfer full): what it was called */
char *frame_state_turn (FrameState *state, gboolean redo, const char *uuid);
const char *frame_state_peek (const FrameState *state, gboolean redo);
LwDiff *frame_state_get_diff (const FrameState *state, const char *uuid);     /* (transfer none); NULL: not in memory */
#define DIFF_TILES_AHEAD 512       /* as many tiles of diffs are read at once; 16 KiB each */
gsize diff_count_tiles (const LwDiff *diff);
/* The diff of a stroke in one of the stacks, read from the disk. @maker: whose it is; NULL: not known. */
void frame_state_add_loaded (FrameState *state, const char *uuid, LwDiff *diff, const LwMaker *maker);
const LwMaker *frame_state_get_maker (const FrameState *state, const char *uuid);      /* NULL: not known, or it was made here */
