/* patience.c: SQLite gives up after a time, whatever the others do; where a hundred processes write in turn on a slow disk, each of them would have had its turn later */
#include "config.h"
#include "store/database/patience.h"

#include <glib/gstdio.h>

#define IDLE_US (5 * G_USEC_PER_SEC)
#define LONGEST_US (60 * G_USEC_PER_SEC)
#define MOST_PAUSE_MS 25
#define STOOD_STILL_US G_USEC_PER_SEC      /* a pause that took longer was the computer's: it slept, or others had it, and the rest of that time counts for nobody */

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
  gint64 now = g_get_monotonic_time (), passed = n == 0 ? 0 : MIN (now - db->asked, STOOD_STILL_US);
  LwFileMark mark = read_mark (db);
  db->asked = now;
  db->waited = n == 0 ? 0 : db->waited + passed;
  db->idle = n == 0 || !is_same (mark, db->mark) ? 0 : db->idle + passed;
  db->mark = mark;
  if (db->idle > IDLE_US || db->waited > LONGEST_US)
    return 0;
  g_usleep ((gulong) g_random_int_range (500, 1500 + 2 * MIN (n, MOST_PAUSE_MS) * 1000));
  return 1;
}

void
lw_patience_use (LwDb *db)
{
  sqlite3_busy_handler (db->handle, wait_cb, db);
}
