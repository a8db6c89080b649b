/* desk.h: one open project and all that the widgets of its window share */
#pragma once

#include "coverage.h"
#include "editor/document.h"
#include "editor/look.h"
#include "editor/toolbox.h"
#include "engine/engine.h"
#include "frame-list.h"

/* Properties: "position" (uint: the frame that is shown; notifies), "n-missing" (uint: media that are not where they were), "write-error" (string: why strokes
 * wait in memory; NULL: they don't), "ready" (bool: the frames were read once).
 * Signals: "failed" (const char *title, const GError *), "models-changed", "jobs-changed" (of the project). Main thread only. */
#define LW_TYPE_DESK (lw_desk_get_type ())
G_DECLARE_FINAL_TYPE (LwDesk, lw_desk, LW, DESK, GObject)

LwDesk *lw_desk_new (LwProject *project);
LwProject *lw_desk_get_project (LwDesk *desk);
LwDocument *lw_desk_get_document (LwDesk *desk);
LwToolbox *lw_desk_get_toolbox (LwDesk *desk);
LwLook *lw_desk_get_look (LwDesk *desk);
LwEngine *lw_desk_get_engine (LwDesk *desk);
LwCoverage *lw_desk_get_coverage (LwDesk *desk);
LwFrameList *lw_desk_get_frames (LwDesk *desk);

guint lw_desk_get_position (LwDesk *desk);                   /* LW_FRAME_LIST_NONE: no frame */
const LwFrame *lw_desk_get_frame (LwDesk *desk);             /* NULL: none */
void lw_desk_go_to (LwDesk *desk, guint position);           /* past the end: nothing happens */
void lw_desk_reload (LwDesk *desk);                          /* frames and media, after a change; the frame that is shown, too, where media came back */
gboolean lw_desk_is_read_only (LwDesk *desk);

/* The whole of "write-error": with the file, and what SQLite says of it. NULL: strokes are written. */
const char *lw_desk_get_write_details (LwDesk *desk);

/* Emits "failed", unless the work was cancelled. */
void lw_desk_fail (LwDesk *desk, const char *title, const GError *error);
/* Zoom and the like, kept with the project: read at start, written at close. NULL: never set. */
const char *lw_desk_get_state (LwDesk *desk, const char *key);
void lw_desk_set_state (LwDesk *desk, const char *key, const char *value);

/* Ends what runs and waits until every stroke is on disk; an error says how many can't be written. The desk can be used on after an error. */
void lw_desk_close_async (LwDesk *desk, GAsyncReadyCallback callback, gpointer user_data);
gboolean lw_desk_close_finish (LwDesk *desk, GAsyncResult *result, GError **error);
