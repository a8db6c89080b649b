/* changes.h: what changed and when, so that every window on a project hears of it (private to core/store)
 *
 * Each writing transaction that matters to others takes the next number of one counter and leaves it at what it changed. A watcher thread looks for
 * higher numbers: at once after a commit of this process, within half a second after one of another. */
#pragma once

#include "store/database/database.h"

typedef enum { LW_TOPIC_FRAMES, LW_TOPIC_CLASSES, LW_TOPIC_MODELS, LW_TOPIC_JOBS, LW_N_TOPICS } LwTopic;

/* The number of the transaction under way; 0 on error. */
gint64 lw_change_take (LwDb *db, GError **error);
/* Marks a topic, or a frame, with that number: in the transaction that changed it. */
gboolean lw_change_topic (LwDb *db, LwTopic topic, GError **error);
gboolean lw_change_frame (LwDb *db, gint64 frame, GError **error);
/* The highest number so far, whoever took it. */
gboolean lw_change_last (LwDb *db, gint64 *change, GError **error);

typedef struct {
  gboolean topics[LW_N_TOPICS];
  GArray *frames;              /* of gint64 */
} LwChanges;
void lw_changes_clear (LwChanges *changes);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwChanges, lw_changes_clear)

typedef struct _LwWatcher LwWatcher;
typedef void (*LwChangesFunc) (const LwChanges *changes, gpointer data);      /* on the watcher thread */
/* @moved (optional): the file is not in its place (lw_db_is_in_place()): again at each look while that is so */
typedef struct { LwChangesFunc changed; void (*moved) (gpointer data); gpointer data; } LwWatcherEvents;
LwWatcher *lw_watcher_new (LwDb *db /* taken */, gboolean may_checkpoint, gint64 since, const LwWatcherEvents *events);
/* Looks at this connection from now on, for what changed since it last looked. */
void lw_watcher_renew (LwWatcher *watcher, LwDb *db /* taken */);
/* Waits for its thread's end: @changed and @moved are not called any more. */
void lw_watcher_stop (LwWatcher *watcher);
void lw_watcher_free (LwWatcher *watcher);      /* stops it first; NULL is nothing to free */
/* This process committed something; @wal_pages: how long the log is now. */
void lw_watcher_poke (LwWatcher *watcher, int wal_pages);
