/* auto-backup.c: when the next automatic backup is due, and which old ones go */
#include "config.h"
#include "store/backup/backup-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "store/database/byte-locks.h"
#include "store/project/project-private.h"

#define SCHEDULE_KEY "backup.schedule"
#define CHANGE_KEY "backup.change"       /* the change counter that the last automatic backup has */
#define DAY_US (24 * G_TIME_SPAN_HOUR)

static const struct { const char *nick; gint64 period; } schedules[LW_N_BACKUP_SCHEDULES] = {
  [LW_BACKUP_OFF] = { "off", 0 },
  [LW_BACKUP_HOURLY] = { "hourly", G_TIME_SPAN_HOUR },
  [LW_BACKUP_DAILY] = { "daily", DAY_US },
  [LW_BACKUP_WEEKLY] = { "weekly", 7 * DAY_US },
};

/* ---- schedule ---- */

gboolean
lw_backup_schedule_from_nick (const char *nick, LwBackupSchedule *schedule)
{
  for (int i = 0; i < LW_N_BACKUP_SCHEDULES; i++)
    if (g_strcmp0 (nick, schedules[i].nick) == 0)
      {
        *schedule = (LwBackupSchedule) i;
        return TRUE;
      }
  return FALSE;
}

LwBackupSchedule
lw_project_get_backup_schedule (LwProject *self)
{
  LwBackupSchedule schedule = LW_BACKUP_DAILY;
  g_autofree char *nick = lw_project_get_setting (self, SCHEDULE_KEY);
  lw_backup_schedule_from_nick (nick, &schedule);
  return schedule;
}

gboolean
lw_project_set_backup_schedule (LwProject *self, LwBackupSchedule schedule, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && (guint) schedule < LW_N_BACKUP_SCHEDULES, FALSE);
  return lw_project_set_setting (self, SCHEDULE_KEY, schedules[schedule].nick, error);
}

/* ---- list ---- */

void
lw_backup_free (LwBackup *backup)
{
  if (backup == NULL)
    return;
  g_free (backup->path);
  g_free (backup);
}

