/* page-sums.c: the layer that writes sums of pages, and their check */
#include "config.h"
#include "store/database/page-sums.h"
#include "store/database/vfs-forward.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define NAME "labelwright"
#define HEADER_BYTES 100
#define MAX_PAGE_BYTES 65536
#define MAX_PROBLEMS 100
#define LOOKS 3                /* more at pages that seem wrong: another program may be writing them right now */
#define PAUSE_US 5000

/* ---- sums ---- */

static void
sum_page (const guint8 *page, gsize length, guint8 sum[LW_PAGE_SUM_BYTES])
{
  guint32 s1 = 0, s2 = 0;
  for (gsize i = 0; i < length; i += 8)
    {
      guint32 pair[2];
      memcpy (pair, page + i, sizeof pair);
      s1 += GUINT32_FROM_LE (pair[0]) + s2;
      s2 += GUINT32_FROM_LE (pair[1]) + s1;
    }
  s1 = GUINT32_TO_LE (s1);
  s2 = GUINT32_TO_LE (s2);
  memcpy (sum, &s1, 4);
  memcpy (sum + 4, &s2, 4);
}

gboolean
lw_page_is_sound (const guint8 *page, gsize page_size)
{
  guint8 sum[LW_PAGE_SUM_BYTES];
  gsize length = page_size - LW_PAGE_SUM_BYTES;
  sum_page (page, length, sum);
  return memcmp (sum, page + length, sizeof sum) == 0 || (page[0] == 0 && memcmp (page, page + 1, page_size - 1) == 0);
}

/* ---- a file under SQLite's hands ---- */

typedef struct {
  sqlite3_file base;
  sqlite3_file *real;          /* behind this struct */
  gsize page_size;             /* 0: not known yet */
  int reserved;
  guint8 *buffer;              /* for a page with its sum */
} SummedFile;

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return ((SummedFile *) file)->real;
}

static void
learn (SummedFile *self, const guint8 *header)
{
  if (memcmp (header, "SQLite format 3", 16) != 0)
    return;
  gsize size = (gsize) header[16] << 8 | header[17];
  self->page_size = size == 1 ? MAX_PAGE_BYTES : size;
  self->reserved = header[20];
}

static int
summed_close (sqlite3_file *file)
{
  SummedFile *self = (SummedFile *) file;
  g_clear_pointer (&self->buffer, g_free);
  return self->real->pMethods->xClose (self->real);
}

static int
summed_read (sqlite3_file *file, void *data, int amount, sqlite3_int64 offset)
{
  SummedFile *self = (SummedFile *) file;
  int result = self->real->pMethods->xRead (self->real, data, amount, offset);
  if (result == SQLITE_OK && offset == 0 && amount >= HEADER_BYTES)
    learn (self, data);
  return result;
}

static int
summed_write (sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
  SummedFile *self = (SummedFile *) file;
  if (offset == 0 && amount >= HEADER_BYTES)
    learn (self, data);
  if (self->reserved != LW_PAGE_SUM_BYTES || amount < 512 || (amount & (amount - 1)) != 0 || amount > MAX_PAGE_BYTES || (self->page_size != 0 && (gsize) amount != self->page_size))
    return self->real->pMethods->xWrite (self->real, data, amount, offset);
  if (self->buffer == NULL)
    self->buffer = g_try_malloc (MAX_PAGE_BYTES);
  if (self->buffer == NULL)
    return SQLITE_IOERR_NOMEM;
  gsize length = (gsize) amount - LW_PAGE_SUM_BYTES;
  memcpy (self->buffer, data, length);      /* SQLite's own page stays as it is: its log has summed it already */
  sum_page (self->buffer, length, self->buffer + length);
  return self->real->pMethods->xWrite (self->real, self->buffer, amount, offset);
}

/* A connection that was opened before another one gave the pages their sums may have read the header since from the log alone: it looks at the file again before it moves
 * pages out of the log. (Where the header is among those pages it goes first.) */
static int
summed_control (sqlite3_file *file, int operation, void *argument)
{
  guint8 header[HEADER_BYTES];
  if (operation == SQLITE_FCNTL_CKPT_START)
    summed_read (file, header, sizeof header, 0);
  return real_of (file)->pMethods->xFileControl (real_of (file), operation, argument);
}

LW_FORWARD (summed, xTruncate, (sqlite3_file * file, sqlite3_int64 size), size)
LW_FORWARD (summed, xSync, (sqlite3_file * file, int flags), flags)
LW_FORWARD_ALL (summed)

static const sqlite3_io_methods methods = {
  .xClose = summed_close, .xRead = summed_read, .xWrite = summed_write, .xTruncate = summed_xTruncate, .xSync = summed_xSync,
  .xFileControl = summed_control, LW_FORWARDED (summed),
};

/* ---- the layer ---- */

static sqlite3_vfs layer;

static sqlite3_vfs *
get_real_vfs (void)
{
  return layer.pAppData;
}

/* Only the main file has sums; logs and journals are opened as if this layer were not there. */
static int
layer_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
  sqlite3_vfs *real = get_real_vfs ();
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
    return real->xOpen (real, name, file, flags, flags_out);
  SummedFile *self = (SummedFile *) file;
  memset (self, 0, sizeof *self);
  self->real = (sqlite3_file *) (self + 1);
  int result = real->xOpen (real, name, self->real, flags, flags_out);
  self->base.pMethods = self->real->pMethods != NULL ? &methods : NULL;
  return result;
}

