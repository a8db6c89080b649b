/* patience.c: SQLite gives up after a time, whatever the others do; where a hundred processes write in turn on a slow disk, each of them would have had its turn later */
#include "config.h"
#include "store/patience.h"

#include <glib/gstdio.h>

#define IDLE_US (5 * G_USEC_PER_SEC)
#define LONGEST_US (60 * G_USEC_PER_SEC)
#define MOST_PAUSE_MS 25

/* When something was last written, as far as the log tells. */
static LwFileMark
read_mark (const LwDb *db)
{
  GStatBuf info;
  g_autofree char *log = g_strconcat (db->path, "-wal", NULL);
  return g_stat (log, &info) == 0 ? (LwFileMark) { info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec } : (LwFileMark) { 0 };
}

static gboolean
is_same (LwFileMark a, LwFileMark b)
{
  return a.size == b.size && a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

/* Pauses are drawn, so that those who wait don't come back together. */
static int
wait_cb (gpointer data, int n)
{
  LwDb *db = data;
  gint64 now = g_get_monotonic_time ();
  LwFileMark mark = read_mark (db);
  if (n == 0)
    db->waiting_since = now;
  if (n == 0 || !is_same (mark, db->mark))
    db->idle_since = now;
  db->mark = mark;
  if (now - db->idle_since > IDLE_US || now - db->waiting_since > LONGEST_US)
    return 0;
  g_usleep ((gulong) g_random_int_range (500, 1500 + 2 * MIN (n, MOST_PAUSE_MS) * 1000));
  return 1;
}

void
lw_patience_use (LwDb *db)
{
  sqlite3_busy_handler (db->handle, wait_cb, db);
}
