/* share.c: work on many items, shared by threads */
#include "config.h"
#include "store/upkeep/share.h"

#define MOST_THREADS 4             /* more wait for the disk */
#define INTERRUPT_EVERY 10000      /* steps of SQLite's machine between two looks at the cancellable */

struct _LwShare {
  LwDb *dbs[MOST_THREADS];         /* the first one is the caller's */
  guint n_dbs;
  GCancellable *cancellable;
};

typedef struct {
  LwShare *share;
  LwShareFunc func;
  gpointer data;
  const LwShareProgress *progress;
  guint n;
  gint next, ended;
  GMutex lock;
  GError *error;                   /* the first one */
} Run;

typedef struct { Run *run; LwDb *db; } Part;

static int
interrupt_cb (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static void
add_reader (LwShare *self, LwDb *db)
{
  sqlite3_progress_handler (db->handle, INTERRUPT_EVERY, interrupt_cb, self->cancellable);
  self->dbs[self->n_dbs++] = db;
}

/* A reading transaction begins with its first read. */
static gboolean
look (LwDb *db)
{
  gint64 version;
  return lw_db_get (db, &version, NULL, "PRAGMA user_version", "") >= 0;
}

static LwDb *
open_reader (LwProject *project)
{
  g_autoptr(LwDb) db = lw_project_read (project, NULL);
  return db != NULL && lw_db_begin_read (db, NULL) && look (db) ? g_steal_pointer (&db) : NULL;
}

LwShare *
lw_share_new (LwProject *project, LwDb *db, GCancellable *cancellable)
{
  LwShare *self = g_new0 (LwShare, 1);
  self->cancellable = cancellable;
  look (db);
  add_reader (self, db);
  for (guint i = 1; i < MIN (g_get_num_processors (), MOST_THREADS); i++)
    {
      LwDb *other = open_reader (project);
      if (other == NULL)
        break;
      add_reader (self, other);
    }
  return self;
}

void
lw_share_free (LwShare *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_dbs; i++)
    {
      sqlite3_progress_handler (self->dbs[i]->handle, 0, NULL, NULL);
      if (i > 0)
        lw_db_release (self->dbs[i]);
    }
  g_free (self);
}

static void
end_with (Run *run, GError *error)
{
  g_mutex_lock (&run->lock);
  if (run->error == NULL)
    run->error = g_steal_pointer (&error);
  g_mutex_unlock (&run->lock);
  g_clear_error (&error);
  g_atomic_int_set (&run->ended, TRUE);
}

static gpointer
work (gpointer data)
{
  const Part *part = data;
  Run *run = part->run;
  guint item;
  while (!g_atomic_int_get (&run->ended) && (item = (guint) g_atomic_int_add (&run->next, 1)) < run->n)
    {
      GError *error = NULL;
      if (g_cancellable_set_error_if_cancelled (run->share->cancellable, &error) || !run->func (part->db, item, run->data, &error))
        end_with (run, error);
      else if (part->db == run->share->dbs[0] && run->progress->progress != NULL)
        run->progress->progress (run->progress->from + (run->progress->to - run->progress->from) * (item + 1) / run->n, run->progress->data);
    }
  return NULL;
}

gboolean
lw_share_run (LwShare *self, guint n, LwShareFunc func, gpointer data, const LwShareProgress *progress, GError **error)
{
  Run run = { .share = self, .func = func, .data = data, .progress = progress, .n = n };
  Part parts[MOST_THREADS];
  GThread *threads[MOST_THREADS] = { NULL };
  g_mutex_init (&run.lock);
  for (guint i = 0; i < self->n_dbs; i++)
    {
      parts[i] = (Part) { &run, self->dbs[i] };
      threads[i] = i > 0 && n > 1 ? g_thread_try_new ("lw-share", work, &parts[i], NULL) : NULL;
    }
  work (&parts[0]);
  for (guint i = 1; i < self->n_dbs; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
  g_mutex_clear (&run.lock);
  if (run.error == NULL)
    return TRUE;
  g_propagate_error (error, run.error);
  return FALSE;
}
