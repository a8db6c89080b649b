/* readers.c: a few idle connections, so that a read costs no open */
#include "config.h"
#include "store/database/readers.h"

#include <glib/gi18n-lib.h>

#define MAX_IDLE 4

struct _LwReaders {
  char *path;
  LwDbMode mode;
  GMutex lock;
  GCond given_back;
  GPtrArray *idle;
  guint n_taken;
  gboolean closed;
  guint64 device, inode;     /* of the file; 0: none was opened yet */
};

LwReaders *
lw_readers_new (const char *path, LwDbMode mode)
{
  LwReaders *self = g_new0 (LwReaders, 1);
  self->path = g_strdup (path);
  self->mode = mode;
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_db_close);
  g_mutex_init (&self->lock);
  g_cond_init (&self->given_back);
  return self;
}

void
lw_readers_close (LwReaders *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  while (self->n_taken > 0)
    g_cond_wait (&self->given_back, &self->lock);
  g_ptr_array_set_size (self->idle, 0);
  g_mutex_unlock (&self->lock);
}

void
lw_readers_free (LwReaders *self)
{
  if (self == NULL)
    return;
  lw_readers_close (self);
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->given_back);
  g_free (self->path);
  g_free (self);
}

static gboolean
is_of_this_file (const LwReaders *self, const LwDb *db)
{
  return db->device == self->device && db->inode == self->inode;
}

void
lw_readers_renew (LwReaders *self, const LwDb *db)
{
  g_mutex_lock (&self->lock);
  self->device = db->device;
  self->inode = db->inode;
  g_ptr_array_set_size (self->idle, 0);
  g_mutex_unlock (&self->lock);
}

static void
give_back (LwDb *db)
{
  LwReaders *self = db->owner;
  lw_db_rollback (db);
  g_mutex_lock (&self->lock);
  if (!self->closed && self->idle->len < MAX_IDLE && is_of_this_file (self, db))
    g_ptr_array_add (self->idle, db);
  else
    lw_db_close (db);
  self->n_taken--;
  g_cond_signal (&self->given_back);
  g_mutex_unlock (&self->lock);
}

/* Never another file than the first one: what is at the path now may be another project. */
static LwDb *
open_same (LwReaders *self, GError **error)
{
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    {
      lw_db_gone (&(LwDb) { .path = self->path }, error);
      return NULL;
    }
  LwDb *db = lw_db_open (self->path, self->mode, error);
  if (db == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  if (self->inode == 0)
    {
      self->device = db->device;
      self->inode = db->inode;
    }
  gboolean same = is_of_this_file (self, db);
  g_mutex_unlock (&self->lock);
  if (same)
    return db;
  lw_db_gone (db, error);
  lw_db_close (db);
  return NULL;
}

LwDb *
lw_readers_take (LwReaders *self, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_mutex_lock (&self->lock);
  gboolean closed = self->closed;
  LwDb *db = self->idle->len > 0 ? g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1) : NULL;
  self->n_taken += !closed;
  g_mutex_unlock (&self->lock);
  if (closed)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The project is closed"));
  if (closed || db != NULL)
    return db;
  db = open_same (self, &local);
  if (db != NULL)
    {
      db->owner = self;
      db->release = give_back;
      return db;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  g_mutex_lock (&self->lock);
  self->n_taken--;
  g_cond_signal (&self->given_back);
  g_mutex_unlock (&self->lock);
  return NULL;
}
