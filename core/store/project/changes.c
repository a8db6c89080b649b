/* changes.c: numbers the changes and watches for those of others */
#include "config.h"
#include "store/project/changes.h"

#include "store/database/worker.h"

#define POLL_US (G_USEC_PER_SEC / 2)
#define CHECKPOINT_PAGES 1000      /* 4 MB of log: copied into the file here, so that no stroke waits for it */
#define MAX_SINGLE_FRAMES 256      /* above this, one change of all frames is cheaper for everybody than many of one */

static const char *const topic_names[LW_N_TOPICS] = { "frames", "classes", "models", "jobs" };

gint64
lw_change_take (LwDb *db, GError **error)
{
  if (db->change == 0
      && !(lw_db_run (db, error, "UPDATE topic SET change = change + 1 WHERE name = 'all'", "") && lw_change_last (db, &db->change, error)))
    db->change = 0;
  return db->change;
}

gboolean
lw_change_topic (LwDb *db, LwTopic topic, GError **error)
{
  gint64 change = lw_change_take (db, error);
  return change != 0 && lw_db_run (db, error, "UPDATE topic SET change = ? WHERE name = ?", "Is", change, topic_names[topic]);
}

gboolean
lw_change_frame (LwDb *db, gint64 frame, GError **error)
{
  gint64 change = lw_change_take (db, error);
  return change != 0 && lw_db_run (db, error, "UPDATE frame SET changed = ? WHERE id = ?", "II", change, frame);
}

gboolean
lw_change_last (LwDb *db, gint64 *change, GError **error)
{
  int got = lw_db_get (db, change, error, "SELECT change FROM topic WHERE name = 'all'", "");
  return got > 0 || (got == 0 && lw_db_damaged (db, error, "no change counter"));
}

void
lw_changes_clear (LwChanges *changes)
{
  g_clear_pointer (&changes->frames, g_array_unref);
}

/* ---- the watcher ---- */

struct _LwWatcher {
  LwWorker worker;
  gboolean may_checkpoint;
  gint64 seen;               /* the last change told */
  gint64 data_version;       /* SQLite's: differs after a commit of any other connection */
  LwWatcherEvents events;
  gboolean poked;
  int wal_pages;
  LwDb *next;                /* to take the place of the connection; NULL: none */
};

static gboolean
read_topics (LwDb *db, gint64 since, LwChanges *changes, gint64 *last)
{
  g_autoptr(LwQuery) query = lw_db_query (db, NULL, "SELECT name, change FROM topic WHERE change > ?", "I", since);
  int got;
  while ((got = lw_query_step (query, NULL)) > 0)
    {
      const char *name = (const char *) sqlite3_column_text (query, 0);
      *last = MAX (*last, sqlite3_column_int64 (query, 1));
      for (int i = 0; i < LW_N_TOPICS; i++)
        changes->topics[i] |= g_strcmp0 (name, topic_names[i]) == 0;
    }
  return got == 0;
}

static gboolean
read_frames (LwDb *db, gint64 since, LwChanges *changes)
{
  g_autoptr(LwQuery) query = lw_db_query (db, NULL, "SELECT id FROM frame WHERE changed > ? LIMIT ?", "Ii", since, MAX_SINGLE_FRAMES + 1);
  int got;
  while ((got = lw_query_step (query, NULL)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0);
      g_array_append_val (changes->frames, id);
    }
  if (changes->frames->len > MAX_SINGLE_FRAMES)
    {
      changes->topics[LW_TOPIC_FRAMES] = TRUE;
      g_array_set_size (changes->frames, 0);
    }
  return got == 0;
}

/* Errors are left for the next time: nothing here can be lost. */
static void
look (LwWatcher *self)
{
  gint64 version = self->data_version;
  if (lw_db_get (self->worker.db, &version, NULL, "PRAGMA data_version", "") < 0 || version == self->data_version)
    return;
  g_auto(LwChanges) changes = { .frames = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  gint64 last = self->seen;
  gboolean read = lw_db_begin_read (self->worker.db, NULL) && read_topics (self->worker.db, self->seen, &changes, &last)
                  && read_frames (self->worker.db, self->seen, &changes);
  lw_db_rollback (self->worker.db);
  if (!read)
    return;
  self->data_version = version;
  if (last > self->seen)
    self->events.changed (&changes, self->events.data);
  self->seen = last;
}

static void
checkpoint (LwWatcher *self, int wal_pages)
{
  if (self->may_checkpoint && wal_pages >= CHECKPOINT_PAGES)
    sqlite3_wal_checkpoint_v2 (self->worker.db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* With the lock held. */
static void
take_next (LwWatcher *self)
{
  if (self->next == NULL)
    return;
  lw_db_close (self->worker.db);
  self->worker.db = g_steal_pointer (&self->next);
  self->data_version = -1;
}

static gpointer
watch_in_thread (gpointer data)
{
  LwWatcher *self = data;
  g_mutex_lock (&self->worker.lock);
  while (!self->worker.stopping)
    {
      if (!self->poked)
        g_cond_wait_until (&self->worker.wake, &self->worker.lock, g_get_monotonic_time () + POLL_US);
      int wal_pages = self->wal_pages;
      self->poked = FALSE;
      self->wal_pages = 0;
      take_next (self);
      g_mutex_unlock (&self->worker.lock);
      if (self->events.moved != NULL && !lw_db_is_in_place (self->worker.db))
        self->events.moved (self->events.data);
      look (self);
      checkpoint (self, wal_pages);
      g_mutex_lock (&self->worker.lock);
    }
  g_mutex_unlock (&self->worker.lock);
  return NULL;
}

LwWatcher *
lw_watcher_new (LwDb *db, gboolean may_checkpoint, gint64 since, const LwWatcherEvents *events)
{
  LwWatcher *self = g_new0 (LwWatcher, 1);
  *self = (LwWatcher) { .may_checkpoint = may_checkpoint, .seen = since, .data_version = -1, .events = *events };
  lw_worker_start (&self->worker, "lw-watcher", db, watch_in_thread, self);
  return self;
}

void
lw_watcher_stop (LwWatcher *self)
{
  lw_worker_stop (&self->worker);
}

void
lw_watcher_free (LwWatcher *self)
{
  if (self == NULL)
    return;
  lw_worker_clear (&self->worker);
  g_clear_pointer (&self->next, lw_db_close);
  g_free (self);
}

void
lw_watcher_renew (LwWatcher *self, LwDb *db)
{
  g_mutex_lock (&self->worker.lock);
  g_clear_pointer (&self->next, lw_db_close);
  self->next = db;
  self->poked = TRUE;
  g_cond_signal (&self->worker.wake);
  g_mutex_unlock (&self->worker.lock);
}

void
lw_watcher_poke (LwWatcher *self, int wal_pages)
{
  g_mutex_lock (&self->worker.lock);
  self->poked = TRUE;
  self->wal_pages = MAX (self->wal_pages, wal_pages);
  g_cond_signal (&self->worker.wake);
  g_mutex_unlock (&self->worker.lock);
}
