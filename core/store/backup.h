/* backup.h: copies of the project's file, made while others write, checked, and put back */
#pragma once

#include "store/project.h"

/* Copies the file as it is now to @path, or under a name of its own into @path where that is a folder, or into backups/ where it is NULL. The copy is checked before
 * it gets its name; LW_STORE_ERROR_EXISTS where that is taken. Strokes go on meanwhile. Returns: (transfer full): where it is, or NULL */
char *lw_project_back_up (LwProject *project, const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* ---- by themselves ---- */
typedef enum { LW_BACKUP_OFF, LW_BACKUP_HOURLY, LW_BACKUP_DAILY, LW_BACKUP_WEEKLY, LW_N_BACKUP_SCHEDULES } LwBackupSchedule;
const char *lw_backup_schedule_get_nick (LwBackupSchedule schedule);                           /* "off", "hourly", "daily", "weekly" */
gboolean lw_backup_schedule_from_nick (const char *nick, LwBackupSchedule *schedule);
LwBackupSchedule lw_project_get_backup_schedule (LwProject *project);                          /* daily unless set */
gboolean lw_project_set_backup_schedule (LwProject *project, LwBackupSchedule schedule, GError **error);
/* Makes an automatic backup if the schedule wants one, something changed since the last, and no other program is at it; then removes automatic ones that
 * lw_backup_choose() does not keep. @path (out) (optional): NULL where none was made */
gboolean lw_project_back_up_if_due (LwProject *project, char **path, GCancellable *cancellable, GError **error);
/* Of automatic backups made at @times (microseconds, newest first): all of the last day, the newest of each day for a week, of each week for a month and of each
 * month for a year. */
void lw_backup_choose (const gint64 *times, gsize n, gint64 now, gboolean *keep);

/* ---- and back ---- */
typedef struct {
  char *path;
  gint64 created;               /* microseconds since 1970, UTC */
  guint64 size;                 /* bytes */
  gboolean automatic;
} LwBackup;
void lw_backup_free (LwBackup *backup);
GPtrArray *lw_backup_list (const char *folder, GError **error);                                /* (element-type LwBackup) in backups/ of the project, newest first */
/* Puts a backup in the place of the project's file, which may be damaged or gone; nobody may have the project open (LW_STORE_ERROR_BUSY). What was there goes to
 * backups/: @replaced (out) (optional) says where, NULL: nothing was there. */
gboolean lw_backup_restore (const char *folder, const char *path, char **replaced, GError **error);