static gpointer
register_layer (gpointer data)
{
  sqlite3_vfs *real = sqlite3_vfs_find (NULL);
  layer = *real;
  layer.pNext = NULL;
  layer.zName = NAME;
  layer.pAppData = real;
  layer.szOsFile = (int) sizeof (SummedFile) + real->szOsFile;
  layer.xOpen = layer_open;
  sqlite3_vfs_register (&layer, FALSE);
  return NULL;
}

const char *
lw_page_sums_get_vfs (void)
{
  static GOnce once = G_ONCE_INIT;
  g_once (&once, register_layer, NULL);
  return NAME;
}

/* ---- which files have sums ---- */

void
lw_page_sums_expect (LwDb *db, int reserved)
{
  sqlite3_file *file = NULL;
  if (sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file != NULL && file->pMethods == &methods)
    ((SummedFile *) file)->reserved = reserved;
}

int
lw_page_sums_get_reserved (LwDb *db)
{
  int reserved = -1;
  sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  return reserved;
}

void
lw_page_sums_use (LwDb *db)
{
  int reserved = LW_PAGE_SUM_BYTES;
  sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
}

/* ---- check ---- */

/* By SQLite's own hands: a file that is opened and closed beside them loses the locks that this process has on it. */
static gboolean
read_bytes (sqlite3_file *file, void *bytes, gsize length, guint64 offset)
{
  return file->pMethods->xRead (file, bytes, (int) length, (sqlite3_int64) offset) == SQLITE_OK;
}

static guint32
get_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* The numbers, from 0, of pages that stand in the log: what the file has in their place no longer counts, and may be from before there were sums. */
static GHashTable *
list_logged (LwDb *db, gsize size)
{
  enum { LOG_HEADER = 32, FRAME_HEADER = 24, SALTS = 16, FRAME_SALTS = 8, SALT_BYTES = 8 };
  guint8 header[LOG_HEADER], frame[FRAME_HEADER];
  sqlite3_file *log = NULL;
  GHashTable *logged = g_hash_table_new (NULL, NULL);
  if (sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || log == NULL || log->pMethods == NULL
      || !read_bytes (log, header, sizeof header, 0) || get_u32 (header + 8) != size)
    return logged;
  for (guint64 at = LOG_HEADER; read_bytes (log, frame, sizeof frame, at) && memcmp (frame + FRAME_SALTS, header + SALTS, SALT_BYTES) == 0; at += FRAME_HEADER + size)
    g_hash_table_add (logged, GUINT_TO_POINTER (get_u32 (frame) - 1));
  return logged;
}

/* Drops those of @numbers that are sound now, or no longer count. */
static void
look_again (LwDb *db, sqlite3_file *file, guint8 *page, gsize size, GArray *numbers)
{
  g_autoptr(GHashTable) logged = list_logged (db, size);
  guint kept = 0;
  for (guint i = 0; i < numbers->len; i++)
    {
      guint64 number = g_array_index (numbers, guint64, i);
      if (!g_hash_table_contains (logged, GUINT_TO_POINTER (number)) && read_bytes (file, page, size, number * size) && !lw_page_is_sound (page, size))
        g_array_index (numbers, guint64, kept++) = number;
    }
  g_array_set_size (numbers, kept);
}

static void
report (GArray *wrong, GPtrArray *problems)
{
  for (guint i = 0; i < MIN (wrong->len, MAX_PROBLEMS); i++)
    g_ptr_array_add (problems, g_strdup_printf (_("Project file: page %llu is not as Labelwright wrote it: the disk or another program has changed it"),
                                                (unsigned long long) g_array_index (wrong, guint64, i) + 1));
  if (wrong->len > MAX_PROBLEMS)
    g_ptr_array_add (problems, g_strdup_printf (_("Project file: %u more pages are not as Labelwright wrote them"), wrong->len - MAX_PROBLEMS));
}

static gboolean
verify_pages (LwDb *db, sqlite3_file *file, gsize size, GPtrArray *problems, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *page = g_malloc (size);
  g_autoptr(GArray) wrong = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint64 number = 0; read_bytes (file, page, size, number * size); number++)
    {
      if (number % 1024 == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!lw_page_is_sound (page, size))
        g_array_append_val (wrong, number);
    }
  for (int look = 0; look < LOOKS && wrong->len > 0; look++)
    {
      g_usleep (PAUSE_US);
      look_again (db, file, page, size, wrong);
    }
  report (wrong, problems);
  return TRUE;
}

gboolean
lw_page_sums_verify (LwDb *db, GPtrArray *problems, GCancellable *cancellable, GError **error)
{
  guint8 header[HEADER_BYTES] = { 0 };
  sqlite3_file *file = NULL;
  SummedFile geometry = { .reserved = 0 };
  if (sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == NULL || file->pMethods == NULL)
    return lw_db_fail (db, error);
  if (read_bytes (file, header, sizeof header, 0))
    learn (&geometry, header);
  return geometry.reserved != LW_PAGE_SUM_BYTES || geometry.page_size < 512 || verify_pages (db, file, geometry.page_size, problems, cancellable, error);
}
