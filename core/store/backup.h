/* backup.h: copies of the project's file, made while others write, checked, and put back */
#pragma once

#include "store/project.h"

/* Copies the file as it is now to @path, or under a name of its own into @path where that is a folder, or into backups/ where it is NULL. The copy is checked before
 * it gets its name; LW_STORE_ERROR_EXISTS where that is taken. Strokes go on meanwhile. Returns: (transfer full): where it is, or NULL */
char *lw_project_back_up (LwProject *project, const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* ---- by themselves ---- */
typedef enum { LW_BACKUP_OFF, LW_BACKUP_HOURLY, LW_BACKUP_DAILY, LW_BACKUP_WEEKLY, LW_N_BACKUP_SCHEDULES } LwBackupSchedule;
gboolean lw_backup_schedule_from_nick (const char *nick, LwBackupSchedule *schedule);          /* "off", "hourly", "daily", "weekly" */
LwBackupSchedule lw_project_get_backup_schedule (LwProject *project);                          /* daily unless set */
gboolean lw_project_set_backup_schedule (LwProject *project, LwBackupSchedule schedule, GError **error);
/* Makes an automatic backup if the schedule wants one, something changed since the last, and no other program is at it; then removes automatic ones that
 * lw_backup_choose() does not keep. @path (out) (optional): NULL where none was made */
gboolean lw_project_back_up_if_due (LwProject *project, char **path, GCancellable *cancellable, GError **error);
/* Of automatic backups made at @times (microseconds, newest first): all of the last day, the newest of each day for a week, of each week for a month and of each
 * month for a year. */
void lw_backup_choose (const gint64 *times, gsize n, gint64 now, gboolean *keep);

/* ---- and back ---- */
typedef enum { LW_BACKUP_ASKED, LW_BACKUP_AUTOMATIC, LW_BACKUP_UPGRADE, LW_BACKUP_REPLACED } LwBackupKind;
typedef struct {
  char *path;
  gint64 created;               /* microseconds since 1970, UTC */
  guint64 size;                 /* bytes */
  gboolean automatic;
  LwBackupKind kind;            /* asked for, by schedule, from before an upgrade, what a restored one took the place of */
} LwBackup;
void lw_backup_free (LwBackup *backup);      /* NULL is nothing to free */
GPtrArray *lw_backup_list (const char *folder, GError **error);                                /* (element-type LwBackup) in backups/ of the project, newest first */
/* FALSE with LW_STORE_ERROR_BUSY: another program has this open project open, too, so no backup can take its place. */
gboolean lw_project_is_alone (LwProject *project, GError **error);
/* Puts a backup in the place of the project's file, which may be damaged or gone; nobody may have the project open (LW_STORE_ERROR_BUSY). What was there goes to
 * backups/: @replaced (out) (optional) says where, NULL: nothing was there. */
gboolean lw_backup_restore (const char *folder, const char *path, char **replaced, GError **error);
/* Makes a project of its own of it in @target (empty or not there); @folder, whose models and copied media come along, may be in use and stays as it is. */
gboolean lw_backup_restore_as (const char *folder, const char *path, const char *target, GCancellable *cancellable, GError **error);
/* LW_STORE_ERROR_NOT_FOUND where lw_backup_list() doesn't have it. */
gboolean lw_backup_remove (const char *folder, const char *path, GError **error);
