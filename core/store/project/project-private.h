/* project-private.h: what the parts of core/store share of an open project */
#pragma once

#include "store/database/database.h"
#include "store/database/readers.h"
#include "store/database/writer.h"
#include "store/project/changes.h"
#include "store/project/place.h"
#include "store/project/signals.h"

#define LW_PROJECT_FILE "project.sqlite"

struct _LwProject {
  GObject parent_instance;

  /* fixed once it is open */
  char *folder, *file;         /* absolute */
  char *uuid;                  /* of the project; NULL where it can't be written, or is damaged */
  char *copy;                  /* uuid of this copy of the project (audit.h) */
  char *read_only;             /* why it can't be written, in words, or NULL */
  LwReadOnly why_read_only;
  int lock;                    /* of operations.lock: nobody replaces the file while it is held (byte-locks.h); -1 where the folder can't be written */

  /* the machinery, there until the end; stopped once @closed. @writer is NULL where the project can't be written, @watcher where nobody can */
  GMutex closing;
  gboolean closed;
  LwReaders *readers;
  LwWriter *writer;
  LwWatcher *watcher;
  LwSignals *signals;

  /* of the writer thread (place.h) */
  LwPlaceMark mark;
  LwRefused refused;
  char *copy_now;              /* what @copy would be of a file that was found again; NULL: the same */
};

/* A connection to read with, for g_autoptr(LwDb); NULL where the project is closed. */
LwDb *lw_project_read (LwProject *project, GError **error);
/* Runs @func on the writer thread, without a transaction (it makes its own) or in one. */
gboolean lw_project_write (LwProject *project, LwWriteFunc func, gpointer data, GError **error);
gboolean lw_project_transact (LwProject *project, LwWriteFunc func, gpointer data, GError **error);
/* LW_STORE_ERROR_READ_ONLY with the reason, or that it is closed. */
gboolean lw_project_check_writable (LwProject *project, GError **error);
