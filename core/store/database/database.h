/* database.h: one handle of SQLite: statements kept prepared, values bound by type, errors as LW_STORE_ERROR (private to core/store)
 *
 * A handle is used by one thread at a time. The SQL strings given to it are literals: statements are kept by their text. */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>
#include "store/project.h"

typedef enum {
  LW_DB_CREATE,        /* a new file, with a rollback journal until it is complete */
  LW_DB_WRITE,
  LW_DB_READ,          /* a reader beside writers */
  LW_DB_IMMUTABLE,     /* a reader where nobody can write (read-only medium): no lock, no WAL */
} LwDbMode;

typedef struct { gint64 size, seconds, nanoseconds; } LwFileMark;      /* of a file as it was last written */

typedef struct _LwDb LwDb;
struct _LwDb {
  sqlite3 *handle;
  GHashTable *statements;      /* SQL text (borrowed) → sqlite3_stmt (owned) */
  char *path;
  guint64 device, inode;       /* of the file as it was opened; 0: one that is only being made */
  gint64 change;               /* the number of this transaction's change; 0: none taken yet (changes.h) */
  const char *copy;            /* uuid of this copy of the project, borrowed from it; NULL on readers (audit.h) */
  gint64 begun, longest;       /* microseconds: start of the transaction under way, longest so far */
  gint64 asked, waited, idle;            /* microseconds: while it waits for a lock (patience.h) */
  LwFileMark mark;
  void (*release) (LwDb *db);  /* what lw_db_release() does instead of closing it, or NULL */
  gpointer owner;              /* for @release */
};

/* Without any trust in what the file says: no functions called by its schema, no writes to it, cells checked. NULL: @error says whether it is damaged, busy, not there … */
LwDb *lw_db_open (const char *path, LwDbMode mode, GError **error);
/* Closes it whatever lw_db_release() would do. @db: not NULL, without a query under way */
void lw_db_close (LwDb *db);
/* FALSE: another file, or none, is at its path now, as where a drive was removed or a folder renamed. What is written by this handle then is seen by nobody. */
gboolean lw_db_is_in_place (const LwDb *db);
/* Sets LW_STORE_ERROR_GONE; always FALSE. */
gboolean lw_db_gone (const LwDb *db, GError **error);
/* Gives it back to whom it is of, as lw_readers_take() lent it, or closes it. NULL is nothing to release. */
void lw_db_release (LwDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwDb, lw_db_release)

/* Sets @error from the handle's last error; always FALSE. */
gboolean lw_db_fail (LwDb *db, GError **error);
/* Sets LW_STORE_ERROR_DAMAGED; always FALSE. @what: for those who mend it, not translated */
gboolean lw_db_damaged (LwDb *db, GError **error, const char *what);
/* Sets LW_STORE_ERROR_NOT_FOUND: the project has no row @id of what a person calls @what ("frame"); always FALSE. */
gboolean lw_store_not_found (GError **error, const char *what, gint64 id);
/* All statements of @script, without values; those before one that fails stay done unless a transaction is under way. */
gboolean lw_db_exec (LwDb *db, const char *script, GError **error);

/* @types: a letter a value: i int, I gint64, d double, s string or NULL, b GBytes or NULL, x pointer and gsize. A zero for
 * 'K' (gint64, a reference) is stored as NULL. */
typedef sqlite3_stmt LwQuery;
LwQuery *lw_db_query (LwDb *db, GError **error, const char *sql, const char *types, ...);
/* The statement stays prepared for the next time. NULL is nothing to end. */
void lw_query_end (LwQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwQuery, lw_query_end)
/* 1: a row, 0: no more, -1: @error is set. NULL (a query that failed and set its error) is -1 too. */
int lw_query_step (LwQuery *query, GError **error);
/* Prepares, runs to its end and lets go: for what gives no rows. */
gboolean lw_db_run (LwDb *db, GError **error, const char *sql, const char *types, ...);
/* The first column of the first row; 1: found, 0: no row or NULL, -1: @error is set. */
int lw_db_get (LwDb *db, gint64 *value, GError **error, const char *sql, const char *types, ...);
/* The first column of all rows: of gint64. Caller frees; NULL: @error is set */
GArray *lw_db_list_ids (LwDb *db, GError **error, const char *sql, const char *types, ...);
char *lw_db_get_text (LwDb *db, GError **error, const char *sql, const char *types, ...);      /* NULL: no row, NULL or an error */

/* Columns. What comes from the file is not trusted: text is made valid UTF-8, numbers are clamped to what they may be. */
char *lw_query_dup_text (LwQuery *query, int column);
char *lw_query_dup_bytes (LwQuery *query, int column);      /* text as stored: paths */
GBytes *lw_query_dup_blob (LwQuery *query, int column);     /* NULL where NULL */
int lw_query_int (LwQuery *query, int column, int min, int max);

gboolean lw_db_begin_read (LwDb *db, GError **error);       /* one view of everything until rollback */
void lw_db_rollback (LwDb *db);

typedef gboolean (*LwWriteFunc) (LwDb *db, gpointer data, GError **error);
/* @func in a transaction of its own (BEGIN IMMEDIATE); what it returns decides between commit and rollback. LW_STORE_ERROR_GONE where the file is not in its
 * place: whether a commit that says so is in the file, nobody knows. */
gboolean lw_db_transact (LwDb *db, LwWriteFunc func, gpointer data, GError **error);
/* @once again where it fails because another process changed what it had prepared from (LW_STORE_ERROR_CONFLICT), a few times. */
gboolean lw_db_retry (LwDb *db, LwWriteFunc once, gpointer data, GError **error);