/* The time in "…20261123T051234Z.sqlite" or "…20261123T051234Z-2.sqlite"; 0 where there is none. */
static gint64
time_of_name (const char *name)
{
  const char *z = strrchr (name, 'Z');
  int year, month, day, hour, minute, second;
  if (z == NULL || z - name < 15 || sscanf (z - 15, "%4d%2d%2dT%2d%2d%2dZ", &year, &month, &day, &hour, &minute, &second) != 6)
    return 0;
  g_autoptr(GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

static LwBackupKind
kind_of_name (const char *name)
{
  const char *kind = name + strlen ("project-");
  if (g_str_has_prefix (kind, LW_BACKUP_AUTO))
    return LW_BACKUP_AUTOMATIC;
  if (g_str_has_prefix (kind, LW_BACKUP_ASIDE))
    return LW_BACKUP_REPLACED;
  return kind[0] == 'v' && g_ascii_isdigit (kind[1]) ? LW_BACKUP_UPGRADE : LW_BACKUP_ASKED;
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const LwBackup *first = *(const LwBackup *const *) a, *second = *(const LwBackup *const *) b;
  return first->created != second->created ? (first->created < second->created) - (first->created > second->created) : g_strcmp0 (second->path, first->path);
}

GPtrArray *
lw_backup_list (const char *folder, GError **error)
{
  g_return_val_if_fail (folder != NULL, NULL);

  g_autofree char *backups = g_build_filename (folder, "backups", NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_backup_free);
  g_autoptr(GDir) dir = g_dir_open (backups, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      GStatBuf info;
      g_autofree char *path = g_build_filename (backups, name, NULL);
      gint64 created = time_of_name (name);
      if (!g_str_has_prefix (name, "project-") || !g_str_has_suffix (name, ".sqlite") || created == 0 || g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      LwBackup *backup = g_new (LwBackup, 1);
      *backup = (LwBackup) { g_steal_pointer (&path), created, (guint64) info.st_size, kind_of_name (name) == LW_BACKUP_AUTOMATIC, kind_of_name (name) };
      g_ptr_array_add (list, backup);
    }
  g_ptr_array_sort (list, compare_newest_first);
  return list;
}

/* ---- which ones go ---- */

/* Backups with the same number stand for each other; -1: too old to keep, -2: kept anyway. */
static gint64
get_bucket (gint64 time, gint64 now)
{
  gint64 age = now - time;
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  if (age < DAY_US || date == NULL)
    return -2;
  if (age < 7 * DAY_US)
    return time / DAY_US;
  if (age < 31 * DAY_US)
    return G_GINT64_CONSTANT (1) << 32 | (time / DAY_US + 3) / 7;      /* 1970 began on a Thursday */
  if (age < 366 * DAY_US)
    return G_GINT64_CONSTANT (2) << 32 | (g_date_time_get_year (date) * 12 + g_date_time_get_month (date));
  return -1;
}

void
lw_backup_choose (const gint64 *times, gsize n, gint64 now, gboolean *keep)
{
  g_autoptr(GHashTable) taken = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (gsize i = 0; i < n; i++)
    {
      gint64 bucket = get_bucket (times[i], now);
      keep[i] = bucket == -2 || (bucket >= 0 && g_hash_table_add (taken, g_memdup2 (&bucket, sizeof bucket)));
    }
}

static void
prune (const char *folder, gint64 now)
{
  g_autoptr(GPtrArray) all = lw_backup_list (folder, NULL);
  g_autofree gint64 *times = g_new (gint64, all->len + 1);
  g_autofree gboolean *keep = g_new (gboolean, all->len + 1);
  g_autoptr(GPtrArray) automatic = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++)
    if (((LwBackup *) all->pdata[i])->automatic)
      g_ptr_array_add (automatic, all->pdata[i]);
  for (guint i = 0; i < automatic->len; i++)
    times[i] = ((LwBackup *) automatic->pdata[i])->created;
  lw_backup_choose (times, automatic->len, now, keep);
  for (guint i = 0; i < automatic->len; i++)
    if (!keep[i])
      g_unlink (((LwBackup *) automatic->pdata[i])->path);
}

/* ---- when it is due ---- */

/* A project younger than a period has nothing that a copy of yesterday could save. */
static gint64
get_last (LwProject *self)
{
  g_autoptr(GPtrArray) all = lw_backup_list (self->folder, NULL);
  g_autoptr(LwDb) db = lw_project_read (self, NULL);
  gint64 last = 0;
  if (db != NULL)
    lw_db_get (db, &last, NULL, "SELECT min (created) FROM copy", "");
  for (guint i = 0; i < all->len; i++)
    if (((LwBackup *) all->pdata[i])->automatic)
      return MAX (last, ((LwBackup *) all->pdata[i])->created);
  return last;
}

static gboolean
is_due (LwProject *self, gint64 now, char **change, GError **error)
{
  gint64 counter = 0, period = schedules[lw_project_get_backup_schedule (self)].period, last = get_last (self);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  g_autofree char *before = lw_project_get_setting (self, CHANGE_KEY);
  if (db == NULL || !lw_change_last (db, &counter, error))
    return FALSE;
  *change = g_strdup_printf ("%" G_GINT64_FORMAT, counter);
  return period > 0 && (now - last >= period || last > now + DAY_US) && g_strcmp0 (before, *change) != 0;      /* or the clock went back */
}

static gboolean
make_automatic (LwProject *self, const char *change, char **path, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = lw_backup_folder (self->folder, error);
  g_autofree char *chosen = folder != NULL ? lw_backup_name (folder, LW_BACKUP_AUTO) : NULL;
  if (chosen == NULL || !lw_backup_make (self, chosen, "automatic", NULL, NULL, cancellable, error) || !lw_project_set_setting (self, CHANGE_KEY, change, error))
    return FALSE;
  prune (self->folder, g_get_real_time ());
  if (path != NULL)
    *path = g_steal_pointer (&chosen);
  return TRUE;
}

gboolean
lw_project_back_up_if_due (LwProject *self, char **path, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);

  g_autofree char *change = NULL;
  g_autoptr(GError) local = NULL;
  if (path != NULL)
    *path = NULL;
  if (lw_project_is_read_only (self))
    return TRUE;
  int fd = lw_byte_locks_open (self->folder, error);
  if (fd < 0)
    return FALSE;
  gboolean wanted = lw_byte_lock (fd, LW_BYTE_BACKUP, FALSE) && is_due (self, g_get_real_time (), &change, &local);
  gboolean done = local == NULL && (!wanted || make_automatic (self, change, path, cancellable, &local));
  close (fd);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
}
