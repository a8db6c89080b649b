/* revisions.h: frozen label maps (private to core/store)
 *
 * A revision keeps the tiles that differ from its parent's; every 16th keeps all of them, so that none is more than 15 steps from a whole map.
 * Tiles, and packs of them, are shared by their SHA-256 between all revisions of all frames. */
#pragma once

#include "store/project/persons.h"
#include "store/journal/working.h"

/* What a revision will be made of, worked out without a lock. */
typedef struct {
  GArray *tiles;               /* of LwRevisionTile: rows */
  gint64 parent;               /* 0: the first one of the frame */
  int depth;                   /* steps from a whole map */
  guint8 hash[32];             /* over all tiles of the map (revision-tiles.h) */
} LwRevisionDraft;
void lw_revision_draft_clear (LwRevisionDraft *draft);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwRevisionDraft, lw_revision_draft_clear)

/* Of the working map as @head has it, with @change (or NULL) on top. */
gboolean lw_revision_prepare (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, LwRevisionDraft *draft, GError **error);
/* In a transaction, after lw_frame_head_check(); @seq: of the last stroke in it. LW_STORE_ERROR_CONFLICT where another revision came in between.
 * Returns: its id, 0 on error */
gint64 lw_revision_write (LwDb *db, const LwFrameHead *head, const LwRevisionDraft *draft, gint64 seq, LwRevisionKind kind, const char *message, GError **error);
/* The revision that holds the working map as it is; made with @message where there is none. Returns: its id, 0 on error */
gint64 lw_revision_keep (LwDb *db, gint64 frame, const char *message, GError **error);
/* (transfer full); LW_STORE_ERROR_DAMAGED as lw_revision_tiles_read(). @head: of its frame (lw_revision_head_read()) */
LwPlanes *lw_revision_load (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error);
/* Whether one of @origins (256 flags) set a pixel of it. */
gboolean lw_revision_has_origin (LwDb *db, gint64 revision, const gboolean origins[256], gboolean *has, GError **error);

#define LW_REVISION_COLUMNS \
  "revision.id, revision.frame, revision.parent, revision.uuid, " LW_NAME_OF ("revision.author") ", revision.message, revision.kind, revision.created, " \
  "revision.seq, (SELECT person.uuid FROM person WHERE person.uuid = revision.author)"
/* (transfer full): of a row of LW_REVISION_COLUMNS; never NULL. */
LwRevision *lw_revision_from_row (LwQuery *query);

/* A revision made elsewhere, whole, with its uuid, author and time. @revision->seq -1: its state is none of this frame's journal. In a transaction. Returns: its id, 0 on error */
gint64 lw_revision_bring (LwDb *db, const LwFrameHead *head, const LwRevision *revision, const LwPlanes *planes, GError **error);
